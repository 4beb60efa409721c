"""Writing what an act on people decided, inside the transaction that is open."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from core.domain.people import Access, Certificate, Invitation, Service
from core.ports import Change, Revoked
from core.storage.audit_table import write_audit
from core.storage.connection import to_microseconds

# Roles that let others in.
_LET_IN = ("administrator", "representative")


def write_change(connection: sqlite3.Connection, change: Change, at: datetime) -> tuple[str, ...]:
    """Write a change and its audit rows; return the ids of the sessions that ended."""
    for row in change.audit:
        write_audit(connection, row, at)
    if change.refusal is not None:
        return ()
    ended: list[str] = []
    connection.executemany("INSERT INTO users VALUES (?,?)", change.users)
    for certificate in change.certificates:
        write_certificate(connection, certificate)
    for key in change.retired:
        ended += _retire(connection, key, at)
    for revoked in change.revoked:
        ended += revoke(connection, revoked)
        _void_codes(connection, revoked, at)
    for grant in change.grants:
        ended += end_sessions(connection, Revoked(grant.user, grant.institution, grant.role))
        write_grant(connection, grant)
    _write_invitations(connection, change, at)
    connection.executemany(
        'UPDATE staff SET "user" = ? WHERE id = ?',
        ((user, member) for member, user in change.staff_users),
    )
    connection.executemany(
        "UPDATE staff SET blocked_by = ? WHERE id = ?",
        ((by, member) for member, by in change.staff_blocks),
    )
    if change.service is not None:
        write_service(connection, change.service)
        if change.service.state == "withdrawn":
            ended += _end_of_institution(connection, change.service.institution)
    return tuple(ended)


def write_certificate(connection: sqlite3.Connection, certificate: Certificate) -> None:
    """Add a certificate, or fill in what was not known of it."""
    used = certificate.last_used_at
    retired = certificate.retired_at
    connection.execute(
        "INSERT OR REPLACE INTO certificates VALUES (?,?,?,?,?,?,?,?,?,?)",
        (
            certificate.key,
            certificate.user,
            certificate.kind,
            certificate.issuer_sha256,
            certificate.subject_serial,
            certificate.public_key_sha256,
            to_microseconds(certificate.bound_at),
            certificate.bound_by,
            to_microseconds(used) if used else None,
            to_microseconds(retired) if retired else None,
        ),
    )


def write_grant(connection: sqlite3.Connection, grant: Access) -> None:
    """Add a grant, or replace it; when it was last used stays known."""
    services = None if grant.services is None else " ".join(grant.services)
    granted_at = to_microseconds(grant.granted_at) if grant.granted_at else None
    connection.execute(
        "INSERT INTO grants VALUES (?,?,?,?,?,?,?,NULL)"
        ' ON CONFLICT ("user", institution, role) DO UPDATE SET services = excluded.services,'
        " source = excluded.source, granted_by = excluded.granted_by,"
        " granted_at = excluded.granted_at",
        (
            grant.user,
            grant.institution,
            grant.role,
            services,
            grant.source,
            grant.granted_by,
            granted_at,
        ),
    )


def write_service(connection: sqlite3.Connection, service: Service) -> None:
    """Add or replace how an institution stands with the service."""
    applied, decided = service.applied_at, service.decided_at
    connection.execute(
        "INSERT OR REPLACE INTO institution_services VALUES (?,?,?,?,?,?,?,?)",
        (
            service.institution,
            service.state,
            service.had_before,
            service.applied_by,
            to_microseconds(applied) if applied else None,
            service.decided_by,
            to_microseconds(decided) if decided else None,
            service.reason,
        ),
    )


def revoke(connection: sqlite3.Connection, revoked: Revoked) -> list[str]:
    """End an access and the sessions that rest on it."""
    connection.execute(
        'DELETE FROM grants WHERE "user" = ? AND institution = ? AND role = ?',
        (revoked.user, revoked.institution, revoked.role),
    )
    return end_sessions(connection, revoked)


def _void_codes(connection: sqlite3.Connection, revoked: Revoked, at: datetime) -> None:
    """Void the codes somebody handed out in a role that he has lost: he may know who holds them."""
    if revoked.role in _LET_IN:
        connection.execute(
            'UPDATE invitations SET withdrawn_at = ? WHERE "by" = ? AND institution = ?'
            " AND used_at IS NULL AND withdrawn_at IS NULL",
            (to_microseconds(at), revoked.user, revoked.institution),
        )


def end_sessions(connection: sqlite3.Connection, of: Revoked) -> list[str]:
    """End the sessions of a user in a role at an institution."""
    rows = connection.execute(
        'DELETE FROM sessions WHERE "user" = ? AND institution = ? AND role = ? RETURNING id',
        (of.user, of.institution, of.role),
    )
    return _ids(rows)


def _end_of_institution(connection: sqlite3.Connection, code: str) -> list[str]:
    return _ids(
        connection.execute("DELETE FROM sessions WHERE institution = ? RETURNING id", (code,))
    )


def _ids(rows: Iterable[tuple[str]]) -> list[str]:
    return [identity for (identity,) in rows]


def _retire(connection: sqlite3.Connection, key: str, at: datetime) -> list[str]:
    connection.execute(
        "UPDATE certificates SET retired_at = ? WHERE key = ?", (to_microseconds(at), key)
    )
    return _ids(
        connection.execute("DELETE FROM sessions WHERE certificate = ? RETURNING id", (key,))
    )


def _write_invitations(connection: sqlite3.Connection, change: Change, at: datetime) -> None:
    now = to_microseconds(at)
    connection.executemany(
        "INSERT INTO invitations VALUES (?,?,?,?,?,?,?,?,?,?,?,NULL,'',NULL)",
        (_invitation(invitation) for invitation in change.invitations),
    )
    connection.executemany(
        "UPDATE invitations SET withdrawn_at = ? WHERE id = ?",
        ((now, identity) for identity in change.withdrawn),
    )
    if change.used is not None:
        identity, user = change.used
        connection.execute(
            "UPDATE invitations SET used_at = ?, used_by = ? WHERE id = ?", (now, user, identity)
        )


def _invitation(one: Invitation) -> tuple[object, ...]:
    return (
        one.id,
        one.kind,
        one.institution,
        one.role,
        None if one.services is None else " ".join(one.services),
        one.name,
        one.user,
        one.code_hash,
        one.by,
        to_microseconds(one.at),
        to_microseconds(one.expires_at),
    )
