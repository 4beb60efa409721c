"""Numbers for operators: requests by route and status, and how long they took."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
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

        self._sales = Counter(
            "maskmap_portal_sales",
            "Sales by how the buyer was identified: card or typed.",
            ("verified",),
            registry=self._registry,
        )
        self._refused = Counter(
            "maskmap_portal_readings_refused",
            "Card readings that did not hold, by why.",
            ("why",),
            registry=self._registry,
        )

    def watch_rules(self, damaged: Callable[[], bool], pending: Callable[[], bool]) -> None:
        """Show whether the rules folder is damaged, and whether rules wait for midnight."""
        for name, says, ask in (
            ("damaged", "1: a rules file is faulty, and the last good rules stay.", damaged),
            ("pending", "1: new rules wait for the next midnight.", pending),
        ):
            gauge = Gauge(f"maskmap_portal_rules_{name}", says, registry=self._registry)
            gauge.set_function(ask)

    def count_sale(self, verified: str) -> None:
        """Count one committed sale."""
        self._sales.labels(verified).inc()

    def count_reading_refused(self, why: str) -> None:
        """Count one reading that did not hold."""
        self._refused.labels(why).inc()

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request; ``route`` is the pattern, never the address asked."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def exposition(self) -> bytes:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self._registry)
