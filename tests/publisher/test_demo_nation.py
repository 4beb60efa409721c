from __future__ import annotations

import asyncio
import csv
import io
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest

from core.domain.calendar import TAIPEI, taipei_day
from core.domain.geography import great_circle_m, load_towns, town_of_address, town_of_code
from core.domain.outlets import Outlet, kind_of, valid_code
from core.releases import load_public_key, read_course, read_current, read_file, read_manifest
from core.settings import Settings
from core.storage import open_state
from core.storage.feed import LedgerFeed
from publisher.demo import filling
from publisher.demo.filling import WHO, fill
from publisher.demo.outlets import NEAR_STATION, STATION
from tests.builders import SetClock, an_outlet

pytestmark = pytest.mark.slow

REPOSITORY = Path(__file__).resolve().parents[2]
RULES = date(2020, 2, 6)
AFTERNOON = datetime(2026, 3, 4, 15, 30, tzinfo=TAIPEI)
JUST_AFTER_MIDNIGHT = datetime(2026, 3, 4, 0, 3, tzinfo=TAIPEI)
TWO_TOWNS = tuple(town for town in load_towns() if town.town_code in {"63000050", "63000060"})


class Interrupted(Exception):
    """The filling was stopped half-way."""


def silent(done: int, planned: int) -> None:
    """Hear nothing."""


def settings_in(state: Path) -> Settings:
    return Settings(state=state, rules_of=RULES)


def fill_two_towns(state: Path, now: datetime = AFTERNOON, **options: object) -> filling.Filled:
    given = {"progress": silent, "clock": SetClock(now), "towns": TWO_TOWNS}
    return asyncio.run(fill(settings_in(state), **(given | options)))  # type: ignore[arg-type]


@dataclass
class Seen:
    """What the ledger of a filled state holds."""

    outlets: list[Outlet]
    stock: dict[str, int]
    rows: list[dict[str, object]]


