"""Which releases stay: the newest 30, and one an hour for 24 hours.

Of the others the manifest and the changes stay until 24 hours after publishing, so that a reader
who comes back within a day can be told what changed.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from publisher.recovery import Standing
from publisher.release import reduce_release, remove_release
from publisher.release_log import ReleaseLine
from publisher.times import parse_rfc3339

NEWEST_KEPT = 30
HOURLY_FOR = timedelta(hours=24)
CHANGES_FOR = timedelta(hours=24)


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


def let_go(folder: Path, standing: Standing, now: datetime) -> None:
    """Reduce the releases that have had their time, and remove what is left of older ones."""
    stay = kept(standing.lines, now)
    for line in standing.lines:
        if line.sequence in stay:
            continue
        if _has_aged(line, now):
            remove_release(folder, line.sequence)
        else:
            reduce_release(folder, line.sequence)
            standing.remnants.append(line)
    standing.lines = [line for line in standing.lines if line.sequence in stay]
    while standing.remnants and _has_aged(standing.remnants[0], now):
        remove_release(folder, standing.remnants.popleft().sequence)


def _has_aged(line: ReleaseLine, now: datetime) -> bool:
    return now - parse_rfc3339(line.published_at) > CHANGES_FOR
