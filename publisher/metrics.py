"""What the publisher counts of itself, and whether it is ready."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from core.domain.snapshot import STALE_AFTER_TTL, Manifest
from core.rules_watch import RulesInUse
from publisher.followers import Follower
from publisher.mirror.follower import Mirror

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)
_FAULTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Leader:
    """Another publisher that leads: who, the age of its last look, and whether that is too old."""

    name: str
    age_s: float | None
    late: bool


class Metrics:
    """Releases, failed ticks, who leads, and the time of the last good look at the ledger."""

    def __init__(self, every_s: float) -> None:
        self.registry = CollectorRegistry()
        self._every_s = every_s
        self._good_at: float | None = None
        self._leader: Leader | None = None
        self._withheld: tuple[str, ...] = ()
        self._rules: RulesInUse | None = None
        self._cpu = Histogram(
            "maskmap_publisher_release_cpu_seconds",
            "CPU time of one release.",
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self._failures = Counter(
            "maskmap_publisher_failures", "Ticks that failed.", registry=self.registry
        )
        self._sequence = self._gauge("sequence", "Number of the last release.")
        self._gauge("leads", "1: this one publishes. 0: it stands by for another.").set_function(
            lambda: self._leader is None
        )
        self._gauge("withheld", "1: the quality gate refused the last release.").set_function(
            lambda: bool(self._withheld)
        )
        self._gauge(
            "look_age_seconds", "Seconds since the last good look at the ledger, ours or another's."
        ).set_function(lambda: math.inf if self.age_s is None else self.age_s)

    def _gauge(self, name: str, says: str) -> Gauge:
        return Gauge(f"maskmap_publisher_{name}", says, registry=self.registry)

    def watch_rules(self, rules: RulesInUse) -> None:
        """Show the rules in use, and whether their folder is damaged or new ones wait."""
        self._rules = rules
        for name, says, ask in (
            ("damaged", "1: a rules file is faulty; the last good ones stay.", _is_damaged),
            ("pending", "1: new rules wait for the next midnight.", _are_pending),
        ):
            self._gauge(f"rules_{name}", says).set_function(partial(ask, rules))

    def watch_mirror(self, followers: Sequence[Follower]) -> None:
        """Show what the object store names as the newest, where one of these copies to it."""
        for mirror in (each for each in followers if isinstance(each, Mirror)):
            self._gauge(
                "mirror_sequence", "Release that the object store names as the newest."
            ).set_function(partial(getattr, mirror, "sequence"))
            self._gauge(
                "mirror_failures", "Failed passes to the object store since the last good one."
            ).set_function(partial(getattr, mirror, "failures"))

    def rules(self) -> dict[str, object] | None:
        """Return the rules in use as ``/readyz`` shows them."""
        return None if self._rules is None else self._rules.in_words()

    def stands_by(self, leader: Leader | None) -> None:
        """Note that another publisher leads; None: this one does."""
        self._leader = leader

    def good(self) -> None:
        """Note a tick that ended well, with a release or without."""
        self._good_at, self._withheld = time.monotonic(), ()

    def failed(self, faults: Sequence[str] = ()) -> None:
        """Count a tick that failed; ``faults`` are those that the gate withheld a release for."""
        self._failures.inc()
        self._withheld = tuple(faults)

    def released(self, manifest: Manifest, cpu_s: float) -> None:
        """Count a release."""
        self._sequence.set(manifest.sequence)
        self._cpu.observe(cpu_s)

    @property
    def age_s(self) -> float | None:
        """Return the seconds since the last good look; None before the first."""
        if self._leader is not None:
            return self._leader.age_s
        return None if self._good_at is None else time.monotonic() - self._good_at

    @property
    def ready(self) -> bool:
        """Tell whether this one publishes as it should, or could take over from one that does."""
        if self._leader is not None:
            return not self._leader.late
        age_s = self.age_s
        if age_s is None or self._withheld:
            return False
        return age_s <= STALE_AFTER_TTL * max(1.0, self._every_s)

    def says(self) -> dict[str, object]:
        """Return what ``/readyz`` says beside the rules."""
        age_s = self.age_s
        aged = {} if age_s is None else {"look_age_s": round(age_s, 1)}
        if self._leader is not None:
            late = ", and the leader is late" if self._leader.late else ""
            return {"status": f"standby{late}", "leader": self._leader.name, **aged}
        if self._withheld:
            shown = self._withheld[:_FAULTS_SHOWN]
            return {"status": "withheld", "faults": shown, **aged}
        return {"status": "ready" if self.ready else "nothing published lately", **aged}

    def text(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self.registry)


def _is_damaged(rules: RulesInUse) -> bool:
    return rules.damaged


def _are_pending(rules: RulesInUse) -> bool:
    return rules.pending is not None
