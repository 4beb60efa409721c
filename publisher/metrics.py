"""What the publisher counts of itself, and whether it is ready."""

from __future__ import annotations

import time
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from core.domain.snapshot import STALE_AFTER_TTL, Manifest
from core.rules_watch import RulesInUse

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS_S = (0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0, 2.5, 10.0)


class Metrics:
    """Releases, failed ticks, and the time of the last good look at the ledger."""

    def __init__(self, every_s: float) -> None:
        self.registry = CollectorRegistry()
        self._every_s = every_s
        self._good_at: float | None = None
        self._cpu = Histogram(
            "maskmap_publisher_release_cpu_seconds",
            "CPU time of one release.",
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self._failures = Counter(
            "maskmap_publisher_failures", "Ticks that failed.", registry=self.registry
        )
        self._sequence = Gauge(
            "maskmap_publisher_sequence", "Number of the last release.", registry=self.registry
        )

        self._rules: RulesInUse | None = None

    def watch_rules(self, rules: RulesInUse) -> None:
        """Show the rules in use, and whether their folder is damaged or new ones wait."""
        self._rules = rules
        for name, says, ask in (
            ("damaged", "1: a rules file is faulty; the last good ones stay.", _is_damaged),
            ("pending", "1: new rules wait for the next midnight.", _are_pending),
        ):
            gauge = Gauge(f"maskmap_publisher_rules_{name}", says, registry=self.registry)
            gauge.set_function(partial(ask, rules))

    def rules(self) -> dict[str, object] | None:
        """Return the rules in use as ``/readyz`` shows them."""
        return None if self._rules is None else self._rules.in_words()

    def good(self) -> None:
        """Note a tick that ended well, with a release or without."""
        self._good_at = time.monotonic()

    def failed(self) -> None:
        """Count a tick that failed."""
        self._failures.inc()

    def released(self, manifest: Manifest, cpu_s: float) -> None:
        """Count a release."""
        self._sequence.set(manifest.sequence)
        self._cpu.observe(cpu_s)

    @property
    def ready(self) -> bool:
        """Tell whether a tick ended well within three intervals, as readers judge it."""
        if self._good_at is None:
            return False
        return time.monotonic() - self._good_at <= STALE_AFTER_TTL * max(1.0, self._every_s)

    def text(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self.registry)


def _is_damaged(rules: RulesInUse) -> bool:
    return rules.damaged


def _are_pending(rules: RulesInUse) -> bool:
    return rules.pending is not None
