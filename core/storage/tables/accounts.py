"""The tables of users, what they are granted, and sessions.

``services`` of a grant are names with spaces between them; null stands for all of its role.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, String, Table, Text

from core.storage.tables.base import metadata

users = Table(
    "users",
    metadata,
    Column("id", String, primary_key=True),
    Column("name", String, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("user", String, primary_key=True),
    Column("institution", String(10), primary_key=True),
    Column("role", String, primary_key=True),
    Column("services", String),
    Column("source", String, nullable=False),
    Column("granted_by", String, nullable=False),
    Column("granted_at", BigInteger),
    Column("last_used_at", BigInteger),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("user", String, nullable=False),
    Column("name", String, nullable=False),
    Column("institution", String(10), nullable=False),
    Column("role", String, nullable=False),
    Column("certificate", String(64), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Column("data", Text, nullable=False),
)
