"""Storage of the authority's acts: announcements, pages, stops, decided proposals."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Row, Select, select

from core.domain.proposals import Proposal
from core.domain.stops import Stop
from core.domain.text import Text
from core.errors import Conflict, NotFound
from core.ports.ledger import AuditRow, RegisterChange
from core.ports.stewardship import AnnouncementVersion, OutletMorning, PageVersion, StopRecord
from core.storage import register
from core.storage.audit_table import write_audit
from core.storage.connection import from_microseconds, to_microseconds
from core.storage.outlet_days import DaySums, outlet_days
from core.storage.outlet_states import put_proposal
from core.storage.stops import newest_stop_revision
from core.storage.tables.outlet_states import stops
from core.storage.tables.stewardship import announcement_versions, page_versions

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from core.storage.writer import Writer

_ANNOUNCE = "INSERT INTO announcement_versions VALUES (?,?,?,?,?,?,?,?,?,?,?,?)"
_EDIT = "INSERT INTO page_versions VALUES (?,?,?,?,?,?,?,?)"
_STOP = "INSERT INTO stops VALUES (?,?,?,?,?,?,?,?,?,?,?)"
_LIFT = "UPDATE stops SET lifted_at = ?, lifted_by = ?, revision = ? WHERE id = ?"


class SqliteStewardship:
    """``core.ports.Stewardship`` in SQLite; the reads come from ``SqlQueries``."""

    _writer: Writer
    _read: Callable[[Callable[[Connection], Any]], Awaitable[Any]]
    _all: Callable[[Select[Any]], Awaitable[Sequence[Row[Any]]]]
    _day_sums: DaySums | None = None

    async def announcements(self) -> list[AnnouncementVersion]:
        """Return the version in force of each announcement, the newest day first."""
        rows = await self._all(select(announcement_versions).order_by("id", "version"))
        newest = {row.id: _announcement(row) for row in rows}
        return sorted(newest.values(), key=lambda one: (one.day, one.id), reverse=True)

    async def save_announcement(self, version: AnnouncementVersion, row: AuditRow) -> None:
        """Add a version; the number must be the next one."""
        newest = "SELECT max(version) FROM announcement_versions WHERE id = ?"

        def save(connection: sqlite3.Connection) -> None:
            _expect_next(connection, newest, version.id, version.version)
            connection.execute(_ANNOUNCE, _announcement_columns(version))
            write_audit(connection, row, version.at)

        await self._writer.submit(save)

    async def page(self, page: str) -> PageVersion | None:
        """Return the version in force of a page; None while the shipped text holds."""
        versions = await self._versions(page, 1)
        return versions[0] if versions else None

    async def page_versions(self, page: str) -> list[PageVersion]:
        """Return every version of a page, the newest first."""
        return await self._versions(page, None)

    async def save_page(self, version: PageVersion, row: AuditRow, at: datetime) -> None:
        """Add a version; the number must be the next one."""
        newest = "SELECT max(version) FROM page_versions WHERE page = ?"

        def save(connection: sqlite3.Connection) -> None:
            _expect_next(connection, newest, version.page, version.version)
            connection.execute(_EDIT, _page_columns(version, at))
            write_audit(connection, row, at)

        await self._writer.submit(save)

    async def stops(self) -> list[StopRecord]:
        """Return every stop, the newest first."""
        rows = await self._all(select(stops).order_by(stops.c.at.desc(), stops.c.id))
        return [_stop(row) for row in rows]

    async def declare_stop(self, stop: Stop, by: str, row: AuditRow, at: datetime) -> None:
        """Forbid sale from this commit on."""

        def declare(connection: sqlite3.Connection) -> None:
            revision = newest_stop_revision(connection) + 1
            connection.execute(_STOP, (*_stop_columns(stop, by, at), None, "", revision))
            write_audit(connection, row, at)

        await self._writer.submit(declare)

    async def lift_stop(self, identity: str, by: str, row: AuditRow, at: datetime) -> None:
        """End a stop."""

        def lift(connection: sqlite3.Connection) -> None:
            known = connection.execute("SELECT lifted_at FROM stops WHERE id = ?", (identity,))
            found = known.fetchone()
            if found is None:
                raise NotFound(f"there is no stop {identity}")
            if found[0] is not None:
                raise Conflict(f"stop {identity} was lifted already")
            revision = newest_stop_revision(connection) + 1
            connection.execute(_LIFT, (to_microseconds(at), by, revision, identity))
            write_audit(connection, row, at)

        await self._writer.submit(lift)

    async def decide_proposals(
        self, decided: Sequence[Proposal], change: RegisterChange, at: datetime
    ) -> None:
        """Write decided proposals, and change the register with them."""

        def decide(connection: sqlite3.Connection) -> None:
            known = register.all_outlets(connection)
            outlets, row = change(known)
            for proposal in decided:
                put_proposal(connection, proposal)
            register.save(connection, outlets, known)
            write_audit(connection, row, at)

        await self._writer.submit(decide)

    async def outlet_days(self, day: date, programme: str) -> list[OutletMorning]:
        """Return what every outlet of the register did on a day, by code."""
        held = self._day_sums = self._day_sums or DaySums()
        found: list[OutletMorning] = await self._read(
            lambda connection: outlet_days(connection, day, programme, held)
        )
        return found

    async def _versions(self, page: str, limit: int | None) -> list[PageVersion]:
        of = page_versions.c
        wanted = select(page_versions).where(of.page == page)
        rows = await self._all(wanted.order_by(of.version.desc()).limit(limit))
        return [_page(row) for row in rows]


def _expect_next(connection: sqlite3.Connection, query: str, identity: str, version: int) -> None:
    newest = connection.execute(query, (identity,)).fetchone()[0] or 0
    if version != newest + 1:
        raise Conflict(f"version {newest} is in force; somebody edited it meanwhile")


def _announcement(row: Any) -> AnnouncementVersion:
    return AnnouncementVersion(
        id=row.id,
        version=row.version,
        kind=row.kind,
        day=date.fromisoformat(row.day),
        effective=date.fromisoformat(row.effective),
        audience=row.audience,
        words=Text(row.zh, row.en),
        by=row.by,
        at=from_microseconds(row.at),
        state=row.state,
        reason=row.reason,
    )


def _announcement_columns(version: AnnouncementVersion) -> tuple[object, ...]:
    return (
        version.id,
        version.version,
        version.kind,
        version.day.isoformat(),
        version.effective.isoformat(),
        version.audience,
        version.words.zh,
        version.words.en,
        version.state,
        version.reason,
        version.by,
        to_microseconds(version.at),
    )


def _page(row: Any) -> PageVersion:
    fields: Mapping[str, str] = json.loads(row.fields)
    words = Text(row.zh, row.en)
    at = from_microseconds(row.at)
    return PageVersion(row.page, row.version, words, row.by, at, fields, row.restores)


def _page_columns(version: PageVersion, at: datetime) -> tuple[object, ...]:
    return (
        version.page,
        version.version,
        version.words.zh,
        version.words.en,
        json.dumps(dict(version.fields), ensure_ascii=False),
        version.restores,
        version.by,
        to_microseconds(at),
    )


def _stop(row: Any) -> StopRecord:
    until = from_microseconds(row.until) if row.until is not None else None
    words = Text(row.reason_zh, row.reason_en)
    stop = Stop(row.id, row.scope, row.target, words, until, from_microseconds(row.at))
    lifted = from_microseconds(row.lifted_at) if row.lifted_at is not None else None
    return StopRecord(stop, row.by, lifted, row.lifted_by)


def _stop_columns(stop: Stop, by: str, at: datetime) -> tuple[object, ...]:
    return (
        stop.id,
        stop.scope,
        stop.target,
        stop.reason.zh,
        stop.reason.en,
        by,
        to_microseconds(at),
        to_microseconds(stop.until) if stop.until else None,
    )
