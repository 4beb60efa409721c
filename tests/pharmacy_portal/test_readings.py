"""Proofs of card readings: what passes, what is refused and why, and for how many sales."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any

import pytest

from core.domain.calendar import rfc3339
from tests.pharmacy_portal.card_agents import CardAgent, a_nonce, revoke
from tests.pharmacy_portal.tills import (
    API,
    StandingClock,
    Till,
    World,
    a_buyer,
    a_sale,
    an_even_number,
    an_odd_number,
    running_portal,
)

OTHER = an_even_number(1)


def by_card(reading: dict[str, str] | None, number: str | None = None) -> dict[str, Any]:
    buyer = a_buyer(number, identity_type="01")
    return buyer if reading is None else buyer | {"reading": reading}


def sale_by_card(reading: dict[str, str] | None, number: str | None = None) -> dict[str, Any]:
    return by_card(reading, number) | {"pieces": {"adult_mask": 2}}


def audit(world: World) -> list[dict[str, Any]]:
    with sqlite3.connect(world.settings.database_path) as connection:
        rows = connection.execute("SELECT body FROM audit ORDER BY number").fetchall()
    return [json.loads(body) for (body,) in rows]


def origins(world: World) -> list[str]:
    with sqlite3.connect(world.settings.database_path) as connection:
        return [o for (o,) in connection.execute("SELECT origin FROM entries WHERE kind = 'sale'")]


@pytest.fixture
async def agent(counter: Till, clock: StandingClock) -> CardAgent:
    """Return an agent that is enrolled at the counter's institution."""
    made = CardAgent(clock)
    await made.enrol(counter)
    return made


async def test_a_reading_passes_the_check_and_makes_one_card_sale(
    world: World, counter: Till, agent: CardAgent
) -> None:
    reading = await agent.read(counter)
    checked = await counter.post("/eligibility", by_card(reading))
    assert (await checked.json())["verdict"] == "ALLOW"
    assert (await counter.sell(sale_by_card(reading))).status == 201
    assert origins(world) == ["card"]
    for act in ("eligibility", "sale"):
        row = next(row for row in audit(world) if row["act"] == act)
        assert row["verified"] == "card"
        assert (row["agent"], row["reader"]) == (agent.id, "Reader 00 00")
        assert an_even_number() not in json.dumps(row)
    metrics = await (await counter.get("/metrics")).text()
    assert 'maskmap_portal_sales_total{verified="card"} 1.0' in metrics


async def test_a_typed_sale_is_counted_as_typed_and_a_reading_beside_it_is_ignored(
    world: World, counter: Till, agent: CardAgent
) -> None:
    reading = await agent.read(counter)
    assert (await counter.sell(a_sale(reading=reading))).status == 201
    assert origins(world) == ["typed"]
    metrics = await (await counter.get("/metrics")).text()
    assert 'maskmap_portal_sales_total{verified="typed"} 1.0' in metrics
    # It was not used up: the next buyer's card may still be read with it.
    assert (await counter.post("/eligibility", by_card(reading))).status == 200


async def test_a_sale_may_bring_a_fresh_reading_without_a_check_before(
    counter: Till, agent: CardAgent
) -> None:
    assert (await counter.sell(sale_by_card(await agent.read(counter)))).status == 201


async def test_what_passed_at_the_check_holds_for_the_sale_without_being_sent_again(
    counter: Till, agent: CardAgent
) -> None:
    await counter.post("/eligibility", by_card(await agent.read(counter)))
    assert (await counter.sell(sale_by_card(None))).status == 201
    assert await why(await counter.sell(sale_by_card(None))) == "used"


async def test_a_refused_sale_leaves_the_reading_for_fewer_pieces(
    counter: Till, agent: CardAgent
) -> None:
    reading = await agent.read(counter)
    too_many = sale_by_card(reading) | {"pieces": {"adult_mask": 3}}
    assert (await counter.sell(too_many)).status == 409
    assert (await counter.sell(sale_by_card(reading))).status == 201


async def why(answer: Any) -> str:
    """Check the shape of a refusal, and return its reason."""
    assert answer.status == 422, await answer.text()
    problem = await answer.json()
    assert problem["code"] == "CARD_READING_REQUIRED"
    assert "02" in problem["tell_buyer"]
    assert problem["why_words"]
    assert "verdict" not in problem
    return str(problem["why"])


