"""Which releases stay: the newest 30, and one an hour for 24 hours."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from publisher.release_log import ReleaseLine
from publisher.times import parse_rfc3339

NEWEST_KEPT = 30
HOURLY_FOR = timedelta(hours=24)


def kept(lines: Iterable[ReleaseLine], now: datetime) -> set[int]:
    """Return the sequences that stay; of each clock hour of publishing, the last release."""
    ordered = sorted(lines, key=lambda line: line.sequence)
    stay = {line.sequence for line in ordered[-NEWEST_KEPT:]}
    last_of_hour: dict[datetime, int] = {}
    for line in ordered:
        at = parse_rfc3339(line.published_at)
        if now - at <= HOURLY_FOR:
            last_of_hour[at.replace(minute=0, second=0)] = line.sequence
    return stay | set(last_of_hour.values())
