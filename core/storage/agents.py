"""Storage of card agents: their keys, and who enrolled them."""

from __future__ import annotations


class SqliteAgents:
    """``core.ports.Agents`` in SQLite."""
