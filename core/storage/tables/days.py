"""The table of disputes. The purge of person links, when it comes, has to take its keys along."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Text

from core.storage.tables.base import Position, metadata

disputes = Table(
    "disputes",
    metadata,
    Column("id", Position, primary_key=True, autoincrement=False),
    Column("outlet", String(10), nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("by", String, nullable=False),
    Column("programme", String, nullable=False),
    Column("key_id", String, nullable=False),
    Column("person", LargeBinary(16), nullable=False),
    Column("note", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_at", BigInteger),
    Index("disputes_person", "person", "outlet", "day", unique=True),
    Index("disputes_outlet", "outlet", "at"),
)
