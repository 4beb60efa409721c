"""The tables of the authority's texts.

Texts are never changed: each edit is a further version, the greatest number is the one in force.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Column, Integer, String, Table, Text

from core.storage.tables.base import metadata

announcement_versions = Table(
    "announcement_versions",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("day", String(10), nullable=False),
    Column("effective", String(10), nullable=False),
    Column("audience", String, nullable=False),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    CheckConstraint("state IN ('announced', 'withdrawn')", name="announcement_versions_state"),
)

page_versions = Table(
    "page_versions",
    metadata,
    Column("page", String, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("restores", Integer),
    Column("by", String, nullable=False),
    Column("at", BigInteger, nullable=False),
)
