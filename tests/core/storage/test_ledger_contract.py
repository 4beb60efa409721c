"""What every ledger promises. The in-memory one is the readable reference."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
import structlog.testing

from core.actions import intakes, outlets, purchases
from core.actions.desk import Desk
from core.domain.calendar import taipei_day
from core.domain.eligibility import Claim
from core.errors import Conflict, Invalid, MaskmapError, NotFound, Refused
from core.ports import Reply
from tests.builders import (
    CHILD,
    OTHER_PHARMACY,
    PHARMACY,
    SUNDAY,
    SetClock,
    a_claim,
    a_desk,
    an_outlet,
)
from tests.core.storage.conftest import AnyLedger


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def desk(ledger: AnyLedger, clock: SetClock) -> Desk:
    return a_desk(ledger, clock)


async def goods(desk: Desk, pieces: int = 200, outlet: str = PHARMACY) -> Reply:
    return await intakes.manual_intake(
        desk,
        by="u1",
        outlet=outlet,
        pieces={"adult_mask": pieces, "child_mask": min(pieces, 50)},
        key=f"goods-{pieces}",
        body=b"goods",
    )


async def sell(desk: Desk, claim: Claim | None = None, key: str = "k1", **asked: object) -> Reply:
    request = {
        "by": "u1",
        "outlet": PHARMACY,
        "claim": claim or a_claim(),
        "pieces": {"adult_mask": 2},
        "key": key,
        "body": b"{}",
    }
    return await purchases.record_sale(desk, **(request | asked))  # type: ignore[arg-type]


async def test_a_sale_takes_stock_and_says_what_is_left(desk: Desk) -> None:
    await goods(desk)
    answer = msgspec.json.decode((await sell(desk)).body)
    assert answer["pieces"] == {"adult_mask": 2}
    assert answer["amount_ntd"] == 10
    assert answer["remaining"] == {"adult_mask": 198, "child_mask": 50}
    assert await intakes.stock_now(desk, outlet=PHARMACY) == answer["remaining"]


async def test_a_repeated_request_gives_the_same_bytes_and_sells_once(desk: Desk) -> None:
    await goods(desk)
    first, again = await sell(desk), await sell(desk)
    assert again == Reply(first.body, repeated=True)
    assert await desk.ledger.stock(PHARMACY) == {"adult_mask": 198, "child_mask": 50}


async def test_a_key_used_for_another_request_is_refused(desk: Desk) -> None:
    await goods(desk)
    await sell(desk)
    with pytest.raises(Conflict) as refusal:
        await sell(desk, body=b'{"other": 1}')
    assert refusal.value.code == "KEY_REUSED"


async def test_a_key_belongs_to_its_outlet(desk: Desk) -> None:
    await goods(desk)
    await goods(desk, outlet=OTHER_PHARMACY)
    await sell(desk)
    reply = await sell(desk, a_claim(1), outlet=OTHER_PHARMACY)
    assert not reply.repeated


async def test_a_key_is_forgotten_after_a_day(desk: Desk, clock: SetClock) -> None:
    await goods(desk)
    await sell(desk)
    clock.forward(hours=24, seconds=1)
    assert not (await sell(desk, a_claim(1, last=5), body=b"new")).repeated


async def test_a_refused_request_is_judged_anew_under_the_same_key(desk: Desk) -> None:
    with pytest.raises(Refused) as refusal:
        await sell(desk)
    assert refusal.value.reasons == ("NO_STOCK",)
    await goods(desk)
    assert not (await sell(desk)).repeated


async def test_a_second_purchase_within_seven_days_is_refused_with_the_next_date(
    desk: Desk, clock: SetClock
) -> None:
    await goods(desk)
    await goods(desk, outlet=OTHER_PHARMACY)
    await sell(desk, a_claim(last=4))
    clock.forward(days=2)
    with pytest.raises(Refused) as refusal:
        await sell(desk, a_claim(last=4), key="k2", outlet=OTHER_PHARMACY)
    assert refusal.value.reasons == ("WITHIN_WINDOW",)
    assert str(refusal.value.next_date) == "2020-02-16"


async def test_types_01_and_02_of_one_person_share_one_history(desk: Desk) -> None:
    await goods(desk)
    await sell(desk, a_claim())
    typed = Claim("02", a_claim().number.lower(), a_claim().born)
    with pytest.raises(Refused):
        await sell(desk, typed, key="k2")


async def test_a_refusal_leaves_stock_and_history_alone(desk: Desk) -> None:
    await goods(desk)
    with pytest.raises(Refused):
        await sell(desk, pieces={"adult_mask": 3})
    assert (await sell(desk, key="k2")).body


async def test_no_stock_of_the_wanted_product_is_no_sale(desk: Desk) -> None:
    await goods(desk, 1)
    with pytest.raises(Refused) as refusal:
        await sell(desk)
    assert refusal.value.reasons == ("NO_STOCK",)
    assert refusal.value.details["remaining"] == {"adult_mask": 1, "child_mask": 1}


async def test_a_sale_of_two_products_is_one_act(desk: Desk) -> None:
    await goods(desk)
    reply = await sell(desk, a_claim(born=CHILD), pieces={"adult_mask": 1, "child_mask": 1})
    sale = msgspec.json.decode(reply.body)["sale_id"]
    lines = await desk.ledger.entries(PHARMACY, kinds=("sale",))
    assert {line.act for line in lines} == {int(sale)}
    assert [line.position for line in lines] == [int(sale), int(sale) + 1]
    assert sum(line.amount_ntd for line in lines) == 10


async def test_a_voided_sale_gives_back_the_goods_and_the_right_to_buy(desk: Desk) -> None:
    await goods(desk)
    sale = msgspec.json.decode((await sell(desk)).body)["sale_id"]
    voided = await purchases.void_sale(desk, by="u1", outlet=PHARMACY, sale=sale)
    assert msgspec.json.decode(voided.body)["remaining"] == {"adult_mask": 200, "child_mask": 50}
    assert (await sell(desk, key="k2")).body
    assert [line.voided for line in await purchases.recent_purchases(desk, outlet=PHARMACY)] == [
        False,
        True,
    ]


async def test_a_sale_is_voided_once(desk: Desk) -> None:
    await goods(desk)
    sale = msgspec.json.decode((await sell(desk)).body)["sale_id"]
    await purchases.void_sale(desk, by="u1", outlet=PHARMACY, sale=sale)
    with pytest.raises(Refused) as refusal:
        await purchases.void_sale(desk, by="u1", outlet=PHARMACY, sale=sale)
    assert refusal.value.code == "ALREADY_DONE"


async def test_a_sale_of_yesterday_cannot_be_voided(desk: Desk, clock: SetClock) -> None:
    await goods(desk)
    sale = msgspec.json.decode((await sell(desk)).body)["sale_id"]
    clock.forward(days=1)
    with pytest.raises(Refused) as refusal:
        await purchases.void_sale(desk, by="u1", outlet=PHARMACY, sale=sale)
    assert refusal.value.code == "NOT_PERMITTED"


@pytest.mark.parametrize("sale", ["999999", "1", "0", "-1", "x", "", "１", "9" * 30])
async def test_another_outlets_or_nobodys_sale_is_not_found(desk: Desk, sale: str) -> None:
    await goods(desk)
    with pytest.raises(NotFound):
        await purchases.void_sale(desk, by="u1", outlet=PHARMACY, sale=sale)


async def test_another_outlets_sale_is_not_found(desk: Desk) -> None:
    await goods(desk)
    sale = msgspec.json.decode((await sell(desk)).body)["sale_id"]
    with pytest.raises(NotFound):
        await purchases.void_sale(desk, by="u2", outlet=OTHER_PHARMACY, sale=sale)


async def test_the_automatic_intake_is_taken_once_a_day(desk: Desk, clock: SetClock) -> None:
    reply = await intakes.automatic_intake(desk, by="u1", outlet=PHARMACY)
    assert msgspec.json.decode(reply.body)["stock"] == {"adult_mask": 200, "child_mask": 50}
    with pytest.raises(Refused) as refusal:
        await intakes.automatic_intake(desk, by="u2", outlet=PHARMACY)
    assert refusal.value.code == "ALREADY_DONE"
    clock.forward(days=1)
    await intakes.automatic_intake(desk, by="u1", outlet=PHARMACY)
    assert (await intakes.stock_now(desk, outlet=PHARMACY))["adult_mask"] == 400


async def test_a_correction_below_zero_is_refused_and_writes_nothing(desk: Desk) -> None:
    await goods(desk, 5)
    with pytest.raises(Refused) as refusal:
        await correction(desk, -6)
    assert refusal.value.code == "BELOW_ZERO"
    assert (await intakes.stock_now(desk, outlet=PHARMACY))["adult_mask"] == 5


@pytest.mark.parametrize("pieces", [601, -51])
async def test_an_unusual_intake_needs_the_number_typed_again_and_is_flagged(
    desk: Desk, pieces: int
) -> None:
    await goods(desk, 100)
    with pytest.raises(Refused) as refusal:
        await correction(desk, pieces)
    assert refusal.value.code == "CONFIRMATION_NEEDED"
    with pytest.raises(Refused):
        await correction(desk, pieces, confirmation={"adult_mask": pieces + 1})
    await correction(desk, pieces, confirmation={"adult_mask": pieces})
    newest = (await intakes.intake_history(desk, outlet=PHARMACY))[0]
    assert (newest.flagged, newest.pieces) == (True, {"adult_mask": pieces})


@pytest.mark.parametrize("pieces", [600, -50])
async def test_a_usual_intake_needs_no_confirmation(desk: Desk, pieces: int) -> None:
    await goods(desk, 100)
    await correction(desk, pieces)
    assert not (await intakes.intake_history(desk, outlet=PHARMACY))[0].flagged


async def correction(desk: Desk, count: int, **asked: object) -> Reply:
    request = {"pieces": {"adult_mask": count}, "key": "c", "body": b"c", "note": "破損"}
    return await intakes.manual_intake(desk, by="u1", outlet=PHARMACY, **(request | asked))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("pieces", "code"), [({"adult_mask": 0}, "QTY_ZERO"), ({"adult_mask": None}, "QTY_INVALID")]
)
async def test_an_intake_of_nothing_is_refused(
    desk: Desk, pieces: dict[str, int | None], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        await correction(desk, 0, pieces=pieces)
    assert refusal.value.code == code


async def test_unknown_products_are_named(desk: Desk) -> None:
    with pytest.raises(Invalid, match="gold_mask"):
        await sell(desk, pieces={"gold_mask": 1})


async def test_a_note_with_an_identity_number_is_not_kept(desk: Desk) -> None:
    with pytest.raises(Invalid):
        await correction(desk, 5, note="退給 A123456789")


async def test_a_note_loses_its_control_and_direction_marks(desk: Desk) -> None:
    await correction(desk, 5, note=" 破\x00損\u202e了\n ")
    assert (await intakes.intake_history(desk, outlet=PHARMACY))[0].note == "破損了"
    with pytest.raises(Invalid):
        await correction(desk, 5, key="d", note="A1234\u200b56789")


async def test_intake_history_names_the_system(desk: Desk) -> None:
    await intakes.automatic_intake(desk, by="u1", outlet=PHARMACY)
    await correction(desk, -2)
    history = await intakes.intake_history(desk, outlet=PHARMACY)
    assert [(line.origin, line.note) for line in history] == [("manual", "破損"), ("system", "")]


async def test_todays_question_is_answered_by_the_automatic_intake_only(desk: Desk) -> None:
    assert (await intakes.intakes_today(desk, outlet=PHARMACY)).unanswered
    await correction(desk, 10)
    today = await intakes.intakes_today(desk, outlet=PHARMACY)
    assert (today.unanswered, today.positive_manual) == (True, True)
    await intakes.automatic_intake(desk, by="u1", outlet=PHARMACY)
    assert not (await intakes.intakes_today(desk, outlet=PHARMACY)).unanswered


async def test_recent_purchases_show_a_masked_number_of_today_only(
    desk: Desk, clock: SetClock
) -> None:
    await goods(desk)
    await sell(desk)
    line = (await purchases.recent_purchases(desk, outlet=PHARMACY))[0]
    number = a_claim().number
    assert line.masked_number == number[:2] + "******" + number[-2:]
    assert (line.outlet_name, line.pieces) == ("健安藥局", {"adult_mask": 2})
    assert await purchases.recent_purchases(desk, outlet=OTHER_PHARMACY) == []
    clock.forward(days=1)
    assert await purchases.recent_purchases(desk, outlet=PHARMACY) == []


async def test_two_tills_selling_the_last_two_masks_sell_them_once(desk: Desk) -> None:
    await goods(desk, 2)
    outcomes = await asyncio.gather(
        sell(desk, a_claim(1), key="till-1"),
        sell(desk, a_claim(2), key="till-2"),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "Reply"]
    assert (await intakes.stock_now(desk, outlet=PHARMACY))["adult_mask"] == 0


async def test_one_person_at_eight_tills_at_once_buys_once(desk: Desk) -> None:
    await goods(desk)
    await goods(desk, outlet=OTHER_PHARMACY)
    tills = [(f"till-{n}", (PHARMACY, OTHER_PHARMACY)[n % 2]) for n in range(8)]
    outcomes = await asyncio.gather(
        *(sell(desk, key=key, outlet=outlet) for key, outlet in tills), return_exceptions=True
    )
    assert sum(isinstance(outcome, Reply) for outcome in outcomes) == 1
    assert {o.code for o in outcomes if isinstance(o, MaskmapError)} == {"WITHIN_WINDOW"}


async def test_the_same_request_from_many_at_once_sells_once(desk: Desk) -> None:
    await goods(desk)
    replies = await asyncio.gather(*(sell(desk) for _ in range(8)))
    assert len({reply.body for reply in replies}) == 1
    assert sum(not reply.repeated for reply in replies) == 1


async def test_a_double_click_on_the_intake_takes_it_once(desk: Desk) -> None:
    clicks = (intakes.automatic_intake(desk, by=f"u{n}", outlet=PHARMACY) for n in range(8))
    outcomes = await asyncio.gather(*clicks, return_exceptions=True)
    assert sum(isinstance(outcome, Reply) for outcome in outcomes) == 1
    assert (await intakes.stock_now(desk, outlet=PHARMACY))["adult_mask"] == 200


async def test_a_register_is_written_whole_or_not_at_all(ledger: AnyLedger) -> None:
    wrong = [an_outlet("5901010085"), an_outlet("123")]
    with pytest.raises(Invalid, match="123"):
        await outlets.register_outlets(ledger, wrong, by="t", clock=SetClock())
    assert await ledger.outlet("5901010085") is None


async def test_the_register_tells_added_changed_and_same_apart(ledger: AnyLedger) -> None:
    written = [an_outlet(PHARMACY), an_outlet(OTHER_PHARMACY, name="新名"), an_outlet("5901010085")]
    changes = await outlets.register_outlets(ledger, written, by="t", clock=SetClock())
    assert (changes.added, changes.changed) == (("5901010085",), (OTHER_PHARMACY,))
    assert await ledger.outlet(OTHER_PHARMACY) == written[1]


async def test_many_orders_are_decided_in_turn(desk: Desk) -> None:
    await goods(desk, 5)
    _, day = desk.moment()
    assert day == taipei_day(SUNDAY)
    outcomes = await asyncio.gather(
        *(sell(desk, a_claim(n), key=f"k{n}") for n in range(4)), return_exceptions=True
    )
    assert [isinstance(outcome, Reply) for outcome in outcomes] == [True, True, False, False]


async def test_a_purchase_dated_ahead_is_refused_and_raises_an_alarm(
    desk: Desk, clock: SetClock
) -> None:
    await goods(desk)
    clock.forward(days=7)
    await sell(desk)
    clock.forward(days=-7)
    with structlog.testing.capture_logs() as logs, pytest.raises(Refused) as refusal:
        await sell(desk, key="k2")
    assert refusal.value.reasons == ("FUTURE_PURCHASE",)
    assert [line["log_level"] for line in logs] == ["error"]
    assert a_claim().number not in str(logs)
