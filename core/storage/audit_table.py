"""Writing audit rows, and the two counters that commit order rests on."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import datetime

from core.domain.audit import AuditLine
from core.ports import AuditRow
from core.storage.batch import Gathered, numbered
from core.storage.bulk import insert

_ADD = "INSERT INTO audit VALUES"


def counters(connection: sqlite3.Connection) -> Gathered:
    """Return the last position and the last audit number, and nothing else gathered."""
    position, audit = connection.execute(
        "SELECT (SELECT max(position) FROM entries), (SELECT max(number) FROM audit)"
    ).fetchone()
    return Gathered(position or 0, audit or 0)


def write_lines(connection: sqlite3.Connection, lines: Iterable[AuditLine]) -> None:
    """Append numbered rows."""
    insert(connection, _ADD, [(line.number, line.body.decode(), line.sha256) for line in lines])


def write_audit(connection: sqlite3.Connection, row: AuditRow, at: datetime) -> None:
    """Append one row inside the transaction that is open."""
    write_lines(connection, (numbered(row, at, counters(connection)),))
