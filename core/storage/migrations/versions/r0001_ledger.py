"""The ledger: entries, balances, person links, replies, audit, register, users, sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "audit",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_table(
        "balances",
        sa.Column("outlet", sa.String(length=10), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("pieces >= 0", name="balances_not_negative"),
        sa.PrimaryKeyConstraint("outlet", "product"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "daily_intakes",
        sa.Column("outlet", sa.String(length=10), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("act", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("outlet", "programme", "day"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "entries",
        sa.Column(
            "position",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("act", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("outlet", sa.String(length=10), nullable=False),
        sa.Column("product", sa.String(), nullable=False),
        sa.Column("pieces", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("amount_ntd", sa.Integer(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("kind IN ('intake', 'sale', 'reversal')", name="entries_kind"),
        sa.PrimaryKeyConstraint("position"),
    )
    op.create_index("entries_outlet_day", "entries", ["outlet", "day"], unique=False)
    op.create_index(
        "entries_reverses",
        "entries",
        ["reverses", "product"],
        unique=True,
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.create_table(
        "grants",
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("institution", sa.String(length=10), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("user", "institution", "role"),
    )
    op.create_table(
        "outlets",
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("county_code", sa.String(), nullable=False),
        sa.Column("county", sa.String(), nullable=False),
        sa.Column("town_code", sa.String(), nullable=False),
        sa.Column("town", sa.String(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("coordinate_source", sa.String(), nullable=False),
        sa.Column("coordinate_precision", sa.String(), nullable=False),
        sa.Column("service_periods", sa.String(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("status_reason", sa.String(), nullable=False),
        sa.Column("status_until", sa.String(length=10), nullable=True),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("code"),
    )
    op.create_index("outlets_revision", "outlets", ["revision"], unique=False)
    op.create_table(
        "person_links",
        sa.Column(
            "sale",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("person", sa.LargeBinary(length=16), nullable=False),
        sa.Column("programme", sa.String(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("pieces", sa.Text(), nullable=False),
        sa.Column("voided", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sale"),
    )
    op.create_index("person_links_person", "person_links", ["person", "programme"], unique=False)
    op.create_table(
        "replies",
        sa.Column("outlet", sa.String(length=10), nullable=False),
        sa.Column("key", sa.String(length=128), nullable=False),
        sa.Column("request", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("outlet", "key"),
        sqlite_with_rowid=False,
    )
    op.create_index("replies_at", "replies", ["at"], unique=False)
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("institution", sa.String(length=10), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "users",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("certificate", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("certificate"),
    )


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("users")
    op.drop_table("sessions")
    op.drop_index("replies_at", table_name="replies")
    op.drop_table("replies")
    op.drop_index("person_links_person", table_name="person_links")
    op.drop_table("person_links")
    op.drop_index("outlets_revision", table_name="outlets")
    op.drop_table("outlets")
    op.drop_table("grants")
    op.drop_index(
        "entries_reverses",
        table_name="entries",
        sqlite_where=sa.text("reverses IS NOT NULL"),
        postgresql_where=sa.text("reverses IS NOT NULL"),
    )
    op.drop_index("entries_outlet_day", table_name="entries")
    op.drop_table("entries")
    op.drop_table("daily_intakes")
    op.drop_table("balances")
    op.drop_table("audit")
