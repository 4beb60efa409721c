"""Storage of institutions, their services, users, staff lists."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from core.domain.people import (
    Access,
    CardRecord,
    Certificate,
    Roster,
    Service,
    StaffMember,
    staff_key,
    staff_left,
)
from core.errors import MaskmapError
from core.ports import (
    AuditEvent,
    AuditRow,
    CertificateFacts,
    Changed,
    DecideCard,
    DecideRoster,
    Leavers,
    StaffChanges,
)
from core.storage.audit_table import write_audit
from core.storage.people_rows import (
    access_where,
    all_services,
    all_staff,
    certificates_where,
    names_in,
    read_card,
    read_roster,
    services_in,
)
from core.storage.people_writing import write_change, write_service
from core.storage.staff import write_staff
from core.storage.writer import Writer

T = TypeVar("T")
# A page of an institution's acts looks at no more rows of the whole trail than this.
SCANNED_ROWS = 200_000
_ACTS = (
    "SELECT number, body FROM audit WHERE number < ? AND number >= ?"
    " AND instr(body, ?) > 0 ORDER BY number DESC LIMIT ?"
)


class SqlitePeople:
    """``core.ports.People`` in SQLite."""

    _writer: Writer
    _read: Callable[[Callable[[Connection], Any]], Awaitable[Any]]

    async def roster(self, institution: str, at: datetime) -> Roster:
        """Return an institution's people."""
        return await self._driver(lambda found: read_roster(found, institution, at))

    async def change(self, institution: str, decide: DecideRoster, at: datetime) -> Changed:
        """Let an act decide, and write it in the same transaction."""

        def work(connection: sqlite3.Connection) -> tuple[Changed, MaskmapError | None]:
            change = decide(read_roster(connection, institution, at))
            return Changed(write_change(connection, change, at)), change.refusal

        changed, refusal = await self._writer.submit(work)
        if refusal is not None:
            raise refusal
        return changed

    async def card(self, facts: CertificateFacts, at: datetime, code_hash: str = "") -> CardRecord:
        """Return what concerns a card."""
        return await self._driver(lambda found: read_card(found, facts, at, code_hash))

    async def change_card(
        self, facts: CertificateFacts, decide: DecideCard, at: datetime, code_hash: str = ""
    ) -> CardRecord:
        """Let a decision on a card be written in its transaction."""

        def work(connection: sqlite3.Connection) -> tuple[CardRecord, MaskmapError | None]:
            change = decide(read_card(connection, facts, at, code_hash))
            if change is not None:
                write_change(connection, change, at)
            return read_card(connection, facts, at, ""), change.refusal if change else None

        record, refusal = await self._writer.submit(work)
        if refusal is not None:
            raise refusal
        return record

    async def access_of(self, user: str) -> list[Access]:
        """Return all that a user may do."""
        return await self._driver(lambda found: access_where(found, 'g."user" = ?', user))

    async def cards_of(self, user: str) -> list[Certificate]:
        """Return a user's certificates."""
        return await self._driver(lambda found: certificates_where(found, '"user" = ?', user))

    async def services(self, institutions: Sequence[str] | None = None) -> list[Service]:
        """Return how institutions stand with the service."""
        if institutions is None:
            return await self._driver(all_services)
        found = await self._driver(lambda found: services_in(found, institutions))
        return list(found.values())

    async def save_services(self, services: Sequence[Service], row: AuditRow, at: datetime) -> None:
        """Add or replace services, with one audit row."""

        def save(connection: sqlite3.Connection) -> None:
            for service in services:
                write_service(connection, service)
            write_audit(connection, row, at)

        await self._writer.submit(save)

    async def save_staff(
        self, listed: Sequence[StaffMember], check: Leavers, row: AuditRow, at: datetime
    ) -> StaffChanges:
        """Take up a list, all or none."""

        def save(connection: sqlite3.Connection) -> StaffChanges | MaskmapError:
            known = all_staff(connection)
            left = staff_left(known, listed)
            refusal = check(known, left)
            if refusal is not None:
                return refusal
            by_key = {staff_key(one): one for one in known}
            changes = write_staff(connection, by_key, listed, left, at)
            counted = {"added": changes.added, "changed": changes.changed, "left": changes.left}
            write_audit(connection, row | counted, at)
            return changes

        outcome = await self._writer.submit(save)
        if isinstance(outcome, MaskmapError):
            raise outcome
        return outcome

    async def names_of(self, users: Sequence[str]) -> dict[str, str]:
        """Return users' names by id."""
        return await self._driver(lambda found: names_in(found, users))

    async def acts(
        self, institution: str, before: int | None, limit: int
    ) -> tuple[list[AuditEvent], int | None]:
        """Return an institution's acts, newest first."""
        return await self._driver(lambda found: _acts(found, institution, before, limit))

    async def _driver(self, query: Callable[[sqlite3.Connection], T]) -> T:
        """Read with the driver's own connection, in one thread and one snapshot."""

        def run(connection: Connection) -> T:
            raw: Any = connection.connection.dbapi_connection
            raw.execute("BEGIN")
            try:
                return query(raw)
            finally:
                raw.execute("COMMIT")

        found: T = await self._read(run)
        return found


def _acts(
    connection: sqlite3.Connection, institution: str, before: int | None, limit: int
) -> tuple[list[AuditEvent], int | None]:
    (newest,) = connection.execute("SELECT coalesce(max(number), 0) FROM audit").fetchone()
    upper = min(before or newest + 1, newest + 1)
    lower = max(1, upper - SCANNED_ROWS)
    # The canonical form is compact and sorted, so that this is how the member is always spelt.
    member = f'"outlet":{json.dumps(institution)}'
    rows = connection.execute(_ACTS, (upper, lower, member, limit)).fetchall()
    further = rows[-1][0] if len(rows) == limit else lower
    return [_event(json.loads(body)) for _, body in rows], further if further > 1 else None


def _event(row: dict[str, object]) -> AuditEvent:
    number, at = row.pop("number"), row.pop("at")
    assert isinstance(number, int)
    event = AuditEvent(number, str(at), str(row.pop("act", "")), str(row.pop("by", "")))
    return replace(event, what=row)
