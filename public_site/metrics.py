"""What the site counts of itself; one registry for each application."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 10.0)


class Metrics:
    """Requests by route, faults of snapshots, and which snapshot is served."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "maskmap_site_request_seconds",
            "Time to answer, by route and class of status.",
            ("route", "status"),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self._faults = Counter(
            "maskmap_site_snapshot_faults",
            "Snapshots refused, by reason.",
            ("reason",),
            registry=self.registry,
        )
        self._sequence = Gauge(
            "maskmap_site_snapshot_sequence",
            "Number of the snapshot that is served; 0 before the first.",
            registry=self.registry,
        )
        self._age = Gauge(
            "maskmap_site_snapshot_age_seconds",
            "Seconds since the publisher last looked.",
            registry=self.registry,
        )
        self._known: dict[tuple[str, int], Histogram] = {}

    def request(self, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        key = (route, status // 100)
        # Looking a label up costs as much as the counting; so it is kept.
        if (known := self._known.get(key)) is None:
            known = self._known[key] = self._requests.labels(route, f"{status // 100}xx")
        known.observe(seconds)

    def fault(self, reason: str) -> None:
        """Count a snapshot that was refused."""
        self._faults.labels(reason).inc()

    def text(self, sequence: int, age_s: float) -> bytes:
        """Return everything in the text format of Prometheus."""
        self._sequence.set(sequence)
        self._age.set(age_s)
        return generate_latest(self.registry)
