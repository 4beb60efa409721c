"""Passkeys and the certificates of a user."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "passkeys",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("institution", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("transports", sa.String(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=True),
        sa.Column("person", sa.LargeBinary(length=16), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("passkeys_user", "passkeys", ["user"], unique=False)
    op.create_index("passkeys_person", "passkeys", ["person"], unique=False)
    op.create_table(
        "login_certificates",
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("not_after", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("fingerprint"),
    )
    op.create_index("login_certificates_user", "login_certificates", ["user"], unique=False)


def downgrade() -> None:
    """Drop the tables."""
    op.drop_index("login_certificates_user", table_name="login_certificates")
    op.drop_table("login_certificates")
    op.drop_index("passkeys_person", table_name="passkeys")
    op.drop_index("passkeys_user", table_name="passkeys")
    op.drop_table("passkeys")
