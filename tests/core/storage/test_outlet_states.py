"""What outlets say is stored whole, one change at a time, each with its audit row."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.domain.outlet_says import OutletSays, Tickets
from core.domain.proposals import Proposal
from core.errors import Conflict, Invalid
from core.storage.connection import connect_reader, connect_writer, to_microseconds
from core.storage.migrate import migrate
from core.storage.outlet_states import newest_state_revision, states_after
from core.storage.sqlite import SqliteLedger
from core.storage.stops import active_stops
from tests.builders import OTHER_PHARMACY, PHARMACY, SUNDAY

ROW = {"act": "outlet_says", "by": "u1"}


@pytest.fixture
async def store(state: Path) -> AsyncIterator[SqliteLedger]:
    """Return an empty store."""
    migrate(state / "ledger.sqlite")
    opened = SqliteLedger(state / "ledger.sqlite")
    yield opened
    opened.close()


def everything() -> OutletSays:
    """Return a state with every field filled."""
    return OutletSays(
        outlet=PHARMACY,
        note="側門",
        sale_windows="一至五 09:00-11:00 50片",
        tickets=Tickets(time="08:30", count=100, gone_at=SUNDAY),
        sold_out_at=SUNDAY + timedelta(microseconds=1),
        paused_at=SUNDAY,
        pause_reason="own",
        pause_zh="裝修",
        pause_en="Renovation",
        pause_until=SUNDAY + timedelta(days=3),
        phone_hidden=True,
        changed_at=SUNDAY,
    )


async def test_every_field_comes_back_as_it_was_stored(store: SqliteLedger) -> None:
    assert await store.outlet_says(PHARMACY) == OutletSays(outlet=PHARMACY)
    saved = await store.change_outlet_says(PHARMACY, lambda _: (everything(), ROW), SUNDAY)
    assert saved == replace(everything(), revision=1)
    assert await store.outlet_says(PHARMACY) == saved


async def test_the_same_again_writes_nothing_and_a_refusal_neither(
    store: SqliteLedger, state: Path
) -> None:
    await store.change_outlet_says(PHARMACY, lambda _: (everything(), ROW), SUNDAY)
    await store.change_outlet_says(PHARMACY, lambda before: (before, ROW), SUNDAY)

    def refuse(before: OutletSays) -> tuple[OutletSays, dict[str, object]]:
        raise Invalid("no")

    with pytest.raises(Invalid):
        await store.change_outlet_says(PHARMACY, refuse, SUNDAY)
    reader = connect_reader(state / "ledger.sqlite")
    assert reader.execute("SELECT count(*) FROM audit").fetchone() == (1,)
    assert newest_state_revision(reader) == 1
    reader.close()


async def test_changes_at_once_see_each_other(store: SqliteLedger) -> None:
    def longer(before: OutletSays) -> tuple[OutletSays, dict[str, object]]:
        return replace(before, note=(before.note or "") + "x"), dict(ROW)

    await asyncio.gather(*(store.change_outlet_says(PHARMACY, longer, SUNDAY) for _ in range(40)))
    assert (await store.outlet_says(PHARMACY)).note == "x" * 40


async def test_a_reader_is_told_only_what_came_after_a_revision(
    store: SqliteLedger, state: Path
) -> None:
    for code in (PHARMACY, OTHER_PHARMACY):
        says = OutletSays(outlet=code, note="n")
        await store.change_outlet_says(code, lambda _, says=says: (says, ROW), SUNDAY)
    reader = connect_reader(state / "ledger.sqlite")
    assert [says.outlet for says in states_after(reader, 1)] == [OTHER_PHARMACY]
    assert len(states_after(reader)) == 2
    reader.close()


async def test_a_proposal_is_decided_once(store: SqliteLedger) -> None:
    proposal = Proposal(
        id="p1",
        outlet=PHARMACY,
        kind="address",
        value={"address": "臺北市中正區公園路１號"},
        note="搬遷",
        by="u1",
        at=SUNDAY,
    )
    await store.save_proposal(proposal, {"act": "proposal"})
    assert await store.proposal("p1") == proposal
    assert await store.proposals(outlet=OTHER_PHARMACY) == []
    decided = replace(proposal, state="refused", decided_by="s1", decided_at=SUNDAY, reason="否")
    await store.save_proposal(decided, {"act": "proposal_refused"})
    assert await store.proposals(states=("waiting",)) == []
    assert await store.proposals(outlet=PHARMACY) == [decided]
    with pytest.raises(Conflict):
        await store.save_proposal(replace(proposal, state="withdrawn"), {"act": "proposal"})


async def test_stops_hold_until_they_end_or_are_lifted(store: SqliteLedger, state: Path) -> None:
    writer = connect_writer(state / "ledger.sqlite")
    end = to_microseconds(SUNDAY + timedelta(hours=1))
    for row in (
        ("a", "outlet", PHARMACY, end, None, 1),
        ("b", "programme", "masks", None, None, 2),
        ("c", "outlet", PHARMACY, None, to_microseconds(SUNDAY), 3),
    ):
        stop_id, scope, target, until, lifted, revision = row
        writer.execute(
            "INSERT INTO stops VALUES (?,?,?,'停','Stop','s1',?,?,?,'',?)",
            (stop_id, scope, target, to_microseconds(SUNDAY), until, lifted, revision),
        )
    assert [stop.id for stop in active_stops(writer, SUNDAY)] == ["a", "b"]
    later = SUNDAY + timedelta(hours=1)
    assert [stop.id for stop in active_stops(writer, later)] == ["b"]
    assert [stop.id for stop in await store.standing_stops()] == ["a", "b"]
    writer.close()
