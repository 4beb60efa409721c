"""Numbers about revocation, for operators; the names begin with ``maskmap_portal_revocation_``."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge

_PREFIX = "maskmap_portal_revocation"


class RevocationNumbers:
    """Counters and gauges in a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._left = Gauge(
            f"{_PREFIX}_list_left_seconds",
            "Time until the newest list of an authority ends; below zero: ended.",
            ("authority",),
            registry=registry,
        )
        self._alarm = Gauge(
            f"{_PREFIX}_alarm", "Authorities whose newest list has ended.", registry=registry
        )
        self._fetches = Counter(
            f"{_PREFIX}_fetches", "Lists asked for.", ("outcome",), registry=registry
        )
        self._answers = Counter(
            f"{_PREFIX}_ocsp_answers", "OCSP questions put.", ("outcome",), registry=registry
        )
        self._ended = Counter(
            f"{_PREFIX}_sessions_ended", "Sessions ended by a revocation.", registry=registry
        )

    def show_left(self, authority: str, seconds: float) -> None:
        """Say how long an authority's newest list still holds."""
        self._left.labels(authority).set(seconds)

    def show_alarms(self, authorities: int) -> None:
        """Say how many authorities have no list that holds."""
        self._alarm.set(authorities)

    def count_fetch(self, outcome: str) -> None:
        """Count a list asked for: fresh, same, failed or refused."""
        self._fetches.labels(outcome).inc()

    def count_answer(self, outcome: str) -> None:
        """Count an OCSP question: good, revoked, unknown, silent or refused."""
        self._answers.labels(outcome).inc()

    def count_ended(self) -> None:
        """Count a session ended by a revocation."""
        self._ended.inc()
