"""The ledger in one SQLite file: the embedded default.

The sale path speaks to the driver directly, since its cost is the product's; the quiet queries
stand in ``queries.py``.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from pathlib import Path

from core.domain.buyers import PersonKey
from core.domain.eligibility import Purchase
from core.domain.entries import Entry
from core.domain.outlets import Outlet
from core.errors import MaskmapError
from core.ports import AuditRow, Order, RegisterChanges, Reply, Sale
from core.storage import register
from core.storage.accounts import SqliteAccounts
from core.storage.audit_table import counters, write_audit, write_lines
from core.storage.batch import REPLIES_KEPT, Gathered, Plan, batches, settle
from core.storage.connection import connect_writer, to_microseconds
from core.storage.queries import SqlQueries, entry_of_row
from core.storage.writer import Writer

_BATCH_ORDERS = 1024

_ADD_ENTRY = "INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
_ADD_LINK = "INSERT INTO person_links VALUES (?,?,?,?,?,?,0,?)"
_ADD_REPLY = "INSERT OR REPLACE INTO replies VALUES (?,?,?,?,?)"
_ADD_DAILY = "INSERT INTO daily_intakes VALUES (?,?,?,?)"
_ADD_BALANCE = "INSERT INTO balances VALUES (?,?,?,?)"
_CHANGE_BALANCE = (
    "UPDATE balances SET pieces = pieces + ?, changed_at = ? WHERE outlet = ? AND product = ?"
)
_VOID_LINK = "UPDATE person_links SET voided = 1 WHERE sale = ?"
_OLD_REPLIES = "DELETE FROM replies WHERE at < ?"
_HISTORY = (
    "SELECT day, pieces, voided FROM person_links WHERE person = ? AND programme = ? AND key_id = ?"
)
_STORED_REPLY = "SELECT request, body FROM replies WHERE outlet = ? AND key = ? AND at >= ?"
_DAILY = "SELECT act FROM daily_intakes WHERE outlet = ? AND programme = ? AND day = ?"


class SqliteLedger(SqlQueries, SqliteAccounts):
    """Ledger and accounts over one file. ``start`` before use, ``close`` at the end."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._writer = Writer(lambda: connect_writer(path))

    async def commit(self, order: Order) -> Reply:
        """Commit one act, together with whatever else waits."""
        outcome = await self._writer.submit(lambda connection: _apply(connection, [order])[0])
        if isinstance(outcome, MaskmapError):
            raise outcome
        return outcome

    async def commit_many(self, orders: Sequence[Order]) -> list[Reply | MaskmapError]:
        """Commit acts in order, a transaction for each thousand."""
        outcomes: list[Reply | MaskmapError] = []
        for part in batches(orders, _BATCH_ORDERS):
            outcomes += await self._writer.submit(partial(_apply, orders=part))
        return outcomes

    async def record(self, row: AuditRow, at: datetime) -> None:
        """Write an audit row that belongs to no order."""
        await self._writer.submit(lambda connection: write_audit(connection, row, at))

    async def save_outlets(
        self, outlets: Sequence[Outlet], row: AuditRow, at: datetime
    ) -> RegisterChanges:
        """Add or replace outlets of the register, all or none."""

        def save(connection: sqlite3.Connection) -> RegisterChanges:
            changes = register.save(connection, outlets)
            if changes.added or changes.changed:
                counted = {"added": len(changes.added), "changed": len(changes.changed)}
                write_audit(connection, row | counted, at)
            return changes

        return await self._writer.submit(save)

    def close(self) -> None:
        """Commit what waits and let go of the file."""
        self._writer.close()
        super().close()


def _apply(connection: sqlite3.Connection, orders: Sequence[Order]) -> list[Reply | MaskmapError]:
    plan = settle(orders, _gather(connection, orders))
    _write(connection, plan)
    return plan.outcomes


def _gather(connection: sqlite3.Connection, orders: Sequence[Order]) -> Gathered:
    """Read what the orders need. SQLite answers in-process, so one look-up each is cheapest."""
    found = counters(connection)
    for order in orders:
        if order.outlet not in found.balances:
            found.balances[order.outlet] = _balances(connection, order.outlet)
        for person in order.persons:
            key = (order.programme, person)
            if key not in found.history:
                found.history[key] = _history(connection, person, order.programme)
        _gather_once(connection, order, found)
    return found


