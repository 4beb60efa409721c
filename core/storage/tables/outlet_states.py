"""The tables of what outlets say of themselves, their proposals, and the authority's stops.

``revision`` grows with each change of its table: the publisher reads what came after. An instant
that is null has not happened; a note that is null leaves the register's standing.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from core.storage.tables.base import metadata

outlet_states = Table(
    "outlet_states",
    metadata,
    Column("outlet", String(10), primary_key=True),
    Column("note", Text),
    Column("sale_windows", Text, nullable=False),
    Column("tickets_time", String(5), nullable=False),
    Column("tickets_count", Integer),
    Column("tickets_gone_at", BigInteger),
    Column("sold_out_at", BigInteger),
    Column("paused_at", BigInteger),
    Column("pause_reason", String, nullable=False),
    Column("pause_zh", Text, nullable=False),
    Column("pause_en", Text, nullable=False),
    Column("pause_until", BigInteger),
    Column("phone_hidden", Boolean, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("revision", BigInteger, nullable=False),
    Index("outlet_states_revision", "revision"),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", String, primary_key=True),
    Column("outlet", String(10), nullable=False),
    Column("kind", String, nullable=False),
    Column("value", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("decided_by", String, nullable=False),
    Column("decided_at", BigInteger),
    Column("reason", Text, nullable=False),
    CheckConstraint(
        "state IN ('waiting', 'accepted', 'refused', 'withdrawn')", name="proposals_state"
    ),
    Index("proposals_outlet", "outlet"),
    Index("proposals_state_at", "state", "at"),
)

stops = Table(
    "stops",
    metadata,
    Column("id", String, primary_key=True),
    Column("scope", String, nullable=False),
    Column("target", String, nullable=False),
    Column("reason_zh", Text, nullable=False),
    Column("reason_en", Text, nullable=False),
    Column("by", String, nullable=False),
    Column("at", BigInteger, nullable=False),
    Column("until", BigInteger),
    Column("lifted_at", BigInteger),
    Column("lifted_by", String, nullable=False),
    Column("revision", BigInteger, nullable=False),
    CheckConstraint("scope IN ('outlet', 'programme')", name="stops_scope"),
    Index("stops_revision", "revision"),
)
