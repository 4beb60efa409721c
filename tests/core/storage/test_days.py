"""The sums of a day, on every ledger; disputes and stocktakes."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import msgspec
import pytest

from core.actions import disputes, intakes, purchases, stocktakes
from core.actions.desk import Desk
from core.domain.buyers import PersonKeys
from core.domain.day_close import DayClose, close_of
from core.domain.eligibility import Claim
from core.errors import NotFound, Refused
from core.storage.feed import LedgerFeed
from core.storage.migrate import migrate
from core.storage.sqlite import SqliteLedger
from tests.builders import (
    GROWN_UP,
    OTHER_PHARMACY,
    PHARMACY,
    SUNDAY,
    SetClock,
    a_desk,
    a_number,
    an_outlet,
)
from tests.core.storage.conftest import AnyLedger

PRODUCTS = ("adult_mask", "child_mask")


def a_buyer(serial: int, born: date = GROWN_UP) -> Claim:
    """Return a buyer whose odd number may buy on Sunday and on Monday."""
    return Claim("02", a_number(serial, last=1), born)


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def desk(ledger: AnyLedger, clock: SetClock) -> Desk:
    return a_desk(ledger, clock)


@pytest.fixture
async def kept(state: Path) -> AsyncIterator[SqliteLedger]:
    """Return a database with two outlets; disputes are kept nowhere else."""
    migrate(state / "ledger.sqlite")
    opened = SqliteLedger(state / "ledger.sqlite")
    outlets = [an_outlet(PHARMACY), an_outlet(OTHER_PHARMACY)]
    await opened.save_outlets(outlets, {"act": "register", "by": "test"}, SUNDAY)
    yield opened
    opened.close()


async def goods(desk: Desk, adult: int, child: int = 0, key: str = "goods") -> None:
    pieces = {"adult_mask": adult, "child_mask": child}
    await intakes.manual_intake(
        desk, by="u1", outlet=PHARMACY, pieces=pieces, key=key, body=key.encode()
    )


async def sell(desk: Desk, serial: int, **asked: object) -> str:
    request = {
        "by": "u1",
        "outlet": PHARMACY,
        "claim": a_buyer(serial),
        "pieces": {"adult_mask": 2},
        "key": f"sale-{serial}",
        "body": b"{}",
    }
    reply = await purchases.record_sale(desk, **(request | asked))  # type: ignore[arg-type]
    return str(msgspec.json.decode(reply.body)["sale_id"])


async def close(ledger: AnyLedger, day: date) -> DayClose:
    return close_of(day, PRODUCTS, await ledger.day_sums(PHARMACY, day))


async def test_a_day_closes_with_what_came_was_sold_corrected_and_is_left(
    ledger: AnyLedger, desk: Desk, clock: SetClock
) -> None:
    await goods(desk, 150, 50)
    await sell(desk, 1)
    clock.forward(days=1)
    monday = clock.now.date()
    await goods(desk, 20, key="more")
    await goods(desk, -5, key="broken")
    first = await sell(desk, 2)
    await sell(desk, 5)
    await purchases.void_sale(desk, by="u1", outlet=PHARMACY, sale=first)
    found = await close(ledger, monday)
    adult = found.products["adult_mask"]
    assert (adult.opening, adult.received, adult.taken_off) == (148, 20, 5)
    assert (adult.sold, adult.corrected, adult.left) == (4, 2, 161)
    assert found.products["child_mask"].left == 50
    assert (found.sales, found.corrections, found.amount_ntd) == (2, 1, 10)
    assert found.typed_share == 1.0


async def test_a_sale_of_two_products_is_one_sale(
    ledger: AnyLedger, desk: Desk, clock: SetClock
) -> None:
    await goods(desk, 10, 10)
    claim = a_buyer(3, date(2012, 3, 1))
    await sell(desk, 3, claim=claim, pieces={"adult_mask": 1, "child_mask": 1})
    found = await close(ledger, clock.now.date())
    assert found.sales == 1
    assert [found.products[p].sold for p in PRODUCTS] == [1, 1]


async def test_a_day_without_anything_closes_empty(ledger: AnyLedger) -> None:
    found = await close(ledger, SUNDAY.date())
    assert (found.sales, found.amount_ntd, found.typed_share) == (0, 0, 0.0)
    assert found.products["adult_mask"].left == 0


async def test_what_is_left_equals_the_ledger_at_the_end_of_any_day(
    ledger: AnyLedger, desk: Desk, clock: SetClock, rng: random.Random
) -> None:
    left: dict[date, dict[str, int]] = {}
    for number in range(40):
        clock.forward(hours=rng.randint(1, 20))
        stock = (await ledger.stock(PHARMACY)).get("adult_mask", 0)
        if rng.random() < 0.5 or not stock:
            await goods(desk, rng.randint(1, 60), rng.randint(0, 9), key=f"goods-{number}")
        else:
            await goods(desk, -rng.randint(1, min(stock, 40)), key=f"off-{number}")
        left[clock.now.date()] = await intakes.stock_now(desk, outlet=PHARMACY)
    for day, stock in left.items():
        found = close_of(day, PRODUCTS, await ledger.day_sums(PHARMACY, day))
        assert {p: found.products[p].left for p in PRODUCTS} == stock, day


async def test_a_stocktake_writes_the_difference_with_both_numbers(desk: Desk) -> None:
    await goods(desk, 42)
    count = stocktakes.Count({"adult_mask": 37}, {"adult_mask": 42})
    reply = await stocktakes.take_stock(
        desk, by="u1", outlet=PHARMACY, count=count, key="count", body=b"c"
    )
    assert msgspec.json.decode(reply.body)["pieces"] == {"adult_mask": -5}
    line = (await intakes.intake_history(desk, outlet=PHARMACY))[0]
    assert line.note == "盤點：成人口罩實點37、系統42"
    assert (await desk.ledger.stock(PHARMACY))["adult_mask"] == 37


async def test_a_stocktake_over_a_sale_made_meanwhile_writes_nothing(desk: Desk) -> None:
    await goods(desk, 42)
    await sell(desk, 1)
    for counted in (37, 42):
        count = stocktakes.Count({"adult_mask": counted}, {"adult_mask": 42})
        with pytest.raises(Refused) as refusal:
            await stocktakes.take_stock(
                desk, by="u1", outlet=PHARMACY, count=count, key="count", body=b"c"
            )
        assert refusal.value.code == "STOCK_MOVED"
        assert refusal.value.details["stock"] == {"adult_mask": 40, "child_mask": 0}
    assert (await desk.ledger.stock(PHARMACY))["adult_mask"] == 40


async def test_a_stocktake_that_agrees_writes_no_entry(desk: Desk) -> None:
    await goods(desk, 42)
    count = stocktakes.Count({"adult_mask": 42}, {"adult_mask": 42})
    reply = await stocktakes.take_stock(
        desk, by="u1", outlet=PHARMACY, count=count, key="count", body=b"c"
    )
    assert msgspec.json.decode(reply.body)["pieces"] == {}
    assert len(await intakes.intake_history(desk, outlet=PHARMACY)) == 1


@pytest.mark.parametrize("counted", [{"adult_mask": -1}, {"adult_mask": None}, {}])
async def test_a_count_that_is_no_number_is_refused(
    desk: Desk, counted: dict[str, int | None]
) -> None:
    count = stocktakes.Count(counted, {"adult_mask": 0})
    with pytest.raises(Refused, match="QTY_INVALID"):
        await stocktakes.take_stock(
            desk, by="u1", outlet=PHARMACY, count=count, key="count", body=b"c"
        )


async def test_a_dispute_leads_the_authority_and_nobody_else_to_the_sale(
    kept: SqliteLedger, clock: SetClock, state: Path
) -> None:
    desk = a_desk(kept, clock)
    await goods(desk, 42)
    sale = await sell(desk, 1)
    clock.forward(days=1)
    claim = a_buyer(1)
    kind = {"by": "u2", "outlet": OTHER_PHARMACY, "claim": claim}
    dispute = await disputes.note_dispute(desk, kept, **kind, note="說昨天在外地")  # type: ignore[arg-type]
    again = await disputes.note_dispute(desk, kept, **kind)  # type: ignore[arg-type]
    assert again == dispute
    found = await kept.disputes(outlet=OTHER_PHARMACY)
    assert [(d.id, d.state, d.note) for d in found] == [(dispute, "open", "說昨天在外地")]
    assert await kept.disputes(outlet=PHARMACY) == []
    behind = await disputes.look_behind(desk, kept, by="steward", dispute=dispute)
    assert [(str(s.sale), s.outlet) for s in behind] == [(sale, PHARMACY)]
    await disputes.answer_dispute(desk, kept, by="steward", dispute=dispute, answer="已請藥局查對")
    assert (await kept.disputes())[0].answer == "已請藥局查對"
    feed = LedgerFeed(state / "ledger.sqlite")
    acts = [msgspec.json.decode(row.body)["act"] for row in feed.audit_rows(0)]
    feed.close()
    assert acts[-4:] == ["dispute", "dispute_look_up", "dispute_opened", "dispute_answered"]


async def test_who_has_bought_nothing_has_nothing_to_dispute(
    kept: SqliteLedger, clock: SetClock
) -> None:
    desk = a_desk(kept, clock)
    with pytest.raises(Refused, match="NOTHING_TO_DISPUTE"):
        await disputes.note_dispute(desk, kept, by="u1", outlet=PHARMACY, claim=a_buyer(9))
    assert await kept.disputes() == []


async def test_an_unknown_dispute_cannot_be_answered(kept: SqliteLedger, clock: SetClock) -> None:
    desk = a_desk(kept, clock)
    with pytest.raises(NotFound):
        await disputes.answer_dispute(desk, kept, by="s", dispute=99, answer="x")


async def test_a_voided_sale_is_behind_no_dispute(kept: SqliteLedger, clock: SetClock) -> None:
    desk = a_desk(kept, clock)
    await goods(desk, 42)
    sale = await sell(desk, 1)
    claim = a_buyer(1)
    dispute = await disputes.note_dispute(desk, kept, by="u1", outlet=PHARMACY, claim=claim)
    await purchases.void_sale(desk, by="u1", outlet=PHARMACY, sale=sale)
    assert await kept.disputed_sales(dispute) == []


def test_no_number_can_be_read_from_a_kept_dispute() -> None:
    number = a_number(1)
    person = PersonKeys({"k1": b"1" * 32}, "k1").of(number)
    assert number.encode() not in person.value
