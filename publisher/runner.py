"""The publisher's loop: a tick whenever the schedule says so.

An error in one tick is logged and counted; the last good release stays, and ages in public view.
If only what follows the releases failed, the release is there, and the publisher is ready.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from core.domain.programme import Programme
from core.domain.snapshot import Manifest
from core.log import get_logger
from core.rules_watch import Rules
from publisher.metrics import Metrics
from publisher.publishing import Heard, Publisher
from publisher.quality import Withheld
from publisher.schedule import Schedule

_log = get_logger(__name__)


@dataclass
class Runner:
    """Ticks until it is told to stop. ``failures`` counts the failed ticks in a row."""

    publisher: Publisher
    rules: Programme | Rules
    schedule: Schedule
    metrics: Metrics
    stopping: threading.Event = field(default_factory=threading.Event)
    failures: int = 0
    _public: bool = False

    def run(self) -> None:
        """Tick at once, and then on schedule until stopped."""
        while not self.stopping.is_set():
            self.schedule.begin()
            self.tick_once()
            self.schedule.wait(self.stopping)

    def tick_once(self) -> None:
        """Tick, and log what came of it; whatever goes wrong, the loop goes on."""
        try:
            self.report(self.publisher.tick)
        except Withheld as fault:
            self._failed(fault.faults)
            _log.error("alarm: release withheld", faults=fault.faults, failures=self.failures)
        except Exception:  # noqa: BLE001 - the outermost loop: anything is logged and counted
            self._failed()
            what = "something does not keep up" if self._public else "nothing published"
            _log.exception(f"alarm: {what}", failures=self.failures)
        else:
            self.failures = 0

    def _failed(self, faults: Sequence[str] = ()) -> None:
        self.failures += 1
        self.metrics.failed(faults)

    def report(
        self, tick: Callable[[Programme | Rules, Heard], Manifest | None]
    ) -> Manifest | None:
        """Tick, and log the release if there is one, before what follows it is told."""
        self._public, began_s = False, time.process_time()

        def heard(manifest: Manifest | None) -> None:
            self._public = True
            self.metrics.good()
            if manifest is not None:
                self._released(manifest, time.process_time() - began_s)

        return tick(self.rules, heard)

    def _released(self, manifest: Manifest, cpu_s: float) -> None:
        self.metrics.released(manifest, cpu_s)
        _log.info(
            "released",
            sequence=manifest.sequence,
            as_of=manifest.as_of,
            ledger_position=manifest.ledger_position,
            outlets=manifest.counts["outlets"],
            cpu_ms=round(cpu_s * 1000),
        )


def stop_on_signals() -> threading.Event:
    """Return what is set when TERM or INT comes; the tick at hand is ended first."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    return stopping
