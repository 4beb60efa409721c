"""The tables of institutions, their services, cards, invitations and staff lists."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, String, Table, Text

from core.storage.tables.base import metadata

certificates = Table(
    "certificates",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("user", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("issuer_sha256", String(64), nullable=False),
    Column("subject_serial", String, nullable=False),
    Column("public_key_sha256", String(64), nullable=False),
    Column("bound_at", BigInteger, nullable=False),
    Column("bound_by", String, nullable=False),
    Column("last_used_at", BigInteger),
    Column("retired_at", BigInteger),
    Index("certificates_user", "user"),
    Index("certificates_subject", "subject_serial", "issuer_sha256"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("id", String, primary_key=True),
    Column("kind", String, nullable=False),
    Column("institution", String(10), nullable=False),
    Column("role", String, nullable=False),
    Column("services", String),
    Column("name", String, nullable=False),
    Column("user", String, nullable=False),
    Column("code_hash", String(64), nullable=False),
    Column("by", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("expires_at", BigInteger, nullable=False),
    Column("used_at", BigInteger),
    Column("used_by", String, nullable=False),
    Column("withdrawn_at", BigInteger),
    Index("invitations_institution", "institution", "expires_at"),
    Index("invitations_code", "code_hash"),
)

staff = Table(
    "staff",
    metadata,
    Column("id", String, primary_key=True),
    Column("institution", String(10), nullable=False),
    Column("role", String, nullable=False),
    Column("name", String, nullable=False),
    Column("subject_serial", String, nullable=False),
    Column("issuer_sha256", String(64), nullable=False),
    Column("user", String, nullable=False),
    Column("blocked_by", String, nullable=False),
    Column("listed_at", BigInteger, nullable=False),
    Index("staff_line", "institution", "subject_serial", "issuer_sha256", "role", unique=True),
    Index("staff_subject", "subject_serial"),
)

institution_services = Table(
    "institution_services",
    metadata,
    Column("institution", String(10), primary_key=True),
    Column("state", String, nullable=False),
    Column("had_before", Boolean, nullable=False),
    Column("applied_by", String, nullable=False),
    Column("applied_at", BigInteger),
    Column("decided_by", String, nullable=False),
    Column("decided_at", BigInteger),
    Column("reason", Text, nullable=False),
    Index("institution_services_state", "state"),
)
