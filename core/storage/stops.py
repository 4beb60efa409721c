"""Reading the authority's stops: by the publisher, and inside the ledger's own transaction."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any

from core.domain.stops import Stop
from core.domain.text import Text
from core.storage.connection import from_microseconds

_STANDING = (
    "SELECT id, scope, target, reason_zh, reason_en, until, at FROM stops"
    " WHERE lifted_at IS NULL ORDER BY at, id"
)


def active_stops(connection: sqlite3.Connection, at: datetime) -> list[Stop]:
    """Return the stops that hold at an instant, oldest first."""
    return [stop for stop in standing_stops(connection) if stop.holds(at)]


def standing_stops(connection: sqlite3.Connection) -> list[Stop]:
    """Return the stops that nobody lifted; some may have ended by themselves. Oldest first."""
    return [stop_of_row(row) for row in connection.execute(_STANDING)]


def stop_of_row(row: tuple[Any, ...]) -> Stop:
    """Build a stop from the columns id, scope, target, both reasons, until, at."""
    identity, scope, target, zh, en, until, at = row
    end = from_microseconds(until) if until is not None else None
    return Stop(identity, scope, target, Text(zh, en or zh), end, from_microseconds(at))


def newest_stop_revision(connection: sqlite3.Connection) -> int:
    """Return the revision of the latest change of a stop; 0 where there was none."""
    return int(connection.execute("SELECT max(revision) FROM stops").fetchone()[0] or 0)
