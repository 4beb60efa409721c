"""進貨登錄 over JSON."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.pharmacy_portal.tills import API, Till, World


async def take_in(till: Till, pieces: dict[str, Any], key: str = "k", **more: Any) -> Any:
    return await till.post("/intakes", {"pieces": pieces, **more}, headers={"Idempotency-Key": key})


async def today(till: Till) -> dict[str, Any]:
    return await (await till.get(f"{API}/intakes/today")).json()


@pytest.fixture
async def morning(till: Till) -> Till:
    """Return a till with a pharmacist logged in, before any goods came."""
    await till.log_in()
    return till


async def test_in_the_morning_nobody_has_answered(morning: Till) -> None:
    assert await today(morning) == {
        "day": "2020-02-06",
        "standard": {"adult_mask": 200, "child_mask": 50},
        "automatic_done": False,
        "positive_manual": False,
        "unanswered": True,
    }


async def test_the_automatic_intake_writes_the_days_goods_once(morning: Till) -> None:
    answer = await morning.post("/intakes/automatic")
    assert answer.status == 201
    document = await answer.json()
    assert document["stock"] == {"adult_mask": 200, "child_mask": 50}
    assert document["origin"] == "system"
    again = await morning.post("/intakes/automatic")
    assert again.status == 409
    assert (await again.json())["code"] == "ALREADY_DONE"
    assert (await today(morning))["unanswered"] is False


async def test_a_double_click_at_two_counters_writes_once(world: World) -> None:
    tills = [await world.open_till() for _ in range(2)]
    for till in tills:
        await till.log_in()
    answers = await asyncio.gather(
        *(till.post("/intakes/automatic") for till in tills for _ in range(4))
    )
    assert sorted(answer.status for answer in answers) == [201] + [409] * 7
    assert await tills[0].stock() == {"adult_mask": 200, "child_mask": 50}


async def test_the_next_day_the_question_comes_again(world: World, counter: Till) -> None:
    world.clock.pass_by(days=1)
    await counter.log_in()
    assert (await today(counter))["unanswered"] is True
    await counter.take_goods()
    assert (await counter.stock())["adult_mask"] == 400


async def test_other_numbers_are_typed_with_a_note(morning: Till) -> None:
    answer = await take_in(morning, {"adult_mask": 150}, note="實際到貨")
    assert answer.status == 201
    assert (await answer.json())["stock"] == {"adult_mask": 150, "child_mask": 0}
    state = await today(morning)
    assert state["positive_manual"] is True
    assert state["automatic_done"] is False


async def test_damaged_goods_are_taken_off(counter: Till) -> None:
    answer = await take_in(counter, {"adult_mask": -10}, note="損毀")
    assert answer.status == 201
    assert (await answer.json())["stock"]["adult_mask"] == 190
    assert (await today(counter))["positive_manual"] is False


async def test_stock_never_falls_below_zero(counter: Till) -> None:
    answer = await take_in(counter, {"child_mask": -50, "adult_mask": -201})
    assert answer.status == 409
    assert (await answer.json())["code"] == "BELOW_ZERO"
    assert await counter.stock() == {"adult_mask": 200, "child_mask": 50}


@pytest.mark.parametrize("pieces", [{"adult_mask": 601}, {"adult_mask": -51}])
async def test_an_unusual_number_has_to_be_typed_twice(
    counter: Till, pieces: dict[str, int]
) -> None:
    answer = await take_in(counter, pieces, key="one")
    assert answer.status == 409
    problem = await answer.json()
    assert problem["code"] == "CONFIRMATION_NEEDED"
    assert problem["details"]["products"] == ["adult_mask"]
    wrong = await take_in(counter, pieces, key="two", confirmation={"adult_mask": 1})
    assert (await wrong.json())["code"] == "CONFIRMATION_NEEDED"
    good = await take_in(counter, pieces, key="three", confirmation=pieces)
    assert good.status == 201
    newest = (await (await counter.get(f"{API}/intakes")).json())["intakes"][0]
    assert newest["flagged"] is True


async def test_the_history_names_the_system_and_the_notes(counter: Till) -> None:
    await take_in(counter, {"adult_mask": -10}, note="損毀")
    lines = (await (await counter.get(f"{API}/intakes")).json())["intakes"]
    assert [line["origin"] for line in lines] == ["manual", "system"]
    assert lines[0]["note"] == "損毀"
    assert lines[0]["at_roc"] == "109/02/06 09:00"
    assert lines[1]["pieces"] == {"adult_mask": 200, "child_mask": 50}


async def test_the_history_is_this_outlets_alone(world: World, counter: Till) -> None:
    elsewhere = await world.open_till()
    await elsewhere.log_in("pharmacist-3")
    assert (await (await elsewhere.get(f"{API}/intakes")).json())["intakes"] == []


async def test_a_repeated_intake_counts_once(counter: Till) -> None:
    first = await take_in(counter, {"adult_mask": 5}, key="one")
    again = await take_in(counter, {"adult_mask": 5}, key="one")
    assert await first.read() == await again.read()
    assert (await counter.stock())["adult_mask"] == 205
    other = await take_in(counter, {"adult_mask": 6}, key="one")
    assert other.status == 422


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"pieces": {"adult_mask": 0}}, 409),
        ({"pieces": {"adult_mask": "x"}}, 409),
        ({"pieces": {"gloves": 1}}, 400),
        ({"pieces": {"adult_mask": 1}, "note": "x" * 201}, 400),
        ({"pieces": {"adult_mask": 1}, "note": "A123456789 來過"}, 400),
        ({"pieces": []}, 400),
        ({}, 400),
    ],
)
async def test_what_is_no_intake_is_refused(counter: Till, body: Any, status: int) -> None:
    answer = await counter.post("/intakes", body, headers={"Idempotency-Key": "k"})
    assert answer.status == status
    assert "A123456789" not in await answer.text()
    assert await counter.stock() == {"adult_mask": 200, "child_mask": 50}


async def test_an_intake_needs_a_key(counter: Till) -> None:
    assert (await counter.post("/intakes", {"pieces": {"adult_mask": 1}})).status == 400


async def test_the_outlet_is_the_sessions(counter: Till) -> None:
    outlet = await (await counter.get(f"{API}/outlet")).json()
    me = await (await counter.get(f"{API}/me")).json()
    assert outlet["code"] == me["institution"]
    assert outlet["name"].endswith("藥局")


async def test_an_institution_that_is_no_outlet_has_no_stock(till: Till) -> None:
    await till.log_in("steward-1")
    assert (await till.get(f"{API}/stock")).status == 403
    assert (await till.get("/")).status == 200
