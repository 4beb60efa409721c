"""The course of a day equals what the entries give, after restarts, late entries and idle days."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import product as product_of
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from core.domain.calendar import TAIPEI, taipei_day
from core.domain.entries import Entry, pieces_of
from core.domain.programme import Programme
from core.domain.snapshot import Course
from core.releases import Untrusted, course_days, read_course
from core.storage.feed import LedgerFeed, Move
from public_site.courses import load
from publisher import signing
from publisher.courses import Courses, is_over
from publisher.followers import Told
from publisher.publishing import Publisher
from publisher.stock_days import StockDays, day_of, slot_of
from publisher.verify import Fault, check_folder, open_folder
from publisher.verify_courses import course_against_ledger
from tests.publisher.builders import NINE, HandClock, LedgerFile, a_manifest, an_outlet

pytestmark = pytest.mark.slow

ONE, TWO, TEST = "5901010058", "5901010076", "5901189999"
ADULT, CHILD = "adult_mask", "child_mask"
TODAY = date(2020, 2, 6)
Begin = Callable[[], Publisher]


def at(hour: int, minute: int = 0, second: int = 0, day: int = 6) -> datetime:
    return datetime(2020, 2, day, hour, minute, second, tzinfo=TAIPEI)


@pytest.fixture
def shop(ledger: LedgerFile) -> LedgerFile:
    """Return a ledger with two outlets, and one that is never published."""
    ledger.register(an_outlet(ONE), an_outlet(TWO), an_outlet(TEST, test=True))
    return ledger


@pytest.fixture
def course(folder: Path, signing_key) -> Callable[..., Course]:
    """Return what reads a course as the site would, too."""

    def read(day: date = TODAY) -> Course:
        found = read_course(folder, day, signing_key.public_key())
        seen = load(folder / "courses" / f"{day}.json", day, signing_key.public_key())
        assert {code: seen.points_of(code) for code in seen.outlets} == {
            code: [*map(tuple, points)] for code, points in found.outlets.items()
        }
        return found

    return read


def brute_force(entries: Iterable[Entry], course: Course) -> dict[str, list[list[int]]]:
    """Tell the course from every entry up to its position, one by one."""
    end = datetime.fromisoformat(course.as_of)
    known = [entry for entry in entries if entry.position <= int(course.ledger_position)]
    midnight = datetime.combine(date.fromisoformat(course.date), datetime.min.time(), TAIPEI)
    slots = min(144, (end - midnight) // timedelta(minutes=10))
    outlets = {}
    for code in course.outlets:
        points: list[list[int]] = []
        here = [entry for entry in known if entry.outlet == code]
        for slot in range(-1, slots):
            until = midnight + timedelta(minutes=10) * (slot + 1)
            before = [entry for entry in here if entry.at < until]
            stock = [pieces_of(before).get(product, 0) for product in course.products]
            numbers = [max(0, pieces) for pieces in stock]
            if not points or points[-1][1:] != numbers:
                points.append([slot, *numbers])
        outlets[code] = points
    return outlets


def test_a_course_has_the_numbers_at_midnight_and_then_where_a_slot_changed_them(
    shop: LedgerFile, begin: Begin, masks, course, clock: HandClock
) -> None:
    shop.move(ONE, ADULT, 10, at(20, day=5))
    shop.move(ONE, ADULT, 200, at(8, 30))
    shop.move(ONE, CHILD, 50, at(8, 39, 59))
    shop.move(ONE, ADULT, -2, at(9, 0))
    shop.move(ONE, ADULT, -2, at(9, 10))
    shop.move(ONE, ADULT, 2, at(9, 19))
    shop.move(TEST, ADULT, 7, at(9, 0))
    clock.now = at(10, 30, 20)
    begin().tick(masks)
    assert course() == Course(
        date="2020-02-06",
        as_of="2020-02-06T10:30:05+08:00",
        ledger_position="7",
        slot_s=600,
        products=[ADULT, CHILD],
        outlets={ONE: [[-1, 10, 0], [51, 210, 50], [54, 208, 50]], TWO: [[-1, 0, 0]]},
    )
    assert course(date(2020, 2, 5)).outlets == {
        ONE: [[-1, 0, 0], [120, 10, 0]],
        TWO: [[-1, 0, 0]],
    }


def test_the_file_is_the_one_that_was_agreed_on(
    shop: LedgerFile, begin: Begin, masks, folder: Path, clock: HandClock
) -> None:
    shop.move(ONE, ADULT, 5, at(8))
    clock.now = at(8, 10, 15)
    begin().tick(masks)
    assert json.loads((folder / "courses" / "2020-02-06.json").read_bytes()) == {
        "date": "2020-02-06",
        "as_of": "2020-02-06T08:10:00+08:00",
        "ledger_position": "1",
        "slot_s": 600,
        "products": ["adult_mask", "child_mask"],
        "outlets": {ONE: [[-1, 0, 0], [48, 5, 0]], TWO: [[-1, 0, 0]]},
    }


def test_a_slot_is_told_when_it_has_passed_and_not_before(
    shop: LedgerFile, begin: Begin, masks, course, folder: Path, clock: HandClock
) -> None:
    publisher = begin()
    shop.move(ONE, ADULT, 5, at(8))
    clock.now = at(8, 10, 14)
    publisher.tick(masks)
    assert course().outlets[ONE] == [[-1, 0, 0]]
    clock.now = at(8, 10, 15)
    publisher.tick(masks)
    assert course().outlets[ONE] == [[-1, 0, 0], [48, 5, 0]]


def test_a_day_is_written_again_only_where_a_slot_passed_and_something_changed(
    shop: LedgerFile, begin: Begin, masks, folder: Path, clock: HandClock
) -> None:
    publisher, path = begin(), folder / "courses" / "2020-02-06.json"

    def written_anew(now: datetime) -> bool:
        before, clock.now = path.stat().st_ino, now
        publisher.tick(masks)
        return path.stat().st_ino != before

    shop.move(ONE, ADULT, 5, at(8))
    clock.now = at(8, 1)
    publisher.tick(masks)
    assert not written_anew(at(8, 2))
    assert written_anew(at(8, 11))
    assert not written_anew(at(8, 21))
    shop.move(ONE, ADULT, 5, at(8, 21))
    assert not written_anew(at(8, 22))
    assert written_anew(at(8, 31))


def test_a_day_is_complete_once_the_next_has_begun_and_never_changes_again(
    shop: LedgerFile, begin: Begin, masks, course, folder: Path, clock: HandClock
) -> None:
    publisher = begin()
    shop.move(ONE, ADULT, 5, at(8))
    clock.now = at(23, 59)
    publisher.tick(masks)
    shop.move(ONE, ADULT, 1, at(23, 59, 59))
    clock.now = at(0, 0, 14, day=7)
    publisher.tick(masks)
    assert not is_over(course())
    clock.now = at(0, 0, 15, day=7)
    publisher.tick(masks)
    assert is_over(course())
    assert course().outlets[ONE][-1] == [143, 6, 0]
    assert course(date(2020, 2, 7)).outlets[ONE] == [[-1, 6, 0]]
    before = (folder / "courses" / "2020-02-06.json").read_bytes()
    shop.move(ONE, ADULT, 3, at(23, 0))
    clock.now = at(9, 0, 15, day=7)
    for publishing in (publisher, begin()):
        clock.forward(minutes=10)
        publishing.tick(masks)
        assert course(date(2020, 2, 7)).outlets[ONE] == [[-1, 9, 0]]
    assert (folder / "courses" / "2020-02-06.json").read_bytes() == before


@pytest.mark.parametrize("again", [True, False], ids=["restarted", "running"])
def test_every_course_equals_what_all_entries_give_by_their_own_time(
    again: bool,
    shop: LedgerFile,
    begin: Begin,
    masks: Programme,
    course,
    feed: LedgerFeed,
    folder: Path,
    clock: HandClock,
    rng: random.Random,
) -> None:
    publisher = begin()
    clock.now = at(6, day=3)
    for code, product in product_of([ONE, TWO, TEST], [ADULT, CHILD, "test_kit"]):
        shop.move(code, product, 999, at(5, day=3))
    for _ in range(40):
        clock.forward(seconds=rng.choice([30, 600, 3_700, 60_000]))
        for _ in range(rng.randrange(5)):
            # Some come late, as from a counter that was cut off; some are of another product.
            moved_at = clock.now - timedelta(seconds=rng.choice([0, 0, 5, 900, 100_000]))
            product = rng.choice([ADULT, CHILD, "test_kit"])
            shop.move(rng.choice([ONE, TWO, TEST]), product, rng.randrange(-3, 9) or 1, moved_at)
        if again and rng.random() < 0.5:
            publisher = begin()
        publisher.tick(masks)
        entries = feed.entries_after(0)
        for day in course_days(folder):
            found = course(day)
            assert found.outlets == brute_force(entries, found), (day, found)
            assert list(course_against_ledger(found, feed)) == []
    today = taipei_day(clock.now - timedelta(seconds=15))
    first = max(date(2020, 2, 3), today - timedelta(days=7))
    expected = [first + timedelta(days=n) for n in range((today - first).days + 1)]
    assert course_days(folder) == expected


def test_a_publisher_that_slept_for_days_writes_those_days_when_it_wakes(
    shop: LedgerFile, begin: Begin, masks, course, folder: Path, clock: HandClock
) -> None:
    publisher = begin()
    shop.move(ONE, ADULT, 5, at(8))
    clock.now = at(9)
    publisher.tick(masks)
    shop.move(ONE, ADULT, 3, at(8, day=7))
    clock.now = at(9, day=9)
    for publishing in (publisher, begin()):
        publishing.tick(masks)
        assert course_days(folder) == [date(2020, 2, day) for day in (6, 7, 8, 9)]
        assert [is_over(course(day)) for day in course_days(folder)] == [True, True, True, False]
        assert course(date(2020, 2, 7)).outlets[ONE] == [[-1, 5, 0], [48, 8, 0]]


def test_eight_days_stay(shop: LedgerFile, begin: Begin, masks, folder: Path, clock) -> None:
    publisher = begin()
    shop.move(ONE, ADULT, 5, at(8))
    for day in range(6, 18):
        clock.now = at(12, day=day)
        publisher.tick(masks)
    assert course_days(folder) == [date(2020, 2, day) for day in range(10, 18)]
    names = {place.name for place in (folder / "courses").iterdir()}
    assert names == {f"{day}.json{end}" for day in course_days(folder) for end in ("", ".sig")}


def test_an_empty_ledger_has_no_course(
    ledger: LedgerFile, begin: Begin, masks, folder: Path
) -> None:
    begin().tick(masks)
    assert course_days(folder) == []


def test_a_day_that_was_damaged_is_written_again_by_the_next_start(
    shop: LedgerFile, begin: Begin, masks, course, folder: Path, clock: HandClock
) -> None:
    shop.move(ONE, ADULT, 5, at(8))
    clock.now = at(9, day=7)
    begin().tick(masks)
    before = course()
    (folder / "courses" / "2020-02-06.json").write_bytes(b"{}")
    clock.forward(minutes=10)
    begin().tick(masks)
    assert course().outlets == before.outlets


def test_releases_that_state_their_own_times_write_each_day_and_the_last_one_at_the_end(
    shop: LedgerFile, begin: Begin, masks, course, folder: Path, clock: HandClock
) -> None:
    clock.now = at(12, day=28)
    publisher = begin()
    for day in (3, 4):
        for hour in range(8, 20):
            shop.move(ONE, ADULT, 1, at(hour, day=day))
            publisher.publish(at(hour, day=day), masks)
    assert [*map(len, course(date(2020, 2, 3)).outlets.values())] == [13, 1]
    assert len(course(date(2020, 2, 4)).outlets[ONE]) == 1
    clock.forward(seconds=5)
    shop.move(ONE, ADULT, 1, at(20, day=4))
    publisher.publish(at(20, day=4), masks)
    assert len(course(date(2020, 2, 4)).outlets[ONE]) == 13
    shop.move(ONE, ADULT, 1, at(21, day=4))
    publisher.publish(at(21, day=4), masks)
    publisher.finish()
    assert len(course(date(2020, 2, 4)).outlets[ONE]) == 14


def test_a_number_below_nothing_that_own_times_would_give_is_shown_as_nothing() -> None:
    days = StockDays(TODAY, {(ONE, ADULT): 1})
    slot = slot_of(at(8))
    days.fold([Move(slot, ONE, ADULT, -3), Move(slot + 1, ONE, ADULT, 5)])
    assert days.points(144, [ONE], [ADULT]) == {ONE: [[-1, 1], [48, 0], [49, 3]]}


def test_slots_are_counted_in_taipei() -> None:
    midnight = at(0)
    assert day_of(slot_of(midnight)) == TODAY
    assert day_of(slot_of(midnight - timedelta(microseconds=1))) == date(2020, 2, 5)
    assert slot_of(midnight) % 144 == 0
    assert slot_of(at(8, 39, 59)) - slot_of(midnight) == 51


def test_a_reader_finds_a_signed_course_at_every_step_of_its_being_replaced(
    shop: LedgerFile, feed: LedgerFeed, folder: Path, signing_key, monkeypatch
) -> None:
    shop.move(ONE, ADULT, 5, at(8))
    courses, seen = Courses(feed, folder, signing_key), []
    folder.mkdir(parents=True)
    replace_file = signing.durable.replace

    def looked_at(path: Path, body: bytes) -> None:
        replace_file(path, body)
        if (folder / "courses" / "2020-02-06.json").exists():
            seen.append(read_course(folder, TODAY, signing_key.public_key()).as_of)

    monkeypatch.setattr(signing.durable, "replace", looked_at)
    for hour in (9, 10):
        shop.move(ONE, ADULT, 5, at(hour - 1, 30))
        courses.keep_up(
            Told(
                as_of=at(hour, 0, 15),
                position=feed.position(),
                codes=[ONE],
                products=[ADULT],
                manifest=a_manifest(),
            )
        )
    assert [text[11:16] for text in seen] == ["09:00", "09:00", "09:00", "10:00", "10:00"]


@pytest.fixture
def faults(shop, begin, masks, clock, folder: Path, signing_key) -> Callable[[], list[Fault]]:
    """Return what verifies a folder that has a course."""
    shop.move(ONE, ADULT, 5, at(8))
    clock.now = at(9)
    begin().tick(masks)
    return lambda: list(check_folder(open_folder(folder, signing_key.public_key())))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"outlets": {ONE: [[0, 1, 1]]}}, "not one a slot from 00:00 on"),
        ({"outlets": {ONE: [[-1, 1, 1], [3, 1]]}}, "not one a slot from 00:00 on"),
        ({"outlets": {ONE: [[-1, 1, 1], [3, 1, 1], [3, 2, 2]]}}, "not one a slot"),
        ({"outlets": {ONE: [[-1, 1, -1]]}}, "has less than nothing"),
        ({"outlets": {ONE: [[-1, 1, 1], [60, 1, 2]]}}, "slot 60, which had not passed"),
        ({"outlets": {TWO: [[-1, 1, 1]], ONE: [[-1, 1, 1]]}}, "do not ascend"),
        ({"slot_s": 60}, "its slots have 60 s"),
        ({"ledger_position": "9"}, "it states ledger position 9, beyond 1"),
        ({"date": "2020-02-07"}, "says that it is of 2020-02-07"),
    ],
)
def test_a_course_that_cannot_be_is_found_even_when_signed(
    change: dict[str, object], fault: str, faults, course, folder: Path, signing_key
) -> None:
    assert faults() == []
    body = msgspec.json.encode(replace(course(), **change))
    signing.replace_signed(folder / "courses" / "2020-02-06.json", body, signing_key)
    (found,) = faults()
    assert found.where == "courses/2020-02-06.json"
    assert fault in found.what


def test_a_course_without_its_signature_or_with_another_byte_is_not_read(
    faults, folder: Path, signing_key
) -> None:
    path = folder / "courses" / "2020-02-06.json"
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(Untrusted):
        read_course(folder, TODAY, signing_key.public_key())
    assert [fault.where for fault in faults()] == ["courses/2020-02-06.json"]
    path.with_name(path.name + ".sig").unlink()
    assert [fault.where for fault in faults()] == ["courses/2020-02-06.json"]


def test_a_course_that_the_entries_do_not_give_is_found(
    faults, course, shop: LedgerFile, feed: LedgerFeed
) -> None:
    assert list(course_against_ledger(course(), feed)) == []
    shop.run("UPDATE entries SET at = at + 600000000")
    (fault,) = course_against_ledger(course(), feed)
    assert fault == (
        f"outlet {ONE}: published [[-1, 0, 0], [48, 5, 0]],"
        " the entries give [[-1, 0, 0], [49, 5, 0]]"
    )
    shop.run("DELETE FROM entries")
    (fault,) = course_against_ledger(course(), feed)
    assert fault == "it states ledger position 1; the ledger ends at 0"


def test_days_that_are_read_again_cost_what_those_days_hold(
    shop: LedgerFile, feed: LedgerFeed
) -> None:
    shop.move(ONE, ADULT, 5, NINE)
    feed_connection = feed._connection
    plans: list[str] = []
    feed_connection.set_trace_callback(plans.append)
    feed.moves_since(TODAY, 1, timedelta(minutes=10))
    feed_connection.set_trace_callback(None)
    plan = feed_connection.execute(f"EXPLAIN QUERY PLAN {plans[-1]}").fetchall()
    steps = " / ".join(str(row[3]) for row in plan)
    assert "entries USING INDEX entries_outlet_day (outlet=? AND day>?)" in steps
