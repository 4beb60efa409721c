"""Writing the list of practising staff (職登), whole."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime

from core.domain.people import StaffMember, staff_key
from core.ports import Revoked, StaffChanges
from core.storage.connection import to_microseconds
from core.storage.people_writing import revoke

_ID_BYTES = 8


def write_staff(
    connection: sqlite3.Connection,
    known: Mapping[tuple[str, str, str, str], StaffMember],
    listed: Sequence[StaffMember],
    left: Sequence[StaffMember],
    at: datetime,
) -> StaffChanges:
    """Add, change and let go; whoever left loses what the list had granted, at once.

    A line without card only names its institution: everybody on the list there has left.
    """
    listed = [one for one in listed if one.subject_serial]
    now = to_microseconds(at)
    added = [one for one in listed if staff_key(one) not in known]
    renamed = [one for one in listed if _renamed(one, known.get(staff_key(one)))]
    connection.executemany(
        "INSERT INTO staff VALUES (?,?,?,?,?,?,'','',?)",
        (
            (
                secrets.token_hex(_ID_BYTES),
                one.institution,
                one.role,
                one.name,
                one.subject_serial,
                one.issuer_sha256,
                now,
            )
            for one in added
        ),
    )
    connection.executemany(
        "UPDATE staff SET name = ?, listed_at = ? WHERE id = ?",
        ((one.name, now, known[staff_key(one)].id) for one in renamed),
    )
    ended = [identity for one in left for identity in _let_go(connection, one)]
    same = len(listed) - len(added) - len(renamed)
    return StaffChanges(len(added), len(renamed), len(left), same, tuple(ended))


def _renamed(member: StaffMember, known: StaffMember | None) -> bool:
    return known is not None and known.name != member.name


def _let_go(connection: sqlite3.Connection, member: StaffMember) -> list[str]:
    connection.execute("DELETE FROM staff WHERE id = ?", (member.id,))
    if not member.user:
        return []
    (listed_still,) = connection.execute(
        'SELECT count(*) FROM staff WHERE "user" = ? AND institution = ? AND role = ?',
        (member.user, member.institution, member.role),
    ).fetchone()
    (by_list,) = connection.execute(
        'SELECT count(*) FROM grants WHERE "user" = ? AND institution = ? AND role = ?'
        " AND source = 'staff_list'",
        (member.user, member.institution, member.role),
    ).fetchone()
    if listed_still or not by_list:
        return []
    return revoke(connection, Revoked(member.user, member.institution, member.role))
