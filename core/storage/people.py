"""Storage of institutions, their services, users, staff lists."""

from __future__ import annotations


class SqlitePeople:
    """``core.ports.People`` in SQLite."""
