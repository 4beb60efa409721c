"""Writing the register of outlets: each change gets the next revision."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from core.domain.outlets import Outlet
from core.ports import RegisterChanges
from core.storage.queries import outlet_of_row

_FIELDS = Outlet.__struct_fields__
_COLUMNS = ", ".join(_FIELDS)
# The names of the record's own fields, nobody's input.
_SAVE = f"INSERT OR REPLACE INTO outlets ({_COLUMNS}, revision) VALUES ({'?, ' * len(_FIELDS)}?)"  # noqa: S608
_CHANGED = f"SELECT {_COLUMNS} FROM outlets WHERE revision > ? ORDER BY code"  # noqa: S608


def all_outlets(connection: sqlite3.Connection, after_revision: int = 0) -> dict[str, Outlet]:
    """Return the register by code, or what changed in it after a revision."""
    rows = connection.execute(_CHANGED, (after_revision,))
    texts = (dict(zip(_FIELDS, map(_shared, row), strict=True)) for row in rows)
    return {str(row["code"]): outlet_of_row(row) for row in texts}


@lru_cache(maxsize=4_096, typed=True)
def _shared(value: object) -> object:
    """Return the same object for equal values: thousands of outlets name the same town."""
    return value


def newest_revision(connection: sqlite3.Connection) -> int:
    """Return the revision of the latest change; 0 for an empty register."""
    return int(connection.execute("SELECT max(revision) FROM outlets").fetchone()[0] or 0)


def save(
    connection: sqlite3.Connection,
    outlets: Sequence[Outlet],
    known: Mapping[str, Outlet] | None = None,
) -> RegisterChanges:
    """Add or replace outlets; what is the same already keeps its revision.

    ``known`` is the register, where this transaction has read it already.
    """
    known = all_outlets(connection) if known is None else known
    changed = [outlet for outlet in outlets if known.get(outlet.code) != outlet]
    revision = newest_revision(connection) + 1
    connection.executemany(_SAVE, ((*_columns(outlet), revision) for outlet in changed))
    return RegisterChanges(
        added=tuple(outlet.code for outlet in changed if outlet.code not in known),
        changed=tuple(outlet.code for outlet in changed if outlet.code in known),
    )


def _columns(outlet: Outlet) -> tuple[object, ...]:
    until = outlet.status_until
    stored = msgspec.structs.asdict(outlet)
    stored["status_until"] = until.isoformat() if until else None
    return tuple(stored[name] for name in _FIELDS)
