"""Storage of what outlets say of themselves, and their proposals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from core.domain.outlet_says import OutletSays, Tickets
from core.domain.proposals import Proposal
from core.domain.stops import Stop
from core.errors import Conflict
from core.ports.ledger import AuditRow
from core.ports.outlet_states import Change
from core.storage.audit_table import write_audit
from core.storage.connection import from_microseconds, to_microseconds
from core.storage.stops import stop_of_row
from core.storage.tables.outlet_states import outlet_states, proposals, stops
from core.storage.writer import Writer

# The tables' own columns, nobody's input.
_STATES = ", ".join(column.name for column in outlet_states.columns)
_ONE = f"SELECT {_STATES} FROM outlet_states WHERE outlet = ?"  # noqa: S608
_AFTER = f"SELECT {_STATES} FROM outlet_states WHERE revision > ? ORDER BY outlet"  # noqa: S608
_SAVE = f"INSERT OR REPLACE INTO outlet_states VALUES ({', '.join('?' * 15)})"  # noqa: S608
_PROPOSE = f"INSERT OR REPLACE INTO proposals VALUES ({', '.join('?' * 11)})"  # noqa: S608


class SqliteOutletStates:
    """``core.ports.OutletStates`` in SQLite; the reads come from ``SqlQueries``."""

    _writer: Writer
    _all: Callable[[Select[Any]], Awaitable[Sequence[Row[Any]]]]

    async def outlet_says(self, outlet: str) -> OutletSays:
        """Return what an outlet says."""
        rows = await self._all(select(outlet_states).where(outlet_states.c.outlet == outlet))
        return says_of_row(tuple(rows[0])) if rows else OutletSays(outlet=outlet)

    async def change_outlet_says(self, outlet: str, change: Change, at: datetime) -> OutletSays:
        """Read, change and write in one transaction; what is the same writes nothing."""

        def write(connection: sqlite3.Connection) -> OutletSays:
            row = connection.execute(_ONE, (outlet,)).fetchone()
            before = says_of_row(row) if row else OutletSays(outlet=outlet)
            after, audit = change(before)
            return before if after == before else _save(connection, after, audit, at)

        return await self._writer.submit(write)

    async def standing_stops(self) -> list[Stop]:
        """Return the authority's stops that nobody lifted, oldest first."""
        of = stops.c
        standing = select(of.id, of.scope, of.target, of.reason_zh, of.reason_en, of.until, of.at)
        rows = await self._all(standing.where(of.lifted_at.is_(None)).order_by(of.at, of.id))
        return [stop_of_row(tuple(row)) for row in rows]

    async def save_proposal(self, proposal: Proposal, row: AuditRow) -> None:
        """Write a new proposal, or a decided one over the waiting one."""
        at = proposal.decided_at or proposal.at
        await self._writer.submit(lambda connection: write_proposal(connection, proposal, row, at))

    async def proposals(
        self, *, outlet: str | None = None, states: Sequence[str] = (), limit: int = 200
    ) -> list[Proposal]:
        """Return proposals, newest first."""
        statement = select(proposals).order_by(proposals.c.at.desc(), proposals.c.id).limit(limit)
        if outlet is not None:
            statement = statement.where(proposals.c.outlet == outlet)
        if states:
            statement = statement.where(proposals.c.state.in_(states))
        return [proposal_of_row(tuple(row)) for row in await self._all(statement)]

    async def proposal(self, proposal_id: str) -> Proposal | None:
        """Return one proposal."""
        rows = await self._all(select(proposals).where(proposals.c.id == proposal_id))
        return proposal_of_row(tuple(rows[0])) if rows else None


def states_after(connection: sqlite3.Connection, revision: int = 0) -> list[OutletSays]:
    """Return what outlets said after a revision, by code."""
    return [says_of_row(row) for row in connection.execute(_AFTER, (revision,))]


def newest_state_revision(connection: sqlite3.Connection) -> int:
    """Return the revision of the latest change; 0 where nobody said anything."""
    return int(connection.execute("SELECT max(revision) FROM outlet_states").fetchone()[0] or 0)


