"""What is kept of card agents."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from core.domain.statements import agent_id_of
from core.ports.agents import Agent
from core.storage.migrate import migrate
from core.storage.sqlite import SqliteLedger
from core.storage.tables import audit
from tests.builders import OTHER_PHARMACY, PHARMACY, THURSDAY

KEY = bytes(range(32))
ROW: dict[str, object] = {"act": "agent_enrol", "by": "u1"}
AGENT = Agent(agent_id_of(KEY), PHARMACY, KEY, "櫃台一", "u1", "c" * 64, THURSDAY)


@pytest.fixture
def store(state: Path) -> SqliteLedger:
    migrate(state / "ledger.sqlite")
    return SqliteLedger(state / "ledger.sqlite")


async def test_an_agent_is_found_at_its_own_institution_alone(store: SqliteLedger) -> None:
    await store.save_agent(AGENT, ROW)
    assert await store.agent(AGENT.id, PHARMACY) == AGENT
    assert await store.agent(AGENT.id, OTHER_PHARMACY) is None
    assert await store.agents_of(PHARMACY) == [AGENT]
    assert await store.agents_of(OTHER_PHARMACY) == []
    store.close()


async def test_one_computer_may_serve_two_institutions(store: SqliteLedger) -> None:
    await store.save_agent(AGENT, ROW)
    await store.save_agent(replace(AGENT, institution=OTHER_PHARMACY), ROW)
    await store.revoke_agent(AGENT, "u2", {"act": "agent_revoke"}, THURSDAY)
    here, there = [await store.agent(AGENT.id, at) for at in (PHARMACY, OTHER_PHARMACY)]
    assert here is not None and here.revoked_at == THURSDAY and here.revoked_by == "u2"
    assert there is not None and there.revoked_at is None
    store.close()


async def test_a_second_revocation_changes_nothing_and_leaves_no_row(
    store: SqliteLedger, state: Path
) -> None:
    await store.save_agent(AGENT, ROW)
    later = THURSDAY + timedelta(hours=1)
    await store.revoke_agent(AGENT, "u2", {"act": "agent_revoke"}, THURSDAY)
    await store.revoke_agent(AGENT, "u3", {"act": "agent_revoke"}, later)
    found = await store.agent(AGENT.id, PHARMACY)
    assert found is not None and (found.revoked_by, found.revoked_at) == ("u2", THURSDAY)
    rows = await store._all(select(audit.c.number))
    assert len(rows) == 2
    store.close()


async def test_enrolling_anew_trusts_a_revoked_agent_again(store: SqliteLedger) -> None:
    await store.save_agent(AGENT, ROW)
    await store.revoke_agent(AGENT, "u2", {"act": "agent_revoke"}, THURSDAY)
    again = replace(AGENT, enrolled_at=THURSDAY + timedelta(days=1))
    await store.save_agent(again, ROW)
    assert await store.agent(AGENT.id, PHARMACY) == again
    store.close()
