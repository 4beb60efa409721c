"""Storage of passkeys and the certificates of a user."""

from __future__ import annotations


class SqlitePasskeys:
    """``core.ports.Passkeys`` in SQLite."""
