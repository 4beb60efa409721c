"""The tables of the ledger."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    text,
)

from core.storage.tables.base import Position, metadata

entries = Table(
    "entries",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=False),
    Column("act", BigInteger, nullable=False),
    Column("kind", String, nullable=False),
    Column("outlet", String(10), nullable=False),
    Column("product", String, nullable=False),
    Column("pieces", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("day", String(10), nullable=False),
    Column("by", String, nullable=False),
    Column("origin", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("amount_ntd", Integer, nullable=False),
    Column("flagged", Boolean, nullable=False),
    Column("reverses", BigInteger),
    CheckConstraint("kind IN ('intake', 'sale', 'reversal')", name="entries_kind"),
    Index("entries_outlet_day", "outlet", "day"),
    Index(
        "entries_reverses",
        "reverses",
        "product",
        unique=True,
        sqlite_where=text("reverses IS NOT NULL"),
        postgresql_where=text("reverses IS NOT NULL"),
    ),
)

balances = Table(
    "balances",
    metadata,
    Column("outlet", String(10), primary_key=True),
    Column("product", String, primary_key=True),
    Column("pieces", Integer, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    CheckConstraint("pieces >= 0", name="balances_not_negative"),
    sqlite_with_rowid=False,
)

person_links = Table(
    "person_links",
    metadata,
    Column("sale", Position, primary_key=True, autoincrement=False),
    Column("key_id", String, nullable=False),
    Column("person", LargeBinary(16), nullable=False),
    Column("programme", String, nullable=False),
    Column("day", String(10), nullable=False),
    Column("pieces", Text, nullable=False),
    Column("voided", Boolean, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Index("person_links_person", "person", "programme"),
)

replies = Table(
    "replies",
    metadata,
    Column("outlet", String(10), primary_key=True),
    Column("key", String(128), primary_key=True),
    Column("request", LargeBinary(32), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("at", BigInteger, nullable=False),
    Index("replies_at", "at"),
    sqlite_with_rowid=False,
)

daily_intakes = Table(
    "daily_intakes",
    metadata,
    Column("outlet", String(10), primary_key=True),
    Column("programme", String, primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("act", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

audit = Table(
    "audit",
    metadata,
    Column("number", Position, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
)
