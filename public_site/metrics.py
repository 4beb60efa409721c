"""What the site counts of itself; one registry for each application."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 10.0)


class RequestTimes(Collector):
    """A histogram of answering times, by route and class of status.

    The library's own takes locks and costs as much as the rest of a small answer; one event loop
    needs no lock, so requests are counted here and handed over when somebody asks.
    """

    def __init__(self) -> None:
        self._buckets: dict[tuple[str, int], list[int]] = {}
        self._sums: dict[tuple[str, int], float] = {}

    def count(self, route: str, status: int, seconds: float) -> None:
        """Count one request."""
        self.of(route, status)[bisect_left(_BOUNDS_S, seconds)] += 1
        self._sums[route, status // 100] += seconds

    def of(self, route: str, status: int) -> list[int]:
        """Return the counts of a route and class of status, quickest first, to be counted up."""
        key = (route, status // 100)
        buckets = self._buckets.get(key)
        if buckets is None:
            buckets = self._buckets[key] = [0] * (len(_BOUNDS_S) + 1)
            self._sums[key] = 0.0
        return buckets

    def collect(self) -> Iterator[Metric]:
        """Yield the histogram as the library wants it: each bucket holds all below it."""
        family = HistogramMetricFamily(
            "maskmap_site_request_seconds",
            "Time to answer, by route and class of status.",
            labels=("route", "status"),
        )
        bounds = [*map(str, _BOUNDS_S), "+Inf"]
        for (route, hundreds), buckets in sorted(self._buckets.items()):
            if not any(buckets):
                continue
            below = [sum(buckets[: n + 1]) for n in range(len(buckets))]
            family.add_metric(
                (route, f"{hundreds}xx"),
                list(zip(bounds, below, strict=True)),
                self._sums[route, hundreds],
            )
        yield family


class Metrics:
    """Requests by route, faults of snapshots, and which snapshot is served."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._times = RequestTimes()
        self.registry.register(self._times)
        self.request = self._times.count
        self.counts_of = self._times.of
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

    def fault(self, reason: str) -> None:
        """Count a snapshot that was refused."""
        self._faults.labels(reason).inc()

    def text(self, sequence: int, age_s: float) -> bytes:
        """Return everything in the text format of Prometheus."""
        self._sequence.set(sequence)
        self._age.set(age_s)
        return generate_latest(self.registry)
