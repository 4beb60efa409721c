"""Published stock in memory equals the ledger, however it got there."""

from __future__ import annotations

from datetime import timedelta

from msgspec.structs import replace

from core.domain.programme import Levels, Programme
from core.storage.feed import LedgerFeed
from publisher.collect import Collector
from tests.publisher.builders import NINE, LedgerFile, an_outlet

ONE, TWO = "5901010058", "5901010076"


def test_every_outlet_is_there_with_zeros_before_anything_was_taken_in(
    ledger: LedgerFile, feed: LedgerFeed, masks: Programme
) -> None:
    ledger.register(an_outlet(TWO), an_outlet(ONE))
    collector = Collector(feed)
    positions = collector.collect(masks, NINE)
    assert [record.code for record in collector.records] == [ONE, TWO]
    assert collector.records[0].counts == {"adult_mask": 0, "child_mask": 0}
    assert collector.records[0].changed_at == ""
    assert (positions.ledger, positions.audit) == (0, 1)


def test_what_is_folded_equals_what_is_read_anew(
    ledger: LedgerFile, feed: LedgerFeed, masks: Programme, rng
) -> None:
    codes = [f"590101{n:04d}" for n in range(12)]
    ledger.register(*map(an_outlet, codes))
    folding = Collector(feed)
    for step in range(60):
        for _ in range(rng.randrange(4)):
            product = rng.choice(["adult_mask", "child_mask", "test_kit"])
            ledger.move(
                rng.choice(codes), product, rng.randrange(1, 9), NINE + timedelta(seconds=step)
            )
        if rng.random() < 0.2:
            ledger.register(an_outlet(rng.choice(codes), name=f"名{step}", test=rng.random() < 0.3))
        positions = folding.collect(masks, NINE)
        anew = Collector(feed)
        assert anew.collect(masks, NINE) == positions
        assert anew.records == folding.records
    truth = feed.recompute()
    for record in folding.records:
        for product, pieces in record.counts.items():
            assert pieces == truth.get((record.code, product), 0)


def test_only_outlets_that_moved_get_a_new_record(
    ledger: LedgerFile, feed: LedgerFeed, masks: Programme
) -> None:
    ledger.register(an_outlet(ONE), an_outlet(TWO))
    collector = Collector(feed)
    collector.collect(masks, NINE)
    before = collector.records
    ledger.move(TWO, "adult_mask", 5)
    collector.collect(masks, NINE)
    assert collector.records[0] is before[0]
    assert collector.records[1].counts["adult_mask"] == 5


def test_an_outlet_flagged_test_is_not_published_and_comes_back_without_the_flag(
    ledger: LedgerFile, feed: LedgerFeed, masks: Programme
) -> None:
    ledger.register(an_outlet(ONE), an_outlet(TWO, test=True))
    ledger.move(TWO, "adult_mask", 5)
    collector = Collector(feed)
    collector.collect(masks, NINE)
    assert [record.code for record in collector.records] == [ONE]
    ledger.register(an_outlet(TWO))
    collector.collect(masks, NINE)
    assert collector.records[1].counts["adult_mask"] == 5


def test_other_levels_name_all_stock_anew(
    ledger: LedgerFile, feed: LedgerFeed, masks: Programme
) -> None:
    ledger.register(an_outlet(ONE))
    ledger.move(ONE, "adult_mask", 50)
    collector = Collector(feed)
    collector.collect(masks, NINE)
    assert collector.records[0].levels["adult_mask"] == "some"
    collector.collect(replace(masks, levels=Levels(plenty=50, some=30, few=1)), NINE)
    assert collector.records[0].levels["adult_mask"] == "plenty"


def test_a_ledger_restored_from_an_older_copy_is_read_anew(
    ledger: LedgerFile, feed: LedgerFeed, masks: Programme
) -> None:
    ledger.register(an_outlet(ONE))
    ledger.move(ONE, "adult_mask", 50)
    ledger.move(ONE, "adult_mask", 7)
    collector = Collector(feed)
    collector.collect(masks, NINE)
    ledger.run("DELETE FROM entries WHERE position = 2")
    ledger.run("UPDATE balances SET pieces = 50")
    collector.collect(masks, NINE)
    assert collector.records[0].counts["adult_mask"] == 50


def test_what_changed_is_read_in_as_many_steps_however_long_the_ledger_is(
    ledger: LedgerFile, feed: LedgerFeed
) -> None:
    def steps_after(entries: int) -> int:
        counted = []
        for _ in range(entries):
            ledger.move(ONE, "adult_mask", 1)
        feed._connection.set_progress_handler(lambda: counted.append(1), 1)
        feed.changes(feed.position() - 1)
        return len(counted)

    ledger.register(an_outlet(ONE))
    short = steps_after(10)
    assert steps_after(300) < short + 50