def look_at(state: Path) -> Seen:
    feed = LedgerFeed(settings_in(state).database_path)
    stock: Counter[str] = Counter()
    for (code, _), pieces in feed.recompute().items():
        stock[code] += pieces
    rows = [msgspec.json.decode(row.body) for row in feed.audit_rows(0)]
    outlets = feed.outlets()
    feed.close()
    return Seen(outlets, dict(stock), rows)


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a state filled with the whole nation."""
    state = tmp_path_factory.mktemp("nation")
    asyncio.run(fill(settings_in(state), progress=silent, clock=SetClock(AFTERNOON)))
    yield state


@pytest.mark.slow
def test_the_nation_has_the_size_that_was_promised(nation):
    seen = look_at(nation)
    published = [outlet for outlet in seen.outlets if not outlet.test]
    assert 6_300 <= len(published) <= 6_700
    assert {outlet.town_code for outlet in published} == {
        town.town_code for town in load_towns() if town.outlets
    }
    with_stock = [outlet for outlet in published if seen.stock.get(outlet.code)]
    sold_out = [code for code, pieces in seen.stock.items() if pieces == 0]
    assert len(with_stock) > 3_000
    assert len(sold_out) > 200
    acts = Counter(row["act"] for row in seen.rows)
    assert 40_000 <= acts["sale"] <= 80_000
    assert not acts["sale_refused"]


@pytest.mark.slow
def test_codes_addresses_and_towns_of_the_nation_agree(nation):
    for outlet in look_at(nation).outlets:
        town, by_code = town_of_address(outlet.address), town_of_code(outlet.code)
        assert valid_code(outlet.code)
        assert kind_of(outlet.code) == outlet.kind
        assert town is not None
        assert by_code is not None
        assert outlet.town_code == town.town_code == by_code.town_code


@pytest.mark.slow
def test_every_level_of_stock_occurs_in_the_first_release_and_no_test_outlet(nation):
    settings = settings_in(nation)
    key = load_public_key(settings.public_key_file)
    current = read_current(settings.snapshots_folder, key)
    manifest, _ = read_manifest(settings.snapshots_folder, current, key)
    body = read_file(settings.snapshots_folder, manifest, "maskdata-all.csv")
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    levels = Counter(row["adult_mask_level"] for row in rows)
    assert min(levels[level] for level in ("plenty", "some", "few", "none")) > 100
    said = Counter(row["availability"] for row in rows)
    assert min(said[kind] for kind in ("tickets_gone", "sold_out", "paused", "closed")) > 5
    assert said["buyable"] > 6_000
    assert sum(bool(row["sale_windows"]) for row in rows) > 400
    assert sum(bool(row["tickets"]) for row in rows) > 300
    assert sum(row["phone_status"] == "hidden" for row in rows) > 50
    tests = {outlet.code for outlet in look_at(nation).outlets if outlet.test}
    assert tests
    assert tests.isdisjoint(row["code"] for row in rows)


def test_some_outlets_with_stock_stand_near_taipei_main_station(state):
    fill_two_towns(state)
    seen = look_at(state)
    near = [
        outlet
        for outlet in seen.outlets
        if outlet.lat and great_circle_m(*STATION, outlet.lat, outlet.lon or 0.0) < 1_000
    ]
    assert sum(seen.stock.get(outlet.code, 0) > 0 for outlet in near) >= NEAR_STATION


def test_the_same_seed_and_instant_make_the_same_nation_and_another_seed_another(tmp_path):
    for name, seed in (("first", 1), ("again", 1), ("other", 2)):
        fill_two_towns(tmp_path / name, seed=seed)
    first, again, other = (look_at(tmp_path / name) for name in ("first", "again", "other"))
    assert first == again
    assert first.outlets != other.outlets


def test_a_filled_state_is_not_filled_again(state):
    assert fill_two_towns(state).acts > 0
    before = look_at(state)
    again = fill_two_towns(state, datetime(2026, 3, 6, 9, 0, tzinfo=TAIPEI))
    assert again.acts == 0
    assert "already" in again.reason
    assert look_at(state) == before


def test_a_state_that_holds_something_else_is_left_alone(state):
    async def put_an_outlet() -> None:
        async with open_state(settings_in(state)) as opened:
            await opened.ledger.save_outlets([an_outlet()], {"act": "register"}, AFTERNOON)

    asyncio.run(put_an_outlet())
    filled = fill_two_towns(state)
    assert filled.acts == 0
    assert "not empty" in filled.reason
    assert len(look_at(state).outlets) == 1


def test_an_interrupted_filling_is_finished_as_if_nothing_had_happened(tmp_path, monkeypatch, rng):
    monkeypatch.setattr(filling, "_CHUNK", 64)
    fill_two_towns(tmp_path / "whole")
    whole = look_at(tmp_path / "whole")
    stop_after = rng.randrange(1, len(whole.rows) - 64)

    def stop(done: int, planned: int) -> None:
        if done >= stop_after:
            raise Interrupted

    with pytest.raises(Interrupted):
        fill_two_towns(tmp_path / "cut", progress=stop)
    assert len(look_at(tmp_path / "cut").rows) < len(whole.rows)
    # Hours later, even on another day, the same plan is finished.
    fill_two_towns(tmp_path / "cut", datetime(2026, 3, 5, 11, 0, tzinfo=TAIPEI))
    assert look_at(tmp_path / "cut") == whole


@pytest.mark.slow
def test_a_filling_that_is_killed_is_finished_by_the_next(tmp_path):
    command = [sys.executable, "-P", "-m", "core.cli", "demo", "fill", "--state", str(tmp_path)]
    environ = {**os.environ, "PYTHONPATH": str(REPOSITORY), "MASKMAP_RULES_OF": "2020-02-06"}
    with subprocess.Popen(command, env=environ, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and not _has_begun(tmp_path):
            pass
        process.send_signal(signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    asyncio.run(fill(settings_in(tmp_path), progress=silent))
    rows = look_at(tmp_path).rows
    ours = [row for row in rows if row["by"] == WHO]
    assert len(ours) == ours[0]["acts"] + 1


def _has_begun(state: Path) -> bool:
    """Tell whether a few transactions of sales are in the ledger."""
    wal = state / "ledger.sqlite-wal"
    if not wal.exists() or wal.stat().st_size < 4_000_000:
        return False
    return len(look_at(state).rows) > 2_000


@pytest.mark.parametrize("now", [AFTERNOON, JUST_AFTER_MIDNIGHT])
def test_todays_acts_lie_in_todays_hours_until_now(state, now):
    fill_two_towns(state, now)
    times = [datetime.fromisoformat(str(row["at"])) for row in look_at(state).rows[1:]]
    today = [at for at in times if taipei_day(at) == taipei_day(now)]
    assert times == sorted(times)
    assert len(today) > len(times) // 2
    assert max(times) <= now


def test_goods_of_today_wait_for_an_answer_at_outlets_that_have_some_left(state):
    fill_two_towns(state)
    seen = look_at(state)
    today = {row["outlet"] for row in seen.rows if str(row["at"]).startswith("2026-03-04")
             and row["act"] == "intake"}  # fmt: skip
    waiting = [
        outlet
        for outlet in seen.outlets
        if outlet.status == "active" and seen.stock.get(outlet.code) and outlet.code not in today
    ]
    assert waiting


@pytest.mark.parametrize("rules_of", [date(2020, 3, 5), date(2020, 4, 9), date(2020, 12, 31)])
def test_the_nation_follows_the_rules_that_are_pinned(state, rules_of):
    settings = Settings(state=state, rules_of=rules_of)
    asyncio.run(fill(settings, progress=silent, clock=SetClock(AFTERNOON), towns=TWO_TOWNS))
    assert not [row for row in look_at(state).rows if row["act"] == "sale_refused"]


def test_buyers_are_not_asked_to_come_on_a_day_that_is_not_theirs(state):
    for day in range(1, 8):
        fill_two_towns(state / str(day), datetime(2026, 3, day, 12, 0, tzinfo=TAIPEI))
        rows = look_at(state / str(day)).rows
        assert not [row for row in rows if row["act"] == "sale_refused"]


def test_the_day_of_the_nation_goes_up_and_down_all_day_in_its_courses(state):
    fill_two_towns(state)
    settings = settings_in(state)
    key = load_public_key(settings.public_key_file)
    course = read_course(settings.snapshots_folder, AFTERNOON.date(), key)
    slots = Counter(point[0] for points in course.outlets.values() for point in points[1:])
    assert len(course.outlets) == sum(not outlet.test for outlet in look_at(state).outlets)
    assert min(slots) >= 8 * 6
    assert max(slots) < 15.5 * 6
    assert len(slots) > 40
    assert max(map(len, course.outlets.values())) > 10


def test_the_nation_says_what_outlets_say_notes_hours_pages_and_why_they_pause(state):
    fill_two_towns(state)
    outlets = look_at(state).outlets
    assert any(outlet.note for outlet in outlets)
    assert any(outlet.service_periods for outlet in outlets)
    assert {outlet.website[:20] for outlet in outlets} == {"", "https://example.org/"}
    assert len({outlet.status_reason for outlet in outlets if outlet.status == "paused"}) > 1
