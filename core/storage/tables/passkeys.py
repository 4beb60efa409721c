"""The tables of passkeys and the certificates of a user."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, LargeBinary, String, Table, Text

from core.storage.tables.base import metadata

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", String, primary_key=True),
    Column("user", String, nullable=False),
    Column("name", String, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("institution", String(10), nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("used_at", BigInteger, nullable=True),
    Column("transports", String, nullable=False),
    Column("key_id", String, nullable=True),
    Column("person", LargeBinary(16), nullable=True),
    Index("passkeys_user", "user"),
    Index("passkeys_person", "person"),
)

login_certificates = Table(
    "login_certificates",
    metadata,
    Column("fingerprint", String(64), primary_key=True),
    Column("user", String, nullable=False),
    Column("key", String(64), nullable=False),
    Column("chain", Text, nullable=False),
    Column("not_after", BigInteger, nullable=False),
    Column("seen_at", BigInteger, nullable=False),
    Index("login_certificates_user", "user"),
)
