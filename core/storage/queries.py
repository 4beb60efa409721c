"""The quiet queries, in SQLAlchemy Core: one wording for every database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Row, Select, create_engine, select
from sqlalchemy.engine import Connection
from sqlalchemy.pool import SingletonThreadPool

from core.domain.buyers import PersonKey
from core.domain.entries import Entry, pieces_of
from core.domain.outlets import Outlet
from core.ports import Daily, Grant, RecentSale, Session, User
from core.storage.connection import connect_reader, from_microseconds
from core.storage.tables import (
    balances,
    certificates,
    daily_intakes,
    entries,
    grants,
    outlets,
    person_links,
    sessions,
    users,
)

T = TypeVar("T")
_READERS = 2


class SqlQueries:
    """Reads of ledger and accounts, each in a thread of a small pool."""

    def __init__(self, path: Path) -> None:
        self._engine = create_engine(
            "sqlite://",
            creator=lambda: connect_reader(path),
            poolclass=SingletonThreadPool,
            isolation_level="AUTOCOMMIT",
        )
        self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="ledger-reader")

    async def _read(self, query: Callable[[Connection], T]) -> T:
        def run() -> T:
            with self._engine.connect() as connection:
                return query(connection)

        return await asyncio.get_running_loop().run_in_executor(self._threads, run)

    async def _all(self, statement: Select[Any]) -> Sequence[Row[Any]]:
        return await self._read(lambda connection: connection.execute(statement).all())

    async def _first(self, statement: Select[Any]) -> Row[Any] | None:
        return await self._read(lambda connection: connection.execute(statement).first())

    async def outlet(self, code: str) -> Outlet | None:
        """Return one outlet of the register."""
        row = await self._first(select(outlets).where(outlets.c.code == code))
        return outlet_of_row(row._mapping) if row else None

    async def stock(self, outlet: str) -> dict[str, int]:
        """Return an outlet's stock per product."""
        rows = await self._all(
            select(balances.c.product, balances.c.pieces).where(balances.c.outlet == outlet)
        )
        return {row.product: row.pieces for row in rows}

    async def entries(
        self, outlet: str, *, kinds: Sequence[str], day: date | None = None, limit: int = 200
    ) -> list[Entry]:
        """Return an outlet's entries, newest act first, the lines of one act in order."""
        statement = select(entries).where(entries.c.outlet == outlet, entries.c.kind.in_(kinds))
        if day is not None:
            statement = statement.where(entries.c.day == day.isoformat())
        order = (entries.c.act.desc(), entries.c.position)
        return [
            entry_of_row(row) for row in await self._all(statement.order_by(*order).limit(limit))
        ]

    async def recent_sales(self, outlet: str, day: date, limit: int = 200) -> list[RecentSale]:
        """Return an outlet's sales of one day, newest first."""
        lines = await self.entries(outlet, kinds=("sale",), day=day, limit=limit)
        undone = await self.entries(outlet, kinds=("reversal",), day=day, limit=limit)
        reversed_acts = {entry.reverses for entry in undone}
        acts: dict[int, list[Entry]] = {}
        for line in lines:
            acts.setdefault(line.act, []).append(line)
        buyers = await self._buyers(tuple(acts))
        return [
            _recent(act, of_act, act in reversed_acts, buyers.get(act))
            for act, of_act in acts.items()
        ]

    async def _buyers(self, acts: Sequence[int]) -> dict[int, tuple[PersonKey, bytes]]:
        links = person_links.c
        rows = await self._all(
            select(links.sale, links.key_id, links.person, links.sealed).where(links.sale.in_(acts))
        )
        return {row.sale: (PersonKey(row.key_id, row.person), row.sealed) for row in rows}

    async def daily_act(self, outlet: str, daily: Daily) -> int | None:
        """Return the act that took the automatic intake of that day, if any."""
        of = daily_intakes.c
        row = await self._first(
            select(of.act).where(
                of.outlet == outlet,
                of.programme == daily.programme,
                of.day == daily.day.isoformat(),
            )
        )
        return row.act if row else None

    async def user_of_certificate(self, certificate: str) -> User | None:
        """Find a user by certificate key."""
        found = await self._first(
            select(users.c.id, users.c.name, certificates.c.key)
            .join(certificates, certificates.c.user == users.c.id)
            .where(certificates.c.key == certificate, certificates.c.retired_at.is_(None))
        )
        if found is None:
            return None
        of_user = await self._all(
            select(grants).where(grants.c.user == found.id).order_by(grants.c.institution)
        )
        granted = tuple(Grant(grant.institution, grant.role) for grant in of_user)
        return User(found.id, found.name, found.key, granted)

    async def session(self, session_id: str) -> Session | None:
        """Return a live session."""
        row = await self._first(select(sessions).where(sessions.c.id == session_id))
        return session_of_row(row) if row else None

    def close(self) -> None:
        """Let go of the reading connections."""
        self._threads.shutdown()
        self._engine.dispose()


def entry_of_row(row: Any) -> Entry:
    """Build an entry from a row of the table, columns in its order."""
    position, act, kind, outlet, product, pieces, at, day, by, origin, note, *rest = row
    amount_ntd, flagged, reverses = rest
    return Entry(
        kind=kind,
        outlet=outlet,
        product=product,
        pieces=pieces,
        at=from_microseconds(at),
        day=date.fromisoformat(day),
        by=by,
        origin=origin,
        note=note,
        amount_ntd=amount_ntd,
        flagged=bool(flagged),
        reverses=reverses,
        act=act,
        position=position,
    )


def outlet_of_row(row: Any) -> Outlet:
    """Build an outlet from a mapping of the table's columns."""
    values = {name: row[name] for name in Outlet.__struct_fields__}
    return msgspec.convert(values, Outlet, strict=False)


def session_of_row(row: Any) -> Session:
    """Build a session from a row of the table."""
    return Session(
        row.id,
        row.user,
        row.name,
        row.institution,
        row.role,
        row.certificate,
        from_microseconds(row.created_at),
        from_microseconds(row.seen_at),
        json.loads(row.data),
    )


def _recent(
    act: int, lines: Sequence[Entry], undone: bool, buyer: tuple[PersonKey, bytes] | None
) -> RecentSale:
    person, sealed = buyer if buyer else (None, b"")
    pieces = {product: -count for product, count in pieces_of(lines).items()}
    amount_ntd = sum(line.amount_ntd for line in lines)
    return RecentSale(act, lines[0].at, pieces, amount_ntd, undone, person, sealed)
