"""Writing users, what they are granted, and sessions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from core.domain.people import Access, effective_services
from core.errors import NotPermitted
from core.ports import AuditRow, Session, User
from core.storage.audit_table import write_audit
from core.storage.connection import to_microseconds
from core.storage.people_rows import access_where, first_certificate, services_in
from core.storage.people_writing import write_grant
from core.storage.writer import Writer

CHANGE_SESSION = "UPDATE sessions SET seen_at = ?, data = json_patch(data, ?) WHERE id = ?"


def as_patch(data: Mapping[str, str]) -> str:
    """Write a change of a session's data for ``json_patch`` (RFC 7396): null takes a key away."""
    return json.dumps({name: value or None for name, value in data.items()})


class SqliteAccounts:
    """The writing half of ``core.ports.Accounts``."""

    _writer: Writer

    async def save_users(self, users: Sequence[User], row: AuditRow, at: datetime) -> None:
        """Add or replace users and their grants, with one audit row."""

        def save(connection: sqlite3.Connection) -> None:
            for user in users:
                _save_user(connection, user, str(row.get("by", "")), at)
            write_audit(connection, row, at)

        await self._writer.submit(save)

    async def open_session(self, session: Session, row: AuditRow) -> None:
        """Store a new session, with its audit row."""

        def save(connection: sqlite3.Connection) -> None:
            if not _still_granted(connection, session):
                raise NotPermitted("this access has just ended", code="NOT_ENROLLED")
            connection.execute(
                "INSERT INTO sessions VALUES (?,?,?,?,?,?,?,?,?)", _session_row(session)
            )
            _note_use(connection, session)
            write_audit(connection, row, session.created_at)

        await self._writer.submit(save)

    async def touch_session(self, session: Session) -> None:
        """Store when a session was last seen; what it remembers is not this copy's to say."""
        values = (to_microseconds(session.seen_at), session.id)
        await self._writer.submit(
            lambda connection: connection.execute(
                "UPDATE sessions SET seen_at = max(seen_at, ?) WHERE id = ?", values
            )
        )

    async def remember(self, session: Session, data: Mapping[str, str]) -> None:
        """Change some of what a session remembers."""
        values = (to_microseconds(session.seen_at), as_patch(data), session.id)
        await self._writer.submit(lambda connection: connection.execute(CHANGE_SESSION, values))

    async def close_session(self, session_id: str, row: AuditRow, at: datetime) -> None:
        """End a session, with its audit row."""

        def close(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
            write_audit(connection, row, at)

        await self._writer.submit(close)


def _save_user(connection: sqlite3.Connection, user: User, by: str, at: datetime) -> None:
    connection.execute("INSERT OR REPLACE INTO users VALUES (?,?)", (user.id, user.name))
    connection.execute(
        "INSERT OR IGNORE INTO certificates VALUES (?,?,'','','','',?,?,NULL,NULL)",
        (user.certificate, user.id, to_microseconds(at), by),
    )
    connection.execute('DELETE FROM grants WHERE "user" = ?', (user.id,))
    for grant in user.grants:
        access = Access(
            user.id, user.name, grant.institution, grant.role, grant.services, granted_by=by
        )
        write_grant(connection, replace(access, granted_at=at))


def _still_granted(connection: sqlite3.Connection, session: Session) -> bool:
    """Tell whether what a login read a moment ago still holds, now that it is written down.

    Whoever revokes ends the sessions that stand in store; this one does not stand there yet.
    """
    access = access_where(connection, 'g."user" = ?', session.user)
    here = [
        one for one in access if (one.institution, one.role) == (session.institution, session.role)
    ]
    card = first_certificate(connection, session.certificate)
    if not here or card is None or card.retired_at is not None:
        return False
    place = services_in(connection, [session.institution])[session.institution]
    services = effective_services(here[0], place)
    read = session.data.get("services")
    # An empty list is kept as a word of its own.
    return read == (None if services is None else " ".join(services) or "none")


def _note_use(connection: sqlite3.Connection, session: Session) -> None:
    """Remember when card and grant were last used: unused ones are the first to be revoked."""
    now = to_microseconds(session.seen_at)
    connection.execute(
        "UPDATE certificates SET last_used_at = ? WHERE key = ?", (now, session.certificate)
    )
    connection.execute(
        'UPDATE grants SET last_used_at = ? WHERE "user" = ? AND institution = ? AND role = ?',
        (now, session.user, session.institution, session.role),
    )


def _session_row(session: Session) -> tuple[object, ...]:
    return (
        session.id,
        session.user,
        session.name,
        session.institution,
        session.role,
        session.certificate,
        to_microseconds(session.created_at),
        to_microseconds(session.seen_at),
        json.dumps(dict(session.data)),
    )