def write_states(connection: sqlite3.Connection, states: Sequence[OutletSays]) -> None:
    """Write states as they are, under one new revision: for who fills an empty ledger."""
    revision = newest_state_revision(connection) + 1
    connection.executemany(_SAVE, ((*_columns(says), revision) for says in states))


def write_proposal(
    connection: sqlite3.Connection, proposal: Proposal, row: AuditRow, at: datetime
) -> None:
    """Write a proposal and its audit row inside the transaction that is open.

    Raises:
        Conflict: it was decided already.
    """
    put_proposal(connection, proposal)
    write_audit(connection, row, at)


def put_proposal(connection: sqlite3.Connection, proposal: Proposal) -> None:
    """Write a proposal alone; its audit row is the caller's.

    Raises:
        Conflict: it was decided already.
    """
    known = connection.execute(
        "SELECT state FROM proposals WHERE id = ?", (proposal.id,)
    ).fetchone()
    if known and known[0] != "waiting":
        raise Conflict(f"proposal {proposal.id} was {known[0]} already")
    connection.execute(_PROPOSE, _proposal_columns(proposal))


def _save(
    connection: sqlite3.Connection, says: OutletSays, audit: AuditRow, at: datetime
) -> OutletSays:
    revision = newest_state_revision(connection) + 1
    connection.execute(_SAVE, (*_columns(says), revision))
    write_audit(connection, audit, at)
    row = connection.execute(_ONE, (says.outlet,)).fetchone()
    return says_of_row(row)


def says_of_row(row: tuple[Any, ...]) -> OutletSays:
    """Build what an outlet says from a row, columns in the table's order."""
    (outlet, note, windows, time, count, gone_at, sold_out_at, paused_at, reason, zh, en) = row[:11]
    until, phone_hidden, changed_at, revision = row[11:]
    return OutletSays(
        outlet=outlet,
        note=note,
        sale_windows=windows,
        tickets=Tickets(time=time, count=count, gone_at=_instant(gone_at)),
        sold_out_at=_instant(sold_out_at),
        paused_at=_instant(paused_at),
        pause_reason=reason,
        pause_zh=zh,
        pause_en=en,
        pause_until=_instant(until),
        phone_hidden=bool(phone_hidden),
        changed_at=_instant(changed_at),
        revision=revision,
    )


def proposal_of_row(row: tuple[Any, ...]) -> Proposal:
    """Build a proposal from a row, columns in the table's order."""
    proposal_id, outlet, kind, value, note, by, at, state, decided_by, decided_at, reason = row
    return Proposal(
        id=proposal_id,
        outlet=outlet,
        kind=kind,
        value=json.loads(value),
        note=note,
        by=by,
        at=from_microseconds(at),
        state=state,
        decided_by=decided_by,
        decided_at=_instant(decided_at),
        reason=reason,
    )


def _columns(says: OutletSays) -> tuple[object, ...]:
    tickets = says.tickets
    return (
        says.outlet,
        says.note,
        says.sale_windows,
        tickets.time,
        tickets.count,
        _stored(tickets.gone_at),
        _stored(says.sold_out_at),
        _stored(says.paused_at),
        says.pause_reason,
        says.pause_zh,
        says.pause_en,
        _stored(says.pause_until),
        says.phone_hidden,
        _stored(says.changed_at) or 0,
    )


def _proposal_columns(proposal: Proposal) -> tuple[object, ...]:
    return (
        proposal.id,
        proposal.outlet,
        proposal.kind,
        json.dumps(proposal.value, ensure_ascii=False),
        proposal.note,
        proposal.by,
        to_microseconds(proposal.at),
        proposal.state,
        proposal.decided_by,
        _stored(proposal.decided_at),
        proposal.reason,
    )


def _instant(stored: int | None) -> datetime | None:
    return None if stored is None else from_microseconds(stored)


def _stored(instant: datetime | None) -> int | None:
    return None if instant is None else to_microseconds(instant)
