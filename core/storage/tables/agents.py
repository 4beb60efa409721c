"""The tables of card agents: their keys, and who enrolled them."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table

from core.storage.tables.base import metadata

agents = Table(
    "agents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("institution", String(10), primary_key=True),
    Column("public_key", LargeBinary(32), nullable=False),
    Column("machine", String, nullable=False),
    Column("enrolled_by", String, nullable=False),
    Column("certificate", String(64), nullable=False),
    Column("enrolled_at", BigInteger, nullable=False),
    Column("revoked_at", BigInteger),
    Column("revoked_by", String, nullable=False),
    Index("agents_institution", "institution"),
)
