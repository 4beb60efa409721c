"""The table of the register."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, String, Table, Text

from core.storage.tables.base import metadata

outlets = Table(
    "outlets",
    metadata,
    Column("code", String(10), primary_key=True),
    Column("name", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("address", String, nullable=False),
    Column("phone", String, nullable=False),
    Column("county_code", String, nullable=False),
    Column("county", String, nullable=False),
    Column("town_code", String, nullable=False),
    Column("town", String, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("coordinate_source", String, nullable=False),
    Column("coordinate_precision", String, nullable=False),
    Column("service_periods", String, nullable=False),
    Column("note", Text, nullable=False),
    Column("website", String, nullable=False),
    Column("status", String, nullable=False),
    Column("status_reason", String, nullable=False),
    Column("status_until", String(10)),
    Column("test", Boolean, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Index("outlets_revision", "revision"),
)