Make = Callable[[World, Till, CardAgent], Awaitable[dict[str, Any]]]


async def no_reading(_: World, __: Till, ___: CardAgent) -> dict[str, Any]:
    return by_card(None)


async def no_proof(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    return by_card(await agent.read(till) | {"proof": ""})


async def replayed(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    buyer = by_card(await agent.read(till))
    assert (await till.post("/eligibility", buyer)).status == 200
    return buyer


async def by_an_unknown_agent(world: World, till: Till, _: CardAgent) -> dict[str, Any]:
    return by_card(await CardAgent(world.clock).read(till))


async def in_the_name_of_another_agent(world: World, till: Till, agent: CardAgent) -> Any:
    forged = await CardAgent(world.clock).read(till, agent=agent.id)
    return by_card(forged | {"proof": f"{agent.id}:{forged['proof'].partition(':')[2]}"})


async def by_a_revoked_agent(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    reading = await agent.read(till)
    assert await revoke(till, agent.id) == 200
    return by_card(reading)


async def by_an_agent_of_another_institution(world: World, till: Till, _: CardAgent) -> Any:
    elsewhere, theirs = await world.open_till(), CardAgent(world.clock)
    await elsewhere.log_in("pharmacist-3")
    await theirs.enrol(elsewhere, "pharmacist-3")
    return by_card(await theirs.read(till))


async def for_another_nonce(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    return by_card(await agent.read(till, nonce=await a_nonce(till)))


async def for_a_nonce_nobody_gave(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    return by_card(agent.reading(till, "made-up"))


async def for_the_nonce_of_another_session(world: World, till: Till, agent: CardAgent) -> Any:
    beside = await world.open_till()
    await beside.log_in("pharmacist-1")
    return by_card(agent.reading(till, await a_nonce(beside)))


async def older_than_a_minute(world: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    reading = await agent.read(till)
    world.clock.pass_by(seconds=60)
    return by_card(reading)


async def read_before_the_nonce_by_more_than_a_minute(
    world: World, till: Till, agent: CardAgent
) -> Any:
    early = rfc3339(world.clock() - timedelta(seconds=61))
    return by_card(await agent.read(till, read_at=early) | {"read_at": early})


async def by_a_clock_far_ahead(world: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    ahead = rfc3339(world.clock() + timedelta(seconds=11))
    return by_card(await agent.read(till, read_at=ahead) | {"read_at": ahead})


async def with_another_number(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    return by_card(await agent.read(till), OTHER)


async def with_another_birth_date(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    return by_card(await agent.read(till, birth_date=date(1986, 3, 15)))


async def with_another_reader(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    return by_card(await agent.read(till) | {"reader": "Reader 01 00"})


async def with_a_line_break(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    return by_card(await agent.read(till) | {"reader": "a\nb"})


async def for_another_portal(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    return by_card(await agent.read(till, origin="https://portal.example"))


async def with_a_proof_that_is_none(_: World, till: Till, agent: CardAgent) -> dict[str, Any]:
    return by_card(await agent.read(till) | {"proof": f"{agent.id}:not base64!"})


REFUSED: list[tuple[Make, str]] = [
    (no_reading, "missing"),
    (no_proof, "missing"),
    (replayed, "used"),
    (by_an_unknown_agent, "unknown_agent"),
    (in_the_name_of_another_agent, "bad_signature"),
    (by_a_revoked_agent, "revoked_agent"),
    (by_an_agent_of_another_institution, "unknown_agent"),
    (for_another_nonce, "bad_signature"),
    (for_a_nonce_nobody_gave, "unknown_nonce"),
    (for_the_nonce_of_another_session, "unknown_nonce"),
    (older_than_a_minute, "too_old"),
    (read_before_the_nonce_by_more_than_a_minute, "too_old"),
    (by_a_clock_far_ahead, "too_old"),
    (with_another_number, "bad_signature"),
    (with_another_birth_date, "bad_signature"),
    (with_another_reader, "bad_signature"),
    (with_a_line_break, "bad_signature"),
    (for_another_portal, "bad_signature"),
    (with_a_proof_that_is_none, "bad_signature"),
]


async def test_everything_that_is_not_a_fresh_reading_is_refused_with_its_reason(
    world: World, counter: Till, clock: StandingClock
) -> None:
    expected, found = {}, {}
    for make, reason in REFUSED:
        for path in ("/eligibility", "/sales"):
            agent = CardAgent(clock)
            await agent.enrol(counter)
            buyer = await make(world, counter, agent)
            if path == "/sales":
                # What passed at a check serves a sale; only the check is asked twice.
                if make is replayed:
                    continue
                answer = await counter.sell(buyer | {"pieces": {"adult_mask": 1}})
            else:
                answer = await counter.post(path, buyer)
            expected[make.__name__, path] = reason
            found[make.__name__, path] = await why(answer)
    assert found == expected
    assert origins(world) == []
    refused = [row for row in audit(world) if row.get("why")]
    assert len(refused) == len(expected)
    assert {row["act"] for row in refused} == {"eligibility", "sale_refused"}
    metrics = await (await counter.get("/metrics")).text()
    assert 'maskmap_portal_readings_refused_total{why="bad_signature"}' in metrics


async def test_a_nonce_is_used_up_by_whatever_is_presented_with_it(
    counter: Till, agent: CardAgent
) -> None:
    good = await agent.read(counter)
    assert await why(await counter.post("/eligibility", by_card(good, OTHER))) == "bad_signature"
    assert await why(await counter.post("/eligibility", by_card(good))) == "used"
    assert await why(await counter.sell(sale_by_card(good))) == "used"


async def test_a_reading_that_passed_is_no_good_for_another_person(
    counter: Till, agent: CardAgent
) -> None:
    reading = await agent.read(counter)
    await counter.post("/eligibility", by_card(reading))
    assert await why(await counter.sell(sale_by_card(reading, OTHER))) == "other_person"
    changed = reading | {"reader": "Reader 01 00"}
    assert await why(await counter.sell(sale_by_card(changed))) == "bad_signature"
    assert (await counter.sell(sale_by_card(reading))).status == 201


async def test_a_reading_serves_one_sale_and_repeats_of_its_key(
    counter: Till, agent: CardAgent
) -> None:
    reading = await agent.read(counter)
    await counter.post("/eligibility", by_card(reading))
    first = await counter.sell(sale_by_card(reading), key="one")
    again = await counter.sell(sale_by_card(reading), key="one")
    assert (again.status, await again.read()) == (first.status, await first.read())
    assert await why(await counter.sell(sale_by_card(reading), key="two")) == "used"
    metrics = await (await counter.get("/metrics")).text()
    assert 'maskmap_portal_sales_total{verified="card"} 1.0' in metrics


async def test_a_reading_holds_ten_minutes(
    counter: Till, agent: CardAgent, clock: StandingClock
) -> None:
    reading = await agent.read(counter)
    await counter.post("/eligibility", by_card(reading))
    clock.pass_by(minutes=9, seconds=59)
    assert (await counter.post("/sales", sale_by_card(reading))).status == 400, "no key yet"
    clock.pass_by(seconds=1)
    assert await why(await counter.sell(sale_by_card(reading))) == "too_old"


async def test_of_two_sales_with_one_reading_exactly_one_is_made(
    world: World, counter: Till, agent: CardAgent
) -> None:
    reading = await agent.read(counter)
    await counter.post("/eligibility", by_card(reading))
    answers = await asyncio.gather(
        *(counter.sell(sale_by_card(reading), key=f"k{n}") for n in range(8))
    )
    assert sorted(answer.status for answer in answers) == [201] + [422] * 7
    assert origins(world) == ["card"]


async def test_a_repeat_after_a_restart_of_the_portal_gets_the_first_answer(
    world: World, counter: Till, agent: CardAgent
) -> None:
    reading = await agent.read(counter)
    await counter.post("/eligibility", by_card(reading))
    unsold = await agent.read(counter)
    first = await counter.sell(sale_by_card(reading), key="one")
    cookie = counter.cookie()
    async with running_portal(world.settings, world.clock) as restarted:
        till = await restarted.open_till()
        till.set_cookie(cookie)
        again = await till.sell(sale_by_card(reading), key="one")
        assert (again.status, await again.read()) == (201, await first.read())
        # Only nonces are lost: the agent is still trusted, and the next reading passes.
        assert await why(await till.post("/eligibility", by_card(unsold))) == "unknown_nonce"
        fresh = await agent.read(till)
        assert (await till.post("/eligibility", by_card(fresh))).status == 200


async def test_a_check_without_a_reading_gives_no_verdict_and_still_counts(
    counter: Till,
) -> None:
    for _ in range(60):
        assert (await counter.post("/eligibility", by_card(None))).status == 422
    assert (await counter.post("/eligibility", a_buyer())).status == 429


async def test_a_refused_reading_answers_the_same_for_everybody(
    counter: Till, agent: CardAgent
) -> None:
    answers = []
    for number in (an_even_number(), an_odd_number(), "A123456780"):
        answer = await counter.post("/eligibility", by_card(None, number))
        problem = await answer.json()
        problem.pop("instance")
        answers.append(problem)
    assert answers[0] == answers[1] == answers[2]


async def test_practice_reads_cards_and_is_counted_nowhere(
    world: World, counter: Till, agent: CardAgent
) -> None:
    assert (await counter.post("/practice", {"on": True})).status == 200
    await counter.take_goods()
    reading = await agent.read(counter)
    assert await why(await counter.sell(sale_by_card(None))) == "missing"
    assert (await counter.sell(sale_by_card(reading))).status == 201
    assert origins(world) == []
    assert "sales_total{" not in await (await counter.get("/metrics")).text()


async def test_the_tray_reads_as_an_enrolled_agent_does(world: World, counter: Till) -> None:
    nonce = await a_nonce(counter)
    read = await (await counter.post("/demo/read", {"card": "nhi-2", "nonce": nonce})).json()
    assert set(read) == {"name", "id_number", "birth_date", "reader", "reading"}
    assert read["reading"]["nonce"] == nonce
    buyer = {
        "identity_type": "01",
        "id_number": read["id_number"],
        "birth_date": read["birth_date"],
        "reading": read["reading"],
    }
    assert (await (await counter.post("/eligibility", buyer)).json())["verdict"] == "ALLOW"
    assert (await counter.sell(buyer | {"pieces": {"adult_mask": 2}})).status == 201
    listed = (await (await counter.get(f"{API}/agents")).json())["agents"]
    assert [agent["enrolled_by"] for agent in listed] == ["demo"]
    assert origins(world) == ["card"]


async def test_a_dispute_by_card_needs_the_reading_of_that_very_person(
    counter: Till, agent: CardAgent, clock: StandingClock, world: World
) -> None:
    await counter.sell(sale_by_card(await agent.read(counter)))
    assert await why(await counter.post("/disputes", by_card(None))) == "used", "he has bought"
    await counter.post("/logout")
    await counter.log_in()
    assert await why(await counter.post("/disputes", by_card(None))) == "missing"
    unknown = await agent.read(counter)
    assert await why(await counter.post("/disputes", by_card(unknown, OTHER))) == "bad_signature"
    reading = await agent.read(counter)
    assert (await counter.post("/eligibility", by_card(reading))).status == 200
    assert await why(await counter.post("/disputes", by_card(reading, OTHER))) == "other_person"
    assert (await counter.post("/disputes", by_card(reading))).status == 201
    clock.pass_by(minutes=11)
    assert await why(await counter.post("/disputes", by_card(reading))) == "too_old"
    rows = [row for row in audit(world) if row["act"] == "dispute_look_up"]
    assert [row.get("why") for row in rows] == [
        "used",
        "missing",
        "bad_signature",
        "other_person",
        None,
        "too_old",
    ]


async def test_a_reading_that_passed_serves_no_sale_once_its_agent_is_revoked(
    world: World, counter: Till, agent: CardAgent
) -> None:
    reading = await agent.read(counter)
    assert (await counter.post("/eligibility", by_card(reading))).status == 200
    assert await revoke(counter, agent.id) == 200
    for sent in (reading, None):
        refused = await counter.sell(sale_by_card(sent))
        assert (await refused.json())["why"] == "revoked_agent"
    assert origins(world) == []
