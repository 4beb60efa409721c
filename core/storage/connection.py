"""How a SQLite file is opened: WAL, every commit on the disk, no waiting for ever."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

from core.domain.calendar import TAIPEI

BUSY_TIMEOUT_MS = 5_000
_CACHE_KIB = 65_536
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def connect_writer(path: Path) -> sqlite3.Connection:
    """Open the file for the one thread that writes; transactions are begun by hand."""
    connection = sqlite3.connect(path, isolation_level=None, cached_statements=256)
    for pragma in (
        f"busy_timeout = {BUSY_TIMEOUT_MS}",
        "journal_mode = WAL",
        "synchronous = FULL",
        f"cache_size = -{_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def connect_reader(path: Path) -> sqlite3.Connection:
    """Open the file for reading only, from any one thread at a time."""
    uri = f"{path.resolve().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    return connection


def to_microseconds(instant: datetime) -> int:
    """Store an instant: microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def from_microseconds(stored: int) -> datetime:
    """Read an instant back, with Taipei's offset."""
    return (_EPOCH + stored * _MICROSECOND).astimezone(TAIPEI)