def _gather_once(connection: sqlite3.Connection, order: Order, found: Gathered) -> None:
    """Read what makes an act happen once: the caller's key, the day's intake, the sale's state."""
    if order.idempotency is not None:
        oldest = to_microseconds(order.at - REPLIES_KEPT)
        name = (order.outlet, order.idempotency.key)
        stored = connection.execute(_STORED_REPLY, (*name, oldest)).fetchone()
        if stored is not None:
            found.replies[name] = stored
    if order.daily is not None:
        daily = (order.outlet, order.daily.programme, order.daily.day)
        row = connection.execute(_DAILY, (*daily[:2], daily[2].isoformat())).fetchone()
        if row is not None:
            found.daily[daily] = row[0]
    if order.sale is not None:
        sale = _sale(connection, order.sale, order.outlet)
        if sale is not None:
            found.sales[order.sale] = sale


def _balances(connection: sqlite3.Connection, outlet: str) -> dict[str, int]:
    rows = connection.execute("SELECT product, pieces FROM balances WHERE outlet = ?", (outlet,))
    return dict(rows.fetchall())


def _history(connection: sqlite3.Connection, person: PersonKey, programme: str) -> list[Purchase]:
    rows = connection.execute(_HISTORY, (person.value, programme, person.key_id))
    return [
        Purchase(date.fromisoformat(day), json.loads(pieces), bool(voided))
        for day, pieces, voided in rows
    ]


def _sale(connection: sqlite3.Connection, act: int, outlet: str) -> Sale | None:
    """Return a sale of this outlet: its lines follow each other from its own position on."""
    rows = connection.execute(
        "SELECT * FROM entries WHERE position >= ? AND act = ? AND kind = 'sale' AND outlet = ?"
        " AND position < ? + 16",
        (act, act, outlet, act),
    )
    lines = tuple(map(entry_of_row, rows))
    if not lines:
        return None
    undone = connection.execute("SELECT 1 FROM entries WHERE reverses = ?", (act,)).fetchone()
    return Sale(act, lines[0].day, lines, undone is not None)


def _write(connection: sqlite3.Connection, plan: Plan) -> None:
    connection.executemany(_ADD_ENTRY, map(_entry_row, plan.entries))
    for (outlet, product), (pieces, at) in plan.balance_changes().items():
        changed = (pieces, to_microseconds(at), outlet, product)
        if connection.execute(_CHANGE_BALANCE, changed).rowcount == 0:
            connection.execute(_ADD_BALANCE, (outlet, product, pieces, changed[1]))
    connection.executemany(
        _ADD_LINK,
        (
            (
                act,
                link.person.key_id,
                link.person.value,
                link.programme,
                link.day.isoformat(),
                json.dumps(dict(link.pieces)),
                link.sealed,
            )
            for act, link in plan.links
        ),
    )
    connection.executemany(_VOID_LINK, ((act,) for act in plan.voided))
    connection.executemany(
        _ADD_DAILY, ((key[0], key[1], key[2].isoformat(), act) for key, act in plan.daily)
    )
    _write_replies(connection, plan)
    write_lines(connection, plan.audit)


def _write_replies(connection: sqlite3.Connection, plan: Plan) -> None:
    if not plan.replies:
        return
    connection.executemany(
        _ADD_REPLY,
        (
            (outlet, asked.key, asked.body, body, to_microseconds(at))
            for outlet, asked, body, at in plan.replies
        ),
    )
    newest = max(at for _, _, _, at in plan.replies)
    connection.execute(_OLD_REPLIES, (to_microseconds(newest - REPLIES_KEPT),))


def _entry_row(entry: Entry) -> tuple[object, ...]:
    return (
        entry.position,
        entry.act,
        entry.kind,
        entry.outlet,
        entry.product,
        entry.pieces,
        to_microseconds(entry.at),
        entry.day.isoformat(),
        entry.by,
        entry.origin,
        entry.note,
        entry.amount_ntd,
        entry.flagged,
        entry.reverses,
    )
