"""The newest 30 stay, and one an hour for 24 hours; of the others what changed, for as long."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.calendar import rfc3339
from publisher.recovery import Standing, sequences
from publisher.release import begin_release, has_remnants_only, seal_release
from publisher.release_log import NOTHING_YET, ReleaseLine
from publisher.retention import kept, let_go
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


def _put(folder: Path, sequence: int, at: datetime) -> None:
    key = Ed25519PrivateKey.generate()
    files = {"outlets.geojson": b"{}", "changes.ndjson": b"", "by-town/63000010.json": b"{}"}
    begin_release(folder, sequence, files.items())
    seal_release(folder, sequence, b"{}", key)


@pytest.fixture
def releases(tmp_path: Path) -> Path:
    """Return a folder with one release a minute for fifty minutes."""
    for line in _every(minutes=1, count=50):
        _put(tmp_path, line.sequence, NINE)
    return tmp_path


def _standing(lines: list[ReleaseLine]) -> Standing:
    return Standing(None, "", lines, deque(), lines[-1], len(lines) + 1, whole=True)


def _names(folder: Path, sequence: int) -> set[str]:
    return {place.name for place in (folder / f"{sequence:010d}").iterdir()}


def test_of_a_release_that_goes_the_manifest_and_the_changes_stay(releases: Path) -> None:
    lines = _every(minutes=1, count=50)
    standing = _standing(lines)
    let_go(releases, standing, NINE + timedelta(minutes=49))
    assert [line.sequence for line in standing.remnants] == list(range(1, 21))
    assert _names(releases, 20) == {"manifest.json", "manifest.json.sig", "changes.ndjson"}
    assert has_remnants_only(releases, 20)
    assert _names(releases, 21) > _names(releases, 20)
    assert standing.lines == lines[20:]


def test_a_day_after_it_was_published_nothing_of_it_stays(releases: Path) -> None:
    standing = _standing(_every(minutes=1, count=50))
    let_go(releases, standing, NINE + timedelta(minutes=49))
    let_go(releases, standing, NINE + timedelta(hours=24, minutes=4))
    assert sequences(releases) == list(range(50, 4, -1))
    let_go(releases, standing, NINE + timedelta(hours=24, minutes=4, seconds=1))
    assert sequences(releases) == list(range(50, 5, -1))
    let_go(releases, standing, NINE + timedelta(days=9))
    assert sequences(releases) == list(range(50, 20, -1))


def test_what_is_let_go_late_goes_at_once(releases: Path) -> None:
    standing = _standing(_every(minutes=1, count=50))
    let_go(releases, standing, NINE + timedelta(days=2))
    assert sequences(releases) == list(range(50, 20, -1))
    assert not standing.remnants
