"""Storage of what outlets say of themselves, and their proposals."""

from __future__ import annotations


class SqliteOutletStates:
    """``core.ports.OutletStates`` in SQLite."""
