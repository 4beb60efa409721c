"""Numbers for operators: requests by route and status, and how long they took."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

_BUCKETS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)


class Metrics:
    """The metrics of one portal; a registry of its own, so that two can live in one process."""

    content_type = CONTENT_TYPE_PLAIN_0_0_4

    def __init__(self) -> None:
        self.registry = self._registry = CollectorRegistry()
        self._requests = Histogram(
            "maskmap_portal_request_seconds",
            "Time to answer a request.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self._registry,
        )

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request; ``route`` is the pattern, never the address asked."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)
