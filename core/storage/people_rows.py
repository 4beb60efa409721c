"""Reading institutions, users and cards: the same queries for pages and for what decides.

They speak to the driver, since decisions read inside the writer's transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime

from core.domain.outlets import kind_of
from core.domain.people import (
    Access,
    CardRecord,
    Certificate,
    Invitation,
    Roster,
    Service,
    StaffMember,
)
from core.ports import CertificateFacts
from core.storage.connection import from_microseconds, to_microseconds

_ACCESS = (
    "SELECT g.\"user\", coalesce(u.name, ''), g.institution, g.role, g.services, g.source,"
    ' g.granted_by, g.granted_at, g.last_used_at FROM grants g LEFT JOIN users u ON u.id = g."user"'
)
_CERTIFICATE = (
    'SELECT key, "user", kind, issuer_sha256, subject_serial, public_key_sha256, bound_at,'
    " bound_by, last_used_at, retired_at FROM certificates"
)
_INVITATION = (
    'SELECT id, kind, institution, role, services, name, "user", code_hash, "by", at, expires_at'
    " FROM invitations WHERE used_at IS NULL AND withdrawn_at IS NULL AND expires_at > ?"
)
_STAFF = (
    'SELECT institution, role, name, subject_serial, issuer_sha256, id, "user", blocked_by'
    " FROM staff"
)
_SERVICE = (
    "SELECT institution, state, had_before, applied_by, applied_at, decided_by, decided_at, reason"
    " FROM institution_services"
)


def read_roster(connection: sqlite3.Connection, institution: str, at: datetime) -> Roster:
    """Return an institution's people."""
    access = access_where(connection, "g.institution = ?", institution)
    rows = connection.execute(
        f"{_INVITATION} AND institution = ? ORDER BY at", (to_microseconds(at), institution)
    )
    staff = connection.execute(f"{_STAFF} WHERE institution = ? ORDER BY role, id", (institution,))
    return Roster(
        institution=institution,
        kind=_kinds(connection, [institution])[institution],
        service=services_in(connection, [institution])[institution],
        access=access,
        invitations=[_invitation(row) for row in rows],
        staff=[StaffMember(*row) for row in staff],
    )


def read_card(
    connection: sqlite3.Connection, facts: CertificateFacts, at: datetime, code_hash: str
) -> CardRecord:
    """Return what concerns a card."""
    bound = first_certificate(connection, facts.key)
    same = certificates_where(
        connection,
        "subject_serial = ? AND issuer_sha256 = ? AND key <> ? AND retired_at IS NULL",
        *(facts.subject_serial, facts.issuer_sha256, facts.key),
    )
    staff = staff_of_card(connection, facts)
    user = bound.user if bound else ""
    access = access_where(connection, 'g."user" = ?', user) if user else []
    named = sorted({one.institution for one in access} | {one.institution for one in staff})
    invitation = _invitation_of(connection, code_hash, at) if code_hash else None
    renews = invitation.user if invitation else ""
    return CardRecord(
        bound=bound,
        same_subject=same,
        name=names_in(connection, [user]).get(user, ""),
        access=access,
        staff=staff,
        invitation=invitation,
        invited=certificates_where(connection, '"user" = ?', renews) if renews else (),
        redeemed=bool(user) and _was_redeemed(connection, code_hash, user),
        services=services_in(connection, named),
        kinds=_kinds(connection, named),
    )


def staff_of_card(connection: sqlite3.Connection, facts: CertificateFacts) -> list[StaffMember]:
    """Return the lines of the staff list that name a card's subject.

    A line without issuer is meant for personnel cards alone: another authority may have given
    the same number to somebody else.
    """
    rows = connection.execute(
        f"{_STAFF} WHERE subject_serial = ? AND (issuer_sha256 = ?"
        " OR (issuer_sha256 = '' AND ? = 'personnel')) ORDER BY institution, role",
        (facts.subject_serial, facts.issuer_sha256, facts.kind),
    )
    return [StaffMember(*row) for row in rows] if facts.subject_serial else []


def access_where(connection: sqlite3.Connection, where: str, *values: str) -> list[Access]:
    """Return what users may do; ``where`` is this package's own text."""
    order = " ORDER BY g.institution, g.role, u.name"
    return [_access(row) for row in connection.execute(f"{_ACCESS} WHERE {where}{order}", values)]


def certificates_where(
    connection: sqlite3.Connection, where: str, *values: str
) -> list[Certificate]:
    """Return certificates; ``where`` is this package's own text."""
    rows = connection.execute(f"{_CERTIFICATE} WHERE {where} ORDER BY bound_at, key", values)
    return [_certificate(row) for row in rows]


