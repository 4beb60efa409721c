"""When the publisher looks at the ledger: so long after the last look, or by the Taipei clock."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Protocol

from core.clock import Clock, system_clock
from core.domain.calendar import TAIPEI
from core.errors import Invalid

DAY_S = 86_400
# A clock that was set, or a computer that slept, is noticed after this.
LOOK_S = 1.0
_A_MIDNIGHT = datetime(2020, 2, 6, tzinfo=TAIPEI)


class Schedule(Protocol):
    """Tells when the next look is due; whoever comes late looks once, not once for each missed."""

    @property
    def every_s(self) -> float: ...

    def begin(self) -> None:
        """Note that a look begins."""

    def wait(self, stopping: threading.Event) -> None:
        """Wait until the next look is due, or until told to stop."""


@dataclass
class Regular:
    """So many seconds from the start of one look to the start of the next."""

    every_s: float
    began_at: float = field(default=0.0, init=False)

    def begin(self) -> None:
        """Note the time on a clock that nobody can set."""
        self.began_at = time.monotonic()

    def wait(self, stopping: threading.Event) -> None:
        """Wait for what is left of the interval."""
        stopping.wait(max(0.0, self.began_at + self.every_s - time.monotonic()))


@dataclass
class Aligned:
    """At whole intervals of the Taipei clock since midnight: ``:00`` and ``:30`` for 1 800 s.

    Raises:
        Invalid: the interval does not divide a day.
    """

    every_s: float
    clock: Clock = system_clock

    def __post_init__(self) -> None:
        if (DAY_S / Fraction(str(self.every_s))).denominator != 1:
            raise Invalid(
                f"{self.every_s:g} s do not divide a day into whole intervals, as aligning needs:"
                " take 1, 5, 10, 15, 30, 60, 300, 600, 900, 1800 or 3600"
            )

    def begin(self) -> None:
        """Note nothing: the clock says it all."""

    def wait(self, stopping: threading.Event) -> None:
        """Wait until the clock shows the next interval; if it was set back, no longer than one."""
        due_s = self._now_s() + self.to_next_s()
        while not stopping.is_set():
            left_s = due_s - self._now_s()
            if not 0 < left_s <= self.every_s:
                return
            stopping.wait(min(left_s, LOOK_S))

    def to_next_s(self) -> float:
        """Return how long until the clock shows a whole interval."""
        return float(-Fraction(self._now_s()) % Fraction(str(self.every_s)) or self.every_s)

    def _now_s(self) -> float:
        return (self.clock() - _A_MIDNIGHT) / timedelta(seconds=1)
