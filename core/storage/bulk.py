"""Many rows in one statement.

Python's driver lets go of the interpreter lock at every step of a statement, and a busy event loop
is slow to give it back. So a batch is read and written in few steps, not in one a row.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TypeVar

Row = Sequence[object]
T = TypeVar("T")
_MOST_ROWS = 64


def insert(connection: sqlite3.Connection, into: str, rows: Sequence[Row], then: str = "") -> None:
    """Insert rows, such as ``insert(c, "INSERT INTO audit VALUES", rows)``, all in order."""
    for part in powers(rows):
        values = [value for row in part for value in row]
        connection.execute(_statement(into, len(part), len(part[0]), then), values)


def powers(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut values into parts whose sizes are powers of two, so that statements are used again."""
    begin = 0
    while begin < len(values):
        size = min(_MOST_ROWS, 1 << ((len(values) - begin).bit_length() - 1))
        yield values[begin : begin + size]
        begin += size


def marks(count: int) -> str:
    """Return ``?,?,…``."""
    return ",".join("?" * count)


@lru_cache(maxsize=512)
def _statement(into: str, rows: int, columns: int, then: str) -> str:
    row = f"({marks(columns)})"
    return f"{into} {','.join([row] * rows)} {then}"
