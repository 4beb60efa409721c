"""Emergency stops (緊急停售): the authority stops an outlet or a whole programme, and says why."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from core.domain.text import Text

Scope = Literal["outlet", "programme"]


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop that nobody lifted.

    ``target`` is an outlet's code or a programme's id; without ``until`` (the first instant after
    it) it stays. ``at`` is when it was declared.
    """

    id: str
    scope: Scope
    target: str
    reason: Text
    until: datetime | None = None
    at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether it still holds at an instant."""
        return self.until is None or at < self.until

    def concerns(self, outlet: str, programme: str) -> bool:
        """Tell whether it stops this outlet in this programme."""
        return self.target == (outlet if self.scope == "outlet" else programme)


def stop_of(stops: Iterable[Stop], *, outlet: str, programme: str, at: datetime) -> Stop | None:
    """Return the first stop that forbids this outlet to sell at an instant, if any."""
    return next(
        (stop for stop in stops if stop.concerns(outlet, programme) and stop.holds(at)), None
    )
