"""Fill an empty state with the nation and its day, once.

What has been done is read from the audit trail, nothing is remembered beside it: the first row
names seed, instant and number of acts, and each act leaves one row. So a filling that was killed
makes the same plan again and goes on after its last committed act.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random
from typing import NamedTuple

import msgspec

from core.actions.desk import Desk
from core.actions.intakes import IntakeRequest, automatic_order, manual_order
from core.actions.purchases import SaleRequest, sale_order
from core.clock import Clock, system_clock
from core.domain.calendar import taipei_day
from core.domain.geography import Town, load_towns
from core.domain.outlets import Outlet
from core.domain.programme import Programme
from core.errors import Conflict
from core.ports import Order
from core.releases import CURRENT
from core.rules import MASKS, load_programmes
from core.settings import Settings
from core.storage import State, open_state
from core.storage.feed import LedgerFeed
from publisher.demo.day import CHILD, Act, plan
from publisher.demo.outlets import NEAR_STATION, make_outlets
from publisher.demo.words import say_all
from publisher.publishing import open_publisher
from publisher.replay.people import a_buyer

WHO = "demo-nation"
SEED = 20_200_206
_CHUNK = 4_096
_ROW_OF_OURS = f'"by":"{WHO}"'.encode()
# Buyers whose numbers begin with Y2, and have small numbers: no software card has one of those.
_FIRST_BUYER = 46_000_000

Heard = Callable[[int, int], None]
"""Told how many acts are done, of how many."""


class Beginning(NamedTuple):
    """The first row of a filling."""

    seed: int
    began_at: datetime
    acts: int


@dataclass(frozen=True, slots=True)
class Nation:
    """The rules of the day, and the towns that have outlets."""

    programme: Programme
    towns: Sequence[Town]

    def planned(self, seed: int, now: datetime) -> tuple[list[Outlet], list[Act]]:
        """Make the outlets, and the acts of their day until an instant."""
        random = Random(seed)  # noqa: S311 - a nation to look at, no secret
        outlets = make_outlets(random, self.towns)
        block = self.programme.block_on(taipei_day(now))
        return outlets, plan(random, outlets, block, now) if block else []


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of it: acts written now, and why there were none."""

    acts: int = 0
    reason: str = ""


async def fill(
    settings: Settings,
    *,
    progress: Heard,
    seed: int = SEED,
    clock: Clock = system_clock,
    towns: Sequence[Town] = (),
) -> Filled:
    """Fill an empty state, or go on with a filling that was interrupted; then publish once.

    ``towns`` are those that get outlets: all, unless named.

    Raises:
        Withheld: the gate refuses what was filled.
    """
    programme = load_programmes(settings.rules_folder, settings.rules_of)[MASKS]
    async with open_state(settings) as state:
        feed = LedgerFeed(settings.database_path)
        try:
            nation = Nation(programme, towns or load_towns())
            filled = await _fill(state, feed, nation, progress, seed, clock)
        finally:
            feed.close()
    if filled.acts or not (settings.snapshots_folder / CURRENT).exists():
        _publish(settings, programme, clock)
    return filled


async def _fill(
    state: State, feed: LedgerFeed, nation: Nation, progress: Heard, seed: int, clock: Clock
) -> Filled:
    beginning = find_beginning(feed)
    if beginning is None:
        if feed.revision() or feed.position():
            return Filled(reason="the state is not empty; nothing was added")
        now, done = clock(), 0
        outlets, acts = nation.planned(seed, now)
        row: dict[str, object] = {"act": "register", "by": WHO, "seed": seed, "acts": len(acts)}
        await state.ledger.save_outlets(outlets, row, now)
    else:
        done = acts_done(feed, beginning.acts)
        if done >= beginning.acts and feed.state_revision():
            return Filled(reason="the demo nation is there already")
        seed, now = beginning.seed, beginning.began_at
        outlets, acts = nation.planned(seed, now)
    desk = Desk(state.ledger, clock, nation.programme, state.keys)
    orders = (order_of(desk, act) for act in acts[done:])
    progress(done, len(acts))
    for chunk in _chunks(orders):
        # A refusal is an answer too: somebody may have sold here since the filling was killed.
        await state.ledger.commit_many(chunk)
        done += len(chunk)
        progress(done, len(acts))
    if not feed.state_revision():
        await say_all(state.outlet_states, outlets, seed, now, NEAR_STATION)
    return Filled(len(acts))


def find_beginning(feed: LedgerFeed) -> Beginning | None:
    """Find the first row of a filling; None where this state was never filled."""
    for row in feed.audit_rows(0):
        if _ROW_OF_OURS in row.body:
            document = msgspec.json.decode(row.body)
            began_at = datetime.fromisoformat(document["at"])
            return Beginning(document["seed"], began_at, document["acts"])
    return None


def acts_done(feed: LedgerFeed, planned: int) -> int:
    """Count the acts that were committed, up to the number planned."""
    ours = (1 for row in feed.audit_rows(0) if _ROW_OF_OURS in row.body)
    return sum(islice(ours, planned + 1)) - 1


def order_of(desk: Desk, act: Act) -> Order:
    """Turn an act of the plan into an order for the ledger."""
    day, code = taipei_day(act.at), act.outlet.code
    if act.kind == "sale":
        buyer = a_buyer(_FIRST_BUYER + act.serial, day, child=CHILD in act.pieces)
        return sale_order(desk, SaleRequest(WHO, code, buyer, act.pieces, "demo", act.at, day))
    if act.kind == "automatic":
        return automatic_order(desk, by=WHO, outlet=code, standard=act.pieces, at=act.at, day=day)
    standard = desk.block(day).daily_supply
    request = IntakeRequest(WHO, code, act.pieces, act.note, None, standard, act.at, day)
    return manual_order(desk, request)


def _chunks(orders: Iterator[Order]) -> Iterator[list[Order]]:
    while chunk := list(islice(orders, _CHUNK)):
        yield chunk


def _publish(settings: Settings, programme: Programme, clock: Clock) -> None:
    """Make one release, unless a publisher is at work here: then it will."""
    with suppress(Conflict), open_publisher(settings, clock=clock) as publisher:
        publisher.tick(programme)
