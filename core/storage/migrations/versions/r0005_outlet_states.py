"""What outlets say of themselves, their proposals, and the authority's stops."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Create the tables."""
    _outlet_states()
    _proposals()
    _stops()


def downgrade() -> None:
    """Drop the tables."""
    for table in ("stops", "proposals", "outlet_states"):
        op.drop_table(table)


def _outlet_states() -> None:
    op.create_table(
        "outlet_states",
        sa.Column("outlet", sa.String(length=10), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("sale_windows", sa.Text(), nullable=False),
        sa.Column("tickets_time", sa.String(length=5), nullable=False),
        sa.Column("tickets_count", sa.Integer(), nullable=True),
        sa.Column("tickets_gone_at", sa.BigInteger(), nullable=True),
        sa.Column("sold_out_at", sa.BigInteger(), nullable=True),
        sa.Column("paused_at", sa.BigInteger(), nullable=True),
        sa.Column("pause_reason", sa.String(), nullable=False),
        sa.Column("pause_zh", sa.Text(), nullable=False),
        sa.Column("pause_en", sa.Text(), nullable=False),
        sa.Column("pause_until", sa.BigInteger(), nullable=True),
        sa.Column("phone_hidden", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("outlet"),
    )
    op.create_index("outlet_states_revision", "outlet_states", ["revision"], unique=False)


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("outlet", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('waiting', 'accepted', 'refused', 'withdrawn')", name="proposals_state"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("proposals_outlet", "proposals", ["outlet"], unique=False)
    op.create_index("proposals_state_at", "proposals", ["state", "at"], unique=False)


def _stops() -> None:
    op.create_table(
        "stops",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("target", sa.String(), nullable=False),
        sa.Column("reason_zh", sa.Text(), nullable=False),
        sa.Column("reason_en", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("lifted_at", sa.BigInteger(), nullable=True),
        sa.Column("lifted_by", sa.String(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("scope IN ('outlet', 'programme')", name="stops_scope"),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("stops_revision", "stops", ["revision"], unique=False)
