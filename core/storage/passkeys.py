"""Storage of passkeys and the certificates of a user."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, and_, or_, select

from core.domain.buyers import PersonKey
from core.ports import AuditRow, Session
from core.ports.passkeys import LiveSession, LoginCertificate, Passkey
from core.storage.accounts import CHANGE_SESSION, as_patch
from core.storage.audit_table import write_audit
from core.storage.connection import from_microseconds, to_microseconds
from core.storage.tables.accounts import sessions
from core.storage.tables.passkeys import login_certificates, passkeys
from core.storage.writer import Writer

_ADD = "INSERT OR IGNORE INTO passkeys VALUES (?,?,?,?,?,?,?,?,?,?,?)"
_USE = "UPDATE passkeys SET sign_count = ?, used_at = ? WHERE id = ? AND sign_count = ?"
_REMOVE = 'DELETE FROM passkeys WHERE id = ? AND "user" = ?'
# A card that was given to another user moves with him; one that logs in again changes nothing.
_REMEMBER = (
    "INSERT INTO login_certificates VALUES (?,?,?,?,?,?) ON CONFLICT (fingerprint) DO UPDATE"
    ' SET "user" = excluded."user", key = excluded.key, seen_at = excluded.seen_at'
    ' WHERE "user" <> excluded."user"'
)


class SqlitePasskeys:
    """``core.ports.Passkeys`` in SQLite."""

    _writer: Writer
    _all: Callable[[Select[Any]], Awaitable[Sequence[Row[Any]]]]
    _first: Callable[[Select[Any]], Awaitable[Row[Any] | None]]

    async def save_passkey(self, passkey: Passkey, row: AuditRow) -> bool:
        """Add a passkey, with its audit row; False where its id is already taken."""
        return await self._change(_ADD, _values(passkey), row, passkey.created_at)

    async def passkey(self, passkey: str) -> Passkey | None:
        """Return one passkey."""
        row = await self._first(select(passkeys).where(passkeys.c.id == passkey))
        return _passkey(row) if row else None

    async def passkeys_of(self, user: str) -> Sequence[Passkey]:
        """Return a user's passkeys, oldest first."""
        order = (passkeys.c.created_at, passkeys.c.id)
        rows = await self._all(select(passkeys).where(passkeys.c.user == user).order_by(*order))
        return [_passkey(row) for row in rows]

    async def passkeys_of_person(self, keys: Sequence[PersonKey]) -> Sequence[Passkey]:
        """Return the passkeys that a card with one of these keyed hashes names."""
        of = passkeys.c
        named = or_(*(and_(of.person == key.value, of.key_id == key.key_id) for key in keys))
        rows = await self._all(select(passkeys).where(named).order_by(of.created_at, of.id))
        return [_passkey(row) for row in rows]

    async def use_passkey(self, passkey: str, *, after: int, count: int, at: datetime) -> bool:
        """Move the sign count on from ``after``; False where another login was faster.

        The login that follows writes the audit row.
        """
        values = (count, to_microseconds(at), passkey, after)
        return await self._writer.submit(
            lambda connection: bool(connection.execute(_USE, values).rowcount)
        )

    async def remove_passkey(self, passkey: str, user: str, row: AuditRow, at: datetime) -> bool:
        """Remove a user's passkey, with its audit row; False where he has none such."""
        return await self._change(_REMOVE, (passkey, user), row, at)

    async def remember_certificate(self, certificate: LoginCertificate, row: AuditRow) -> None:
        """Keep a certificate that logged in, with its audit row where it is new."""
        values = (
            certificate.fingerprint,
            certificate.user,
            certificate.key,
            certificate.chain,
            to_microseconds(certificate.not_after),
            to_microseconds(certificate.seen_at),
        )
        await self._change(_REMEMBER, values, row, certificate.seen_at)

    async def certificate(self, fingerprint: str) -> LoginCertificate | None:
        """Return a certificate that logged in."""
        of = login_certificates.c
        row = await self._first(select(login_certificates).where(of.fingerprint == fingerprint))
        return _certificate(row) if row else None

    async def certificates_of(self, user: str, at: datetime) -> Sequence[LoginCertificate]:
        """Return a user's certificates that have not run out, the newest first."""
        of = login_certificates.c
        current = select(login_certificates).where(
            of.user == user, of.not_after >= to_microseconds(at)
        )
        rows = await self._all(current.order_by(of.seen_at.desc(), of.fingerprint))
        return [_certificate(row) for row in rows]

    async def live_sessions(self, seen_after: datetime) -> Sequence[LiveSession]:
        """Return the sessions seen since an instant that rest on a certificate."""
        of = sessions.c
        recent = select(of.id, of.user, of.institution, of.data).where(
            of.seen_at > to_microseconds(seen_after)
        )
        found = [(row, json.loads(row.data)) for row in await self._all(recent)]
        return [
            LiveSession(row.id, row.user, row.institution, data["fingerprint"])
            for row, data in found
            if data.get("fingerprint")
        ]

    async def change_session(
        self, session: Session, data: Mapping[str, str], row: AuditRow, at: datetime
    ) -> bool:
        """Change some of a session's data with an audit row; False where it has ended meanwhile."""
        values = (to_microseconds(session.seen_at), as_patch(data), session.id)
        return await self._change(CHANGE_SESSION, values, row, at)

    async def _change(
        self, statement: str, values: tuple[object, ...], row: AuditRow, at: datetime
    ) -> bool:
        """Run one statement; the audit row is written where it changed something."""

        def change(connection: sqlite3.Connection) -> bool:
            changed = connection.execute(statement, values).rowcount > 0
            if changed:
                write_audit(connection, row, at)
            return changed

        return await self._writer.submit(change)


def _values(passkey: Passkey) -> tuple[object, ...]:
    return (
        passkey.id,
        passkey.user,
        passkey.name,
        passkey.public_key,
        passkey.sign_count,
        passkey.institution,
        to_microseconds(passkey.created_at),
        to_microseconds(passkey.used_at) if passkey.used_at else None,
        " ".join(passkey.transports),
        passkey.person.key_id if passkey.person else None,
        passkey.person.value if passkey.person else None,
    )


def _passkey(row: Any) -> Passkey:
    return Passkey(
        row.id,
        row.user,
        row.name,
        row.public_key,
        row.sign_count,
        row.institution,
        from_microseconds(row.created_at),
        from_microseconds(row.used_at) if row.used_at else None,
        tuple(row.transports.split()),
        PersonKey(row.key_id, row.person) if row.key_id else None,
    )


def _certificate(row: Any) -> LoginCertificate:
    return LoginCertificate(
        row.fingerprint,
        row.user,
        row.key,
        row.chain,
        from_microseconds(row.not_after),
        from_microseconds(row.seen_at),
    )
