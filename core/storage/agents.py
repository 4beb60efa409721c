"""Storage of card agents: their keys, and who enrolled them."""

from __future__ import annotations

import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, select

from core.ports import AuditRow
from core.ports.agents import Agent
from core.storage.audit_table import write_audit
from core.storage.connection import from_microseconds, to_microseconds
from core.storage.tables.agents import agents
from core.storage.writer import Writer

_REVOKE = (
    "UPDATE agents SET revoked_at = ?, revoked_by = ?"
    " WHERE id = ? AND institution = ? AND revoked_at IS NULL"
)


class SqliteAgents:
    """``core.ports.Agents`` in SQLite."""

    _writer: Writer
    _all: Callable[[Select[Any]], Awaitable[Sequence[Row[Any]]]]
    _first: Callable[[Select[Any]], Awaitable[Row[Any] | None]]

    async def save_agent(self, agent: Agent, row: AuditRow) -> None:
        """Enrol an agent, or enrol it anew, with its audit row."""

        def save(connection: sqlite3.Connection) -> None:
            connection.execute(
                "INSERT OR REPLACE INTO agents VALUES (?,?,?,?,?,?,?,?,?)", _values(agent)
            )
            write_audit(connection, row, agent.enrolled_at)

        await self._writer.submit(save)

    async def agent(self, agent: str, institution: str) -> Agent | None:
        """Return an institution's agent, revoked or not."""
        row = await self._first(
            select(agents).where(agents.c.id == agent, agents.c.institution == institution)
        )
        return _agent(row) if row else None

    async def agents_of(self, institution: str) -> Sequence[Agent]:
        """Return an institution's agents, newest first, revoked ones too."""
        order = (agents.c.enrolled_at.desc(), agents.c.id)
        of_institution = select(agents).where(agents.c.institution == institution)
        return [_agent(row) for row in await self._all(of_institution.order_by(*order))]

    async def revoke_agent(self, agent: Agent, by: str, row: AuditRow, at: datetime) -> None:
        """Trust an agent no longer; the audit row is written where that changed something."""

        def revoke(connection: sqlite3.Connection) -> None:
            values = (to_microseconds(at), by, agent.id, agent.institution)
            if connection.execute(_REVOKE, values).rowcount:
                write_audit(connection, row, at)

        await self._writer.submit(revoke)


def _values(agent: Agent) -> tuple[object, ...]:
    return (
        agent.id,
        agent.institution,
        agent.public_key,
        agent.machine,
        agent.enrolled_by,
        agent.certificate,
        to_microseconds(agent.enrolled_at),
        to_microseconds(agent.revoked_at) if agent.revoked_at else None,
        agent.revoked_by,
    )


def _agent(row: Any) -> Agent:
    return Agent(
        row.id,
        row.institution,
        row.public_key,
        row.machine,
        row.enrolled_by,
        row.certificate,
        from_microseconds(row.enrolled_at),
        from_microseconds(row.revoked_at) if row.revoked_at else None,
        row.revoked_by,
    )
