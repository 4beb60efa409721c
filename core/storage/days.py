"""Sums of an outlet's day, and disputes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import Row, Select, case, distinct, func, select
from sqlalchemy.engine import Connection

from core.domain.buyers import PersonKey
from core.domain.day_close import DaySum
from core.ports import AuditRow
from core.ports.days import Dispute, DisputedSale
from core.storage.audit_table import write_audit
from core.storage.connection import from_microseconds, to_microseconds
from core.storage.tables import entries, person_links
from core.storage.tables.days import disputes
from core.storage.writer import Writer

T = TypeVar("T")


class SqliteDays:
    """``core.ports.Days`` in SQLite, and the sums of a day."""

    _writer: Writer
    _read: Callable[..., Any]
    _all: Callable[[Select[Any]], Any]

    async def day_sums(self, outlet: str, day: date) -> Sequence[DaySum]:
        """Sum an outlet's entries up to a day in one statement, so at one instant."""
        rows = await self._all(_day_sums(outlet, day.isoformat()))
        return [DaySum(*row) for row in rows]

    async def save_dispute(self, dispute: Dispute, person: PersonKey, row: AuditRow) -> int:
        """Keep a dispute with its audit row; one a person, outlet and day."""

        def save(connection: sqlite3.Connection) -> int:
            known = connection.execute(
                "SELECT id FROM disputes WHERE person = ? AND outlet = ? AND day = ?",
                (person.value, dispute.outlet, dispute.day.isoformat()),
            ).fetchone()
            if known is not None:
                return int(known[0])
            newest = connection.execute("SELECT max(id) FROM disputes").fetchone()[0] or 0
            connection.execute(
                "INSERT INTO disputes VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
                _columns(dispute, newest + 1, person),
            )
            write_audit(connection, row | {"dispute": newest + 1}, dispute.at)
            return int(newest) + 1

        return await self._writer.submit(save)

    async def disputes(self, *, outlet: str | None = None, limit: int = 200) -> list[Dispute]:
        """List disputes, newest first."""
        statement = select(disputes).order_by(disputes.c.id.desc()).limit(limit)
        if outlet is not None:
            statement = statement.where(disputes.c.outlet == outlet)
        return [_dispute(row) for row in await self._all(statement)]

    async def disputed_sales(self, dispute: int) -> list[DisputedSale]:
        """List the sales linked to the person of a dispute, newest first."""

        def find(connection: Connection) -> Sequence[Row[Any]]:
            return connection.execute(_disputed_sales(dispute)).all()

        return [
            DisputedSale(row.act, row.outlet, from_microseconds(row.at), row.by, row.origin)
            for row in await self._read(find)
        ]

    async def answer_dispute(self, dispute: int, answer: str, row: AuditRow, at: datetime) -> bool:
        """Keep the authority's answer with its audit row."""

        def save(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(
                "UPDATE disputes SET state = 'answered', answer = ?, answered_at = ? WHERE id = ?",
                (answer, to_microseconds(at), dispute),
            ).rowcount
            if changed:
                write_audit(connection, row | {"dispute": dispute}, at)
            return bool(changed)

        return await self._writer.submit(save)


def _day_sums(outlet: str, day: str) -> Select[Any]:
    kind = case((entries.c.day < day, "before"), else_=entries.c.kind).label("kind")
    origin = case((entries.c.day < day, ""), else_=entries.c.origin).label("origin")
    added = (entries.c.pieces > 0).label("added")
    # The position of an act is that of its first line: counted there, an act counts once.
    first = case((entries.c.position == entries.c.act, entries.c.act))
    return (
        select(
            kind,
            entries.c.product,
            origin,
            added,
            func.sum(entries.c.pieces),
            func.sum(entries.c.amount_ntd),
            func.count(distinct(first)),
        )
        .where(entries.c.outlet == outlet, entries.c.day <= day)
        .group_by(kind, entries.c.product, origin, added)
    )


def _disputed_sales(dispute: int) -> Select[Any]:
    return (
        select(
            entries.c.act,
            entries.c.outlet,
            entries.c.at,
            entries.c.by,
            entries.c.origin,
        )
        .select_from(disputes)
        .join(
            person_links,
            (person_links.c.person == disputes.c.person)
            & (person_links.c.key_id == disputes.c.key_id)
            & (person_links.c.programme == disputes.c.programme),
        )
        .join(entries, entries.c.position == person_links.c.sale)
        .where(disputes.c.id == dispute, person_links.c.voided.is_(False))
        .order_by(entries.c.act.desc())
    )


def _columns(dispute: Dispute, identity: int, person: PersonKey) -> tuple[object, ...]:
    return (
        identity,
        dispute.outlet,
        to_microseconds(dispute.at),
        dispute.day.isoformat(),
        dispute.by,
        dispute.programme,
        person.key_id,
        person.value,
        dispute.note,
        dispute.state,
        dispute.answer,
        None,
    )


def _dispute(row: Row[Any]) -> Dispute:
    return Dispute(
        id=row.id,
        outlet=row.outlet,
        at=from_microseconds(row.at),
        day=date.fromisoformat(row.day),
        by=row.by,
        programme=row.programme,
        note=row.note,
        state=row.state,
        answer=row.answer,
        answered_at=from_microseconds(row.answered_at) if row.answered_at else None,
    )
