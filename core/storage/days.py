"""Storage of disputes and the close of a day."""

from __future__ import annotations


class SqliteDays:
    """``core.ports.Days`` in SQLite."""
