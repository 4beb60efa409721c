"""Institutions, their services, users' certificates, invitations, staff lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Create the tables; bind the users' cards anew; whoever worked before goes on working."""
    _certificates()
    _grants()
    op.create_table(
        "invitations",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("institution", sa.String(length=10), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("services", sa.String(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("used_by", sa.String(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("invitations_institution", "invitations", ["institution", "expires_at"])
    op.create_index("invitations_code", "invitations", ["code_hash"])
    op.create_table(
        "staff",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("institution", sa.String(length=10), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject_serial", sa.String(), nullable=False),
        sa.Column("issuer_sha256", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("blocked_by", sa.String(), nullable=False),
        sa.Column("listed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    line = ["institution", "subject_serial", "issuer_sha256", "role"]
    op.create_index("staff_line", "staff", line, unique=True)
    op.create_index("staff_subject", "staff", ["subject_serial"])
    _services()


def _certificates() -> None:
    op.create_table(
        "certificates",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("issuer_sha256", sa.String(length=64), nullable=False),
        sa.Column("subject_serial", sa.String(), nullable=False),
        sa.Column("public_key_sha256", sa.String(length=64), nullable=False),
        sa.Column("bound_at", sa.BigInteger(), nullable=False),
        sa.Column("bound_by", sa.String(), nullable=False),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.Column("retired_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("certificates_user", "certificates", ["user"])
    op.create_index("certificates_subject", "certificates", ["subject_serial", "issuer_sha256"])
    # Only the whole key was kept: what it is made of is filled in at the next login.
    op.execute(
        "INSERT INTO certificates SELECT certificate, id, '', '', '', '', 0, 'migration',"
        " NULL, NULL FROM users"
    )
    op.rename_table("users", "users_before")
    op.create_table(
        "users",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.execute("INSERT INTO users SELECT id, name FROM users_before")
    op.drop_table("users_before")


def _grants() -> None:
    op.rename_table("grants", "grants_before")
    op.create_table(
        "grants",
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("institution", sa.String(length=10), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("services", sa.String(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("granted_by", sa.String(), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=True),
        sa.Column("last_used_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("user", "institution", "role"),
    )
    op.execute(
        "INSERT INTO grants SELECT \"user\", institution, role, NULL, 'direct', 'migration',"
        " NULL, NULL FROM grants_before"
    )
    op.drop_table("grants_before")


def _services() -> None:
    op.create_table(
        "institution_services",
        sa.Column("institution", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("had_before", sa.Boolean(), nullable=False),
        sa.Column("applied_by", sa.String(), nullable=False),
        sa.Column("applied_at", sa.BigInteger(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("institution"),
    )
    op.create_index("institution_services_state", "institution_services", ["state"])
    op.execute(
        "INSERT INTO institution_services SELECT DISTINCT institution, 'granted', 1, '', NULL,"
        " 'migration', NULL, '' FROM grants WHERE role <> 'steward'"
    )
