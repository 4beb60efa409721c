"""How many stewards a database knows: read without opening the whole state."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from core.storage.connection import connect_reader

_STEWARDS = "SELECT count(*) FROM grants WHERE role = 'steward'"


def count_stewards(path: Path) -> int | None:
    """Count the stewards; None where the database cannot be read."""
    try:
        with contextlib.closing(connect_reader(path)) as connection:
            return int(connection.execute(_STEWARDS).fetchone()[0])
    except sqlite3.Error:
        return None
