"""The ledger in one SQLite file: the embedded default.

The sale path speaks to the driver directly (``gathering``, ``writing``), since its cost is the
product's; the quiet queries stand in ``queries``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from pathlib import Path

from core.domain.outlets import Outlet
from core.errors import MaskmapError
from core.ports import AuditRow, Order, RegisterChange, RegisterChanges, Reply
from core.storage import register
from core.storage.accounts import SqliteAccounts
from core.storage.agents import SqliteAgents
from core.storage.audit_table import write_audit
from core.storage.batch import batches, settle
from core.storage.connection import connect_writer
from core.storage.days import SqliteDays
from core.storage.gathering import gather
from core.storage.outlet_states import SqliteOutletStates
from core.storage.passkeys import SqlitePasskeys
from core.storage.people import SqlitePeople
from core.storage.queries import SqlQueries
from core.storage.stewardship import SqliteStewardship
from core.storage.writer import Writer
from core.storage.writing import write

Outcomes = list[Reply | MaskmapError]
_BATCH_ORDERS = 1024


class SqliteLedger(
    SqlQueries,
    SqliteAccounts,
    SqliteAgents,
    SqlitePasskeys,
    SqlitePeople,
    SqliteOutletStates,
    SqliteStewardship,
    SqliteDays,
):
    """Everything in one migrated file, a part for each port; ``close`` it at the end."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._writer = Writer(lambda: connect_writer(path), apply_orders)

    async def commit(self, order: Order) -> Reply:
        """Commit one act, together with whatever else waits."""
        outcome = await self._writer.submit_order(order)
        if isinstance(outcome, MaskmapError):
            raise outcome
        return outcome

    async def commit_many(self, orders: Sequence[Order]) -> Outcomes:
        """Commit acts in order, a transaction for each thousand."""
        outcomes: Outcomes = []
        for part in batches(orders, _BATCH_ORDERS):
            outcomes += await self._writer.submit(partial(apply_orders, orders=part))
        return outcomes

    async def record(self, row: AuditRow, at: datetime) -> None:
        """Write an audit row that belongs to no order."""
        await self._writer.submit(lambda connection: write_audit(connection, row, at))

    async def save_outlets(
        self, outlets: Sequence[Outlet], row: AuditRow, at: datetime
    ) -> RegisterChanges:
        """Add or replace outlets of the register, all or none."""
        return await self.change_outlets(lambda _: (outlets, row), at)

    async def change_outlets(self, change: RegisterChange, at: datetime) -> RegisterChanges:
        """Read the register, change and write in one transaction."""

        def save(connection: sqlite3.Connection) -> RegisterChanges:
            known = register.all_outlets(connection)
            outlets, row = change(known)
            changes = register.save(connection, outlets, known)
            if changes.added or changes.changed:
                counted = {"added": len(changes.added), "changed": len(changes.changed)}
                write_audit(connection, row | counted, at)
            return changes

        return await self._writer.submit(save)

    def close(self) -> None:
        """Commit what waits and let go of the file."""
        self._writer.close()
        super().close()


def apply_orders(connection: sqlite3.Connection, orders: Sequence[Order]) -> Outcomes:
    """Decide and write a batch inside the transaction that is open."""
    gathered = gather(connection, orders)
    plan = settle(orders, gathered)
    write(connection, plan, gathered)
    return plan.outcomes
