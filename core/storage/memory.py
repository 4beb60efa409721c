"""The ledger as plain lists and dicts: the readable reference that tests compare with."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import date, datetime

from core.domain.audit import AuditLine
from core.domain.buyers import PersonKey
from core.domain.day_close import DaySum
from core.domain.eligibility import Purchase
from core.domain.entries import Entry, pieces_of
from core.domain.outlets import Outlet
from core.domain.stops import Stop
from core.errors import MaskmapError
from core.ports import (
    AuditRow,
    Daily,
    Order,
    PersonLink,
    RecentSale,
    RegisterChange,
    RegisterChanges,
    Reply,
    Sale,
)
from core.storage.batch import REPLIES_KEPT, Gathered, Plan, numbered, settle


class MemoryLedger:
    """Everything in memory, one act at a time.

    ``locked=False`` is the test switch of the race test: facts are then read before others have
    written, as a system without locks would.
    """

    def __init__(self, *, locked: bool = True) -> None:
        self.log: list[Entry] = []
        self.audit: list[AuditLine] = []
        self.links: dict[int, PersonLink] = {}
        self.voided: set[int] = set()
        self.outlets: dict[str, Outlet] = {}
        self.stops: dict[str, Stop] = {}
        self._replies: dict[tuple[str, str], tuple[bytes, bytes, datetime]] = {}
        self._daily: dict[tuple[str, str, date], int] = {}
        self._locked = locked
        self._lock = asyncio.Lock()

    async def commit(self, order: Order) -> Reply:
        """Commit one act."""
        outcome = (await self.commit_many([order]))[0]
        if isinstance(outcome, MaskmapError):
            raise outcome
        return outcome

    async def commit_many(self, orders: Sequence[Order]) -> list[Reply | MaskmapError]:
        """Commit acts in order."""
        if not self._locked:
            return [await self._unlocked(order) for order in orders]
        async with self._lock:
            return [self._apply(order, self._gather(order)) for order in orders]

    async def _unlocked(self, order: Order) -> Reply | MaskmapError:
        stale = self._gather(order)
        await asyncio.sleep(0)
        stale.position, stale.audit = len(self.log), len(self.audit)
        return self._apply(order, stale)

    def _apply(self, order: Order, gathered: Gathered) -> Reply | MaskmapError:
        plan = settle([order], gathered)
        self._write(plan)
        return plan.outcomes[0]

    def _gather(self, order: Order) -> Gathered:
        found = Gathered(len(self.log), len(self.audit))
        found.balances[order.outlet] = self._stock(order.outlet)
        for person in order.persons:
            found.history[(order.programme, person)] = self._history(order.programme, person)
        if order.idempotency is not None:
            name = (order.outlet, order.idempotency.key)
            stored = self._replies.get(name)
            if stored is not None and stored[2] >= order.at - REPLIES_KEPT:
                found.replies[name] = stored[:2]
        found.daily = dict(self._daily)
        found.stops = tuple(self.stops.values())
        if order.sale is not None:
            sale = self._sale(order.sale, order.outlet)
            found.sales = {order.sale: sale} if sale else {}
        return found

    def _write(self, plan: Plan) -> None:
        self.log += plan.entries
        self.audit += plan.audit
        self.links |= dict(plan.links)
        self._daily |= dict(plan.daily)
        self.voided |= set(plan.voided)
        for outlet, asked, body, at in plan.replies:
            self._replies[(outlet, asked.key)] = (asked.body, body, at)

    def _stock(self, outlet: str) -> dict[str, int]:
        return pieces_of(entry for entry in self.log if entry.outlet == outlet)

    def _history(self, programme: str, person: PersonKey) -> list[Purchase]:
        return [
            Purchase(link.day, link.pieces, act in self.voided)
            for act, link in self.links.items()
            if link.person == person and link.programme == programme
        ]

    def _sale(self, act: int, outlet: str) -> Sale | None:
        lines = tuple(
            entry
            for entry in self.log
            if entry.act == act and entry.kind == "sale" and entry.outlet == outlet
        )
        return Sale(act, lines[0].day, lines, act in self.voided) if lines else None

    async def declare_stop(self, stop: Stop, by: str, row: AuditRow, at: datetime) -> None:
        """Forbid sale, with one audit row."""
        async with self._lock:
            self.stops[stop.id] = stop
            await self.record(row, at)

    async def record(self, row: AuditRow, at: datetime) -> None:
        """Write an audit row that belongs to no order."""
        self.audit.append(numbered(row, at, Gathered(len(self.log), len(self.audit))))

    async def save_outlets(
        self, outlets: Sequence[Outlet], row: AuditRow, at: datetime
    ) -> RegisterChanges:
        """Add or replace outlets of the register."""
        return await self.change_outlets(lambda _: (outlets, row), at)

    async def change_outlets(self, change: RegisterChange, at: datetime) -> RegisterChanges:
        """Read the register, change and write in one step."""
        outlets, row = change(self.outlets)
        changed = [outlet for outlet in outlets if self.outlets.get(outlet.code) != outlet]
        codes = tuple(outlet.code for outlet in changed)
        added = tuple(code for code in codes if code not in self.outlets)
        changes = RegisterChanges(added, tuple(code for code in codes if code in self.outlets))
        self.outlets |= {outlet.code: outlet for outlet in changed}
        if changed:
            counted = {"added": len(changes.added), "changed": len(changes.changed)}
            await self.record(row | counted, at)
        return changes

    async def outlet(self, code: str) -> Outlet | None:
        """Return one outlet of the register."""
        return self.outlets.get(code)

    async def stock(self, outlet: str) -> dict[str, int]:
        """Return an outlet's stock per product."""
        return self._stock(outlet)

    async def entries(
        self, outlet: str, *, kinds: Sequence[str], day: date | None = None, limit: int = 200
    ) -> list[Entry]:
        """Return an outlet's entries, newest act first."""
        found = [
            entry
            for entry in self.log
            if entry.outlet == outlet and entry.kind in kinds and day in (None, entry.day)
        ]
        return sorted(found, key=lambda entry: (-entry.act, entry.position))[:limit]

    async def recent_sales(self, outlet: str, day: date, limit: int = 200) -> list[RecentSale]:
        """Return an outlet's sales of one day, newest first."""
        acts: dict[int, list[Entry]] = {}
        for entry in await self.entries(outlet, kinds=("sale",), day=day, limit=limit):
            acts.setdefault(entry.act, []).append(entry)
        return [self._recent(act, lines) for act, lines in acts.items()]

    def _recent(self, act: int, lines: Sequence[Entry]) -> RecentSale:
        link = self.links.get(act)
        return RecentSale(
            act,
            lines[0].at,
            {product: -count for product, count in pieces_of(lines).items()},
            sum(line.amount_ntd for line in lines),
            act in self.voided,
            link.person if link else None,
            link.sealed if link else b"",
        )

    async def daily_act(self, outlet: str, daily: Daily) -> int | None:
        """Return the act that took the automatic intake of that day, if any."""
        return self._daily.get((outlet, daily.programme, daily.day))

    async def day_sums(self, outlet: str, day: date) -> list[DaySum]:
        """Sum an outlet's entries up to a day, those before it apart."""
        sums: dict[tuple[str, str, str, bool], list[Entry]] = {}
        for entry in self.log:
            if entry.outlet == outlet and entry.day <= day:
                kind, origin = ("before", "") if entry.day < day else (entry.kind, entry.origin)
                sums.setdefault((kind, entry.product, origin, entry.pieces > 0), []).append(entry)
        return [
            DaySum(
                *group,
                sum(line.pieces for line in lines),
                sum(line.amount_ntd for line in lines),
                sum(line.position == line.act for line in lines),
            )
            for group, lines in sums.items()
        ]
