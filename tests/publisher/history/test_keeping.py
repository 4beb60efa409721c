"""The history has every number that was published, and nothing twice, whatever happens to it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import msgspec
import pytest

from core.domain.calendar import TAIPEI
from core.domain.snapshot import LongCourse
from core.errors import NotFound
from core.releases import COURSES, SIGNATURE, read_history_index, read_signed
from core.storage.feed import LedgerFeed
from publisher.followers import Told
from publisher.history import keeping
from publisher.history.background import History
from publisher.history.checking import check_history, history_against_ledger
from publisher.history.keeping import Keeper
from publisher.history.looking_back import Past
from publisher.publishing import Publisher
from publisher.release_log import read_log
from publisher.verify import check_folder, open_folder
from tests.publisher.builders import HandClock, LedgerFile, an_outlet
from tests.publisher.history.conftest import ONE, TEST, TWO

ADULT, CHILD = "adult_mask", "child_mask"
Begin = Callable[[], Publisher]
Key = tuple[str, str]


class Listener:
    """A follower that remembers what it was told."""

    told: Told

    def keep_up(self, told: Told) -> None:
        self.told = told

    def finish(self) -> None: ...


def at(hour: int, minute: int = 0, second: int = 0, day: int = 6) -> datetime:
    return datetime(2020, 2, day, hour, minute, second, tzinfo=TAIPEI)


def rows_of(folder: Path) -> list[tuple[object, ...]]:
    """Return what a statistician reads, in order of release."""
    found = duckdb.sql(
        'SELECT epoch_us("at"), sequence, code, product, pieces, received, sold, "date"'
        f" FROM read_parquet('{folder}/history/*/*.parquet', hive_partitioning=true)"
        " ORDER BY sequence, code, product"
    ).fetchall()
    return [(datetime.fromtimestamp(us / 1e6, TAIPEI), *rest) for us, *rest in found]


def published(folder: Path) -> dict[int, dict[Key, int]]:
    """Return the numbers after each release in which one changed, as DuckDB folds the rows."""
    stock: dict[Key, int] = {}
    by_release: dict[int, dict[Key, int]] = {}
    for _, sequence, code, product, pieces, *_ in rows_of(folder):
        if pieces is None:
            del stock[code, product]
        else:
            stock[code, product] = pieces
        by_release[sequence] = dict(stock)
    return by_release


def entries_give(folder: Path, feed: LedgerFeed) -> Iterator[tuple[int, dict[Key, int]]]:
    """Yield the numbers of each release that the entries give, those of zero left out."""
    for line in read_log(folder)[0]:
        sums = feed.recompute(int(line.ledger_position))
        yield line.sequence, {of: n for of, n in sums.items() if n and of[0] != TEST}


def assert_equal_to_the_ledger(folder: Path, feed: LedgerFeed) -> None:
    told, stock = published(folder), dict[Key, int]()
    for sequence, truth in entries_give(folder, feed):
        stock = told.get(sequence, stock)
        assert {of: n for of, n in stock.items() if n} == truth, f"release {sequence}"


def faults(folder: Path, key: object, feed: LedgerFeed) -> list[object]:
    public = key.public_key()  # type: ignore[attr-defined]
    return [
        *check_history(folder, public),
        *history_against_ledger(folder, public, feed),
        *check_folder(open_folder(folder, public)),
    ]


def some_days(
    shop: LedgerFile, begin: Begin, masks: object, clock: HandClock, rng: random.Random
) -> None:
    """Let three days of random trade and random restarts go by."""
    clock.now, stock = at(7, day=4), dict[Key, int]()
    publisher = begin()
    for _ in range(60):
        clock.forward(minutes=rng.choice((1, 8, 40, 120)), seconds=rng.randrange(60))
        for _ in range(rng.randrange(4)):
            of = (rng.choice((ONE, TWO, TEST)), rng.choice((ADULT, CHILD)))
            pieces = rng.choice((200, -1, -2, -stock.get(of, 0)))
            if pieces and stock.get(of, 0) + pieces >= 0:
                shop.move(*of, pieces, clock.now)
                stock[of] = stock.get(of, 0) + pieces
        publisher.tick(masks)  # type: ignore[arg-type]
        if rng.random() < 0.1:
            if rng.random() < 0.5:
                publisher.finish()
            publisher = begin()
    publisher.finish()


@pytest.mark.slow
def test_duckdb_reads_the_ledgers_numbers_at_every_release_over_days_and_restarts(
    shop, begin: Begin, masks, folder, signing_key, feed, clock, rng
) -> None:
    some_days(shop, begin, masks, clock, rng)
    assert_equal_to_the_ledger(folder, feed)
    assert faults(folder, signing_key, feed) == []
    rows = rows_of(folder)
    assert len({(sequence, *of) for _, sequence, *of in [row[:4] for row in rows]}) == len(rows)
    assert TEST not in {row[2] for row in rows}
    days = {str(row[7]) for row in rows}
    assert days == {str(row[0].date()) for row in rows}
    whole = sorted(path.parent.name for path in folder.glob("history/*/day.parquet"))
    last_day = read_log(folder)[0][-1].as_of[:10]
    assert whole == [f"date={day}" for day in sorted(days) if day < last_day]


@pytest.mark.slow
@pytest.mark.parametrize("lost", ["history", "a day", "a roll-up"])
def test_what_is_gone_is_made_anew_from_the_ledger(
    lost: str, shop, begin: Begin, masks, folder, signing_key, feed, clock, rng
) -> None:
    some_days(shop, begin, masks, clock, rng)
    before = published(folder)
    daily = {path.name: path.read_bytes() for path in folder.glob("daily/*")}
    if lost == "history":
        shutil.rmtree(folder / "history")
    elif lost == "a day":
        next(folder.glob("history/*/day.parquet")).unlink()
    else:
        next(folder.glob("daily/*.csv")).write_bytes(b"date")
    clock.forward(seconds=30)
    publisher = begin()
    publisher.tick(masks)
    publisher.finish()
    assert faults(folder, signing_key, feed) == []
    assert_equal_to_the_ledger(folder, feed)
    again = published(folder)
    assert {n: {of: p for of, p in stock.items() if p} for n, stock in again.items()} == {
        n: {of: p for of, p in stock.items() if p} for n, stock in before.items() if n in again
    }
    for name, body in daily.items():
        assert (folder / "daily" / name).read_bytes() == body, name


def test_rows_say_what_was_published_received_and_sold(
    shop, begin: Begin, masks, folder, clock
) -> None:
    publisher = begin()
    clock.now = at(8)
    shop.move(ONE, ADULT, 10)
    publisher.tick(masks)
    clock.now = at(8, 0, 30)
    shop.move(ONE, ADULT, 200)
    shop.move(ONE, ADULT, -3)
    shop.move(TEST, ADULT, 5)
    publisher.tick(masks)
    clock.now = at(8, 1)
    shop.move(ONE, ADULT, -2)
    shop.run("UPDATE entries SET kind = 'reversal', pieces = 2 WHERE position = 5")
    shop.run("UPDATE balances SET pieces = pieces + 4 WHERE outlet = ?", ONE)
    publisher.tick(masks)
    publisher.finish()
    assert [row[:7] for row in rows_of(folder)] == [
        (at(8), 1, ONE, ADULT, 10, 10, 0),
        (at(8), 1, ONE, CHILD, 0, 0, 0),
        (at(8), 1, TWO, ADULT, 0, 0, 0),
        (at(8), 1, TWO, CHILD, 0, 0, 0),
        (at(8, 0, 30), 2, ONE, ADULT, 207, 200, 3),
        (at(8, 1), 3, ONE, ADULT, 209, 0, -2),
    ]


def test_an_outlet_that_is_published_no_longer_ends_and_begins_anew_when_it_comes_back(
    shop, begin: Begin, masks, folder, signing_key, feed, clock, past: Past
) -> None:
    shop.register(*(an_outlet(f"590101010{n}") for n in range(5)))
    publisher = begin()
    for minute, test in enumerate((False, True, False)):
        clock.now = at(9, minute)
        shop.register(an_outlet(TWO, test=test))
        shop.move(TWO, ADULT, 10)
        publisher.tick(masks)
    publisher.finish()
    told = [row[1:7] for row in rows_of(folder) if row[2:4] == (TWO, ADULT)]
    assert told == [
        (1, TWO, ADULT, 10, 10, 0),
        (2, TWO, ADULT, None, -10, 0),
        (3, TWO, ADULT, 30, 30, 0),
    ]
    assert TWO not in past.at(at(9, 1, 30))
    assert past.at(at(9, 2))[TWO] == {ADULT: 30, CHILD: 0}
    clock.now = at(9, day=7)
    publisher.tick(masks)
    assert [*check_history(folder, signing_key.public_key())] == []


def test_a_tick_without_a_release_finishes_a_day_that_is_over(
    shop, feed, masks, folder, signing_key, clock, past: Past
) -> None:
    clock.now = at(23, 58)
    keeper, listener = Keeper(feed, folder, signing_key, clock), Listener()
    shop.move(ONE, ADULT, 10)
    Publisher(feed, folder, signing_key, clock=clock, followers=(listener,)).tick(masks)
    keeper.keep_up(replace(listener.told, as_of=at(0, 0, 30, day=7)))
    assert not (folder / "daily").exists()
    keeper.keep_up(replace(listener.told, as_of=at(0, 1, 30, day=7), released=False))
    assert [file.complete for file in past.index().files] == [True] * 3
    body = (folder / "daily" / "2020-02-06.csv").read_text()
    assert body == (
        "date,code,product,opening,received,sold,closing,sold_out_at,hours_in_stock\n"
        f"2020-02-06,{ONE},adult_mask,0,10,0,10,,0.03\n"
        f"2020-02-06,{ONE},child_mask,0,0,0,0,,0.00\n"
        f"2020-02-06,{TWO},adult_mask,0,0,0,0,,0.00\n"
        f"2020-02-06,{TWO},child_mask,0,0,0,0,,0.00\n"
    )


def test_the_long_course_has_the_days_that_are_over(
    shop, begin: Begin, masks, folder, signing_key, clock
) -> None:
    place = folder / COURSES / "long.json"
    publisher = begin()
    clock.now = at(8)
    shop.move(ONE, ADULT, 10)
    publisher.tick(masks)
    clock.now = at(9, 30)
    shop.move(ONE, ADULT, -10)
    publisher.tick(masks)
    assert not place.exists()
    for day in (7, 8):
        clock.now = at(9, day=day)
        publisher.tick(masks)
    (folder / COURSES / ("long.json" + SIGNATURE)).unlink()
    begin().tick(masks)
    body, _ = read_signed(place, signing_key.public_key())
    assert msgspec.json.decode(body, type=LongCourse) == LongCourse(
        as_of="2020-02-07T23:59:59+08:00",
        days=["2020-02-06", "2020-02-07"],
        products=[ADULT, CHILD],
        outlets={
            ONE: {ADULT: [[0, 0, 10, 10, 0, 570, 90]], CHILD: []},
            TWO: {ADULT: [], CHILD: []},
        },
    )


@pytest.mark.slow
def test_many_parts_become_one_while_the_day_runs(
    shop, begin: Begin, masks, folder, signing_key, feed, clock, past: Past, monkeypatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_PARTS", 4)
    publisher, counts = begin(), []
    for minute in range(0, 60, 6):
        clock.now = at(8, minute)
        shop.move(ONE, ADULT, 1)
        publisher.tick(masks)
        publisher.finish()
        counts.append(len(past.index().files))
    assert max(counts) == 3
    assert faults(folder, signing_key, feed) == []
    assert past.at(at(8, 30))[ONE] == {ADULT: 6, CHILD: 0}


def test_the_thread_writes_what_the_publisher_told_and_a_fault_fails_a_later_tick(
    shop, feed, masks, folder, signing_key, clock, past: Past
) -> None:
    history = History(shop.path, folder, signing_key, clock)
    publisher = Publisher(feed, folder, signing_key, clock=clock, followers=(history,))
    clock.now = at(8)
    shop.move(ONE, ADULT, 10)
    publisher.tick(masks)
    publisher.finish()
    assert past.at(at(8))[ONE] == {ADULT: 10, CHILD: 0}
    shutil.rmtree(folder / "history")
    (folder / "history").write_bytes(b"in the way")
    clock.now = at(8, 10)
    shop.move(ONE, ADULT, 5)
    publisher.tick(masks)
    with pytest.raises(OSError):
        publisher.finish()
    (folder / "history").unlink()
    clock.now = at(8, 20)
    publisher.tick(masks)
    publisher.finish()
    assert past.at(at(8, 10))[ONE] == {ADULT: 15, CHILD: 0}


def test_history_that_is_ahead_of_the_releases_says_what_to_do(
    shop, begin: Begin, masks, folder, clock
) -> None:
    publisher = begin()
    shop.move(ONE, ADULT, 10)
    publisher.tick(masks)
    clock.forward(seconds=1)
    shop.move(ONE, ADULT, 10)
    publisher.tick(masks)
    publisher.finish()
    for place in (folder / "0000000001", folder / "0000000002"):
        shutil.rmtree(place)
    for name in ("releases.ndjson", "current.json", "current.json.sig"):
        (folder / name).unlink()
    with pytest.raises(Exception, match=r"history reaches release 2.*Remove history/index.json"):
        begin().tick(masks)


@pytest.mark.slow
def test_retention_never_touches_the_history(
    shop, begin: Begin, masks, folder, signing_key, feed, clock
) -> None:
    publisher = begin()
    for day in (3, 4, 5, 6):
        clock.now = at(9, day=day)
        shop.move(ONE, ADULT, 1, clock.now)
        publisher.tick(masks)
    for _ in range(32):
        clock.forward(seconds=1)
        shop.move(ONE, ADULT, 1, clock.now)
        publisher.tick(masks)
    publisher.finish()
    assert not (folder / "0000000001").exists()
    index = read_history_index(folder, signing_key.public_key())
    assert min(file.day for file in index.files) == "2020-02-03"
    assert [*check_history(folder, signing_key.public_key())] == []


def test_damage_is_named(shop, begin: Begin, masks, folder, signing_key, feed, clock) -> None:
    publisher, key = begin(), signing_key.public_key()
    for day in (5, 6, 7):
        clock.now = at(9, day=day)
        shop.move(ONE, ADULT, 5, clock.now)
        publisher.tick(masks)
    publisher.finish()
    day, daily = folder / "history/date=2020-02-05/day.parquet", folder / "daily/2020-02-06.csv"
    good = {place: place.read_bytes() for place in (day, daily)}
    for place, body in good.items():
        place.write_bytes(body[:-4] + b"\x00" * 4)
        assert {fault.where for fault in check_history(folder, key)} == {
            place.relative_to(folder).as_posix()
        }
        place.write_bytes(body)
    shop.run("UPDATE entries SET pieces = 6 WHERE position = 2")
    assert "published 10, the entries give 11" in str([*history_against_ledger(folder, key, feed)])
    (folder / "history/index.json").write_bytes(b"{}")
    assert [fault.where for fault in check_history(folder, key)] == ["history/index.json"]


def test_what_no_history_reaches_is_not_made_up(
    shop, begin: Begin, masks, clock, past: Past
) -> None:
    with pytest.raises(NotFound):
        past.at(at(9))
    publisher = begin()
    shop.move(ONE, ADULT, 5)
    publisher.tick(masks)
    publisher.finish()
    with pytest.raises(NotFound, match="it has 2020-02-06 to 2020-02-06"):
        past.at(at(9, day=5))
    assert past.at(clock.now + timedelta(days=9))[ONE][ADULT] == 5
