"""Card agents: enrolled with the card of whoever is logged in, listed, revoked."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest

from pharmacy_portal.nonces import OUTSTANDING_PER_SESSION, SessionNonces
from tests.pharmacy_portal.card_agents import CardAgent, a_nonce, revoke
from tests.pharmacy_portal.test_readings import audit
from tests.pharmacy_portal.tills import API, StandingClock, Till, World


@pytest.fixture
async def user(till: Till) -> Till:
    """Return a till with a pharmacist logged in."""
    await till.log_in()
    return till


async def agents(till: Till) -> list[dict[str, Any]]:
    return (await (await till.get(f"{API}/agents")).json())["agents"]


async def refusal(till: Till, body: dict[str, Any]) -> tuple[int, str]:
    answer = await till.post("/agents", body)
    return answer.status, (await answer.json())["code"]


async def test_an_agent_is_enrolled_listed_and_revoked(
    world: World, user: Till, clock: StandingClock
) -> None:
    agent = CardAgent(clock)
    await agent.enrol(user)
    (shown,) = await agents(user)
    assert (shown["agent_id"], shown["machine"]) == (agent.id, "櫃台一")
    assert shown["enrolled_at"] == "2020-02-06T09:00:00+08:00"
    assert shown["revoked_at"] is None
    clock.pass_by(minutes=1)
    assert await revoke(user, agent.id) == 200
    (shown,) = await agents(user)
    assert shown["revoked_at"] == "2020-02-06T09:01:00+08:00"
    acts = [row for row in audit(world) if row.get("agent") == agent.id]
    assert [row["act"] for row in acts] == ["agent_enrol", "agent_revoke"]
    assert {row["outlet"] for row in acts} == {"5901100001"}


async def test_another_institution_neither_sees_nor_revokes_it(
    world: World, user: Till, clock: StandingClock
) -> None:
    agent = CardAgent(clock)
    await agent.enrol(user)
    elsewhere = await world.open_till()
    await elsewhere.log_in("pharmacist-3")
    assert await agents(elsewhere) == []
    assert await revoke(elsewhere, agent.id) == 404
    assert await revoke(elsewhere, "no such agent") == 404


async def test_who_enrolled_it_or_an_administrator_may_revoke_it(
    world: World, user: Till, clock: StandingClock
) -> None:
    first, second = CardAgent(clock), CardAgent(clock)
    await first.enrol(user)
    await second.enrol(user)
    colleague, administrator = await world.open_till(), await world.open_till()
    await colleague.log_in("citizen-1")
    assert await revoke(colleague, first.id) == 403
    await administrator.log_in("administrator-1")
    assert await revoke(administrator, first.id) == 200
    assert await revoke(user, second.id) == 200


async def test_a_revoked_agent_may_be_enrolled_anew_with_a_card(
    user: Till, clock: StandingClock
) -> None:
    agent = CardAgent(clock)
    await agent.enrol(user)
    await revoke(user, agent.id)
    await agent.enrol(user)
    assert [shown["revoked_at"] for shown in await agents(user)] == [None]


async def test_a_challenge_is_of_its_session_good_once_and_for_two_minutes(
    world: World, user: Till, clock: StandingClock
) -> None:
    agent = CardAgent(clock)
    body = await agent.enrolment(user)
    beside = await world.open_till()
    await beside.log_in()
    assert await refusal(beside, body) == (403, "CHALLENGE_EXPIRED")
    assert (await user.post("/agents", body)).status == 201
    assert await refusal(user, body) == (403, "CHALLENGE_EXPIRED")
    late = await agent.enrolment(user)
    clock.pass_by(minutes=2)
    assert await refusal(user, late) == (403, "CHALLENGE_EXPIRED")


async def test_only_a_good_card_of_who_is_logged_in_vouches(
    user: Till, clock: StandingClock
) -> None:
    agent, other = CardAgent(clock), CardAgent(clock)
    assert await refusal(user, await agent.enrolment(user, "nurse-1")) == (403, "NOT_ENROLLED")
    revoked = await agent.enrolment(user, "revoked-1")
    assert await refusal(user, revoked) == (403, "CERTIFICATE_REVOKED")
    expired = await agent.enrolment(user, "expired-1")
    assert await refusal(user, expired) == (403, "CERTIFICATE_EXPIRED")
    swapped = await agent.enrolment(user)
    swapped["public_key"] = base64.b64encode(other.public_key).decode()
    assert await refusal(user, swapped) == (403, "LOGIN_FAILED")
    assert await agents(user) == []
    assert (await user.get(f"{API}/me")).status == 200, "the session goes on"


@pytest.mark.parametrize("key", ["", "AAAA", "not base64"])
async def test_what_is_no_key_is_refused(user: Till, clock: StandingClock, key: str) -> None:
    body = await CardAgent(clock).enrolment(user)
    assert (await user.post("/agents", body | {"public_key": key})).status in (400, 403)
    assert await agents(user) == []


async def test_a_computer_is_not_named_after_a_person(user: Till, clock: StandingClock) -> None:
    body = await CardAgent(clock).enrolment(user)
    assert await refusal(user, body | {"machine": "A123456789"}) == (400, "INVALID")


async def test_nonces_are_for_who_sells_and_many_may_be_out(world: World, user: Till) -> None:
    assert len({await a_nonce(user) for _ in range(8)}) == 8
    stranger = await world.open_till()
    assert (await stranger.post("/readings/nonce")).status == 401
    await stranger.log_in("administrator-1")
    assert (await stranger.post("/readings/nonce")).status == 403


def test_the_oldest_nonces_of_a_session_give_way() -> None:
    nonces = SessionNonces(StandingClock(), timedelta(seconds=60))
    own = [nonces.issue("a").text for _ in range(OUTSTANDING_PER_SESSION + 3)]
    beside = nonces.issue("b").text
    assert len(nonces) == OUTSTANDING_PER_SESSION + 1
    assert [nonces.take("a", text) is None for text in own[:4]] == [True, True, True, False]
    assert nonces.take("a", beside) is None
    assert nonces.take("b", beside) is not None
    assert nonces.take("b", beside) is None


def test_old_nonces_are_forgotten() -> None:
    clock = StandingClock()
    nonces = SessionNonces(clock, timedelta(seconds=60))
    old = nonces.issue("a").text
    clock.pass_by(seconds=119)
    nonces.issue("b")
    assert nonces.take("a", old) is not None, "so that the answer is: too old"
    older = nonces.issue("a").text
    clock.pass_by(seconds=120)
    nonces.issue("b")
    assert nonces.take("a", older) is None
    assert len(nonces) == 1
