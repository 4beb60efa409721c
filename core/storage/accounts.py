"""Writing users, what they are granted, and sessions."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime

from core.ports import AuditRow, Session, User
from core.storage.audit_table import write_audit
from core.storage.connection import to_microseconds
from core.storage.writer import Writer


class SqliteAccounts:
    """The writing half of ``core.ports.Accounts``."""

    _writer: Writer

    async def save_users(self, users: Sequence[User], row: AuditRow, at: datetime) -> None:
        """Add or replace users and their grants, with one audit row."""

        def save(connection: sqlite3.Connection) -> None:
            for user in users:
                _save_user(connection, user)
            write_audit(connection, row, at)

        await self._writer.submit(save)

    async def open_session(self, session: Session, row: AuditRow) -> None:
        """Store a new session, with its audit row."""

        def save(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT INTO sessions VALUES (?,?,?,?,?,?,?,?,?)", _session_row(session)
            )
            write_audit(connection, row, session.created_at)

        await self._writer.submit(save)

    async def touch_session(self, session: Session) -> None:
        """Store when a session was last seen, and its data."""
        seen = to_microseconds(session.seen_at)
        values = (seen, json.dumps(dict(session.data)), session.id)
        await self._writer.submit(
            lambda connection: connection.execute(
                "UPDATE sessions SET seen_at = ?, data = ? WHERE id = ?", values
            )
        )

    async def close_session(self, session_id: str, row: AuditRow, at: datetime) -> None:
        """End a session, with its audit row."""

        def close(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM sessions WHERE id = ?", (session_id,))
            write_audit(connection, row, at)

        await self._writer.submit(close)


def _save_user(connection: sqlite3.Connection, user: User) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO users VALUES (?,?,?)", (user.id, user.name, user.certificate)
    )
    connection.execute('DELETE FROM grants WHERE "user" = ?', (user.id,))
    connection.executemany(
        "INSERT INTO grants VALUES (?,?,?)",
        ((user.id, grant.institution, grant.role) for grant in user.grants),
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
