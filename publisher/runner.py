"""The publisher's loop: a tick each interval, if asked at whole intervals of the clock.

An error in one tick is logged and counted; the last good release stays, and ages in public view.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from core.domain.programme import Programme
from core.domain.snapshot import Manifest
from core.log import get_logger
from core.rules_watch import Rules
from publisher.metrics import Metrics
from publisher.publishing import Publisher
from publisher.quality import Withheld

_log = get_logger(__name__)


@dataclass
class Runner:
    """Ticks until it is told to stop. ``failures`` counts the failed ticks in a row."""

    publisher: Publisher
    rules: Programme | Rules
    every_s: float
    align: bool = False
    failures: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)
    metrics: Metrics = field(init=False)

    def __post_init__(self) -> None:
        self.metrics = Metrics(self.every_s)

    def stop_on_signals(self) -> None:
        """End after the tick at hand when TERM or INT comes."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())

    def run(self) -> None:
        """Tick until stopped."""
        while not self.stopping.is_set():
            began_at = time.monotonic()
            self.tick_once()
            self.stopping.wait(self._wait_s(began_at))

    def tick_once(self) -> None:
        """Tick, and log what came of it; whatever goes wrong, the loop goes on."""
        try:
            self.report(self.publisher.tick)
        except Withheld as fault:
            self._failed()
            _log.error("alarm: release withheld", faults=fault.faults, failures=self.failures)
        except Exception:  # noqa: BLE001 - the outermost loop: anything is logged and counted
            self._failed()
            _log.exception("alarm: nothing published", failures=self.failures)
        else:
            self.failures = 0
            self.metrics.good()

    def _failed(self) -> None:
        self.failures += 1
        self.metrics.failed()

    def report(self, tick: Callable[[Programme | Rules], Manifest | None]) -> Manifest | None:
        """Tick, and log the release if there is one."""
        began_s = time.process_time()
        manifest = tick(self.rules)
        if manifest is not None:
            cpu_s = time.process_time() - began_s
            self.metrics.released(manifest, cpu_s)
            _log.info(
                "released",
                sequence=manifest.sequence,
                as_of=manifest.as_of,
                ledger_position=manifest.ledger_position,
                outlets=manifest.counts["outlets"],
                cpu_ms=round(cpu_s * 1000),
            )
        return manifest

    def _wait_s(self, began_at: float) -> float:
        """Return the seconds to the next tick, from the last one's start or the clock."""
        if self.align:
            return seconds_to_next(time.time(), self.every_s)
        return max(0.0, began_at + self.every_s - time.monotonic())


def seconds_to_next(now_s: float, every_s: float) -> float:
    """Return how long until the clock shows a whole multiple of the interval."""
    return (math.floor(now_s / every_s) + 1) * every_s - now_s
