"""The newest 30 stay, and one an hour for 24 hours."""

from __future__ import annotations

from datetime import datetime, timedelta

from core.domain.calendar import rfc3339
from publisher.release_log import NOTHING_YET, ReleaseLine
from publisher.retention import kept
from tests.publisher.builders import NINE


def _line(sequence: int, at: datetime) -> ReleaseLine:
    return ReleaseLine(
        sequence=sequence,
        as_of=rfc3339(at),
        published_at=rfc3339(at),
        ledger_position="0",
        audit_position="0",
        audit_head=NOTHING_YET.audit_head,
        manifest="",
    )


def _every(minutes: int, count: int) -> list[ReleaseLine]:
    return [_line(n + 1, NINE + timedelta(minutes=minutes * n)) for n in range(count)]


def test_thirty_releases_within_a_minute_all_stay_and_the_31st_pushes_one_out() -> None:
    lines = [_line(n, NINE + timedelta(seconds=n)) for n in range(1, 32)]
    now = NINE + timedelta(seconds=31)
    assert kept(lines[:30], now) == set(range(1, 31))
    assert kept(lines, now) == set(range(2, 32))


def test_one_an_hour_stays_for_a_day() -> None:
    lines = _every(minutes=10, count=6 * 30)  # thirty hours
    now = NINE + timedelta(minutes=10 * (6 * 30 - 1))
    stay = kept(lines, now)
    older = sorted(stay)[:-30]
    times = [NINE + timedelta(minutes=10 * (number - 1)) for number in older]
    assert all(now - at <= timedelta(hours=24) for at in times)
    assert all(at.minute == 50 for at in times)
    assert len({(at.date(), at.hour) for at in times}) == len(times)
    assert 18 <= len(times) <= 20


def test_of_a_day_without_traffic_the_newest_stay_however_old() -> None:
    lines = _every(minutes=1, count=40)
    assert kept(lines, NINE + timedelta(days=9)) == set(range(11, 41))


def test_nothing_published_keeps_nothing() -> None:
    assert kept([], NINE) == set()