def first_certificate(connection: sqlite3.Connection, key: str) -> Certificate | None:
    """Return the certificate of a key, retired or not."""
    found = certificates_where(connection, "key = ?", key)
    return found[0] if found else None


def services_in(connection: sqlite3.Connection, institutions: Iterable[str]) -> dict[str, Service]:
    """Return how institutions stand with the service; those that never asked too."""
    found = {code: Service(code) for code in institutions}
    for code in found:
        row = connection.execute(f"{_SERVICE} WHERE institution = ?", (code,)).fetchone()
        if row is not None:
            found[code] = _service(row)
    return found


def all_services(connection: sqlite3.Connection) -> list[Service]:
    """Return every institution that ever asked, or was listed."""
    rows = connection.execute(f"{_SERVICE} ORDER BY applied_at, institution")
    return [_service(row) for row in rows]


def all_staff(connection: sqlite3.Connection) -> list[StaffMember]:
    """Return the whole list."""
    return [StaffMember(*row) for row in connection.execute(_STAFF)]


def names_in(connection: sqlite3.Connection, users: Sequence[str]) -> dict[str, str]:
    """Return users' names by id."""
    names = {}
    for user in users:
        row = connection.execute("SELECT name FROM users WHERE id = ?", (user,)).fetchone()
        if row is not None:
            names[user] = row[0]
    return names


def _kinds(connection: sqlite3.Connection, institutions: Iterable[str]) -> dict[str, str]:
    kinds = {}
    for code in institutions:
        row = connection.execute("SELECT kind FROM outlets WHERE code = ?", (code,)).fetchone()
        kinds[code] = row[0] if row else kind_of(code)
    return kinds


def _invitation_of(
    connection: sqlite3.Connection, code_hash: str, at: datetime
) -> Invitation | None:
    values = (to_microseconds(at), code_hash)
    row = connection.execute(f"{_INVITATION} AND code_hash = ?", values).fetchone()
    return _invitation(row) if row else None


def _was_redeemed(connection: sqlite3.Connection, code_hash: str, user: str) -> bool:
    found = connection.execute(
        "SELECT 1 FROM invitations WHERE code_hash = ? AND used_by = ?", (code_hash, user)
    )
    return bool(code_hash) and found.fetchone() is not None


def _access(row: tuple[object, ...]) -> Access:
    user, name, institution, role, services, source, granted_by, granted_at, used_at = row
    return Access(
        user=str(user),
        name=str(name),
        institution=str(institution),
        role=str(role),
        services=_split(services),
        source=source,  # type: ignore[arg-type]
        granted_by=str(granted_by),
        granted_at=_instant(granted_at),
        last_used_at=_instant(used_at),
    )


def _certificate(row: tuple[object, ...]) -> Certificate:
    *texts, bound_at, bound_by, used_at, retired_at = row
    key, user, kind, issuer, serial, public_key = map(str, texts)
    began = _instant(bound_at)
    assert began is not None
    return Certificate(
        *(key, user, kind, issuer, serial, public_key),
        bound_at=began,
        bound_by=str(bound_by),
        last_used_at=_instant(used_at),
        retired_at=_instant(retired_at),
    )


def _invitation(row: tuple[object, ...]) -> Invitation:
    identity, kind, institution, role, services, name, user, code_hash, by, at, expires_at = row
    begun, ends = _instant(at), _instant(expires_at)
    assert begun is not None
    assert ends is not None
    return Invitation(
        id=str(identity),
        kind=kind,  # type: ignore[arg-type]
        institution=str(institution),
        role=str(role),
        services=_split(services),
        name=str(name),
        user=str(user),
        code_hash=str(code_hash),
        by=str(by),
        at=begun,
        expires_at=ends,
    )


def _service(row: tuple[object, ...]) -> Service:
    institution, state, had_before, applied_by, applied_at, decided_by, decided_at, reason = row
    return Service(
        institution=str(institution),
        state=state,  # type: ignore[arg-type]
        had_before=bool(had_before),
        applied_by=str(applied_by),
        applied_at=_instant(applied_at),
        decided_by=str(decided_by),
        decided_at=_instant(decided_at),
        reason=str(reason),
    )


def _split(services: object) -> tuple[str, ...] | None:
    return None if services is None else tuple(str(services).split())


def _instant(stored: object) -> datetime | None:
    return from_microseconds(stored) if isinstance(stored, int) else None
