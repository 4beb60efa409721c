"""Writing a settled batch to SQLite: entries, balances, links, replies, audit, all or none."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable

from core.domain.entries import Entry
from core.storage.audit_table import write_lines
from core.storage.batch import REPLIES_KEPT, Gathered, Plan
from core.storage.bulk import insert
from core.storage.connection import to_microseconds

_ENTRIES = "INSERT INTO entries VALUES"
_LINKS = "INSERT INTO person_links VALUES"
_REPLIES = "INSERT OR REPLACE INTO replies VALUES"
_DAILY = "INSERT INTO daily_intakes VALUES"
_BALANCES = "INSERT INTO balances VALUES"
_NEW_SUM = (
    "ON CONFLICT (outlet, product)"
    " DO UPDATE SET pieces = excluded.pieces, changed_at = excluded.changed_at"
)


def write(connection: sqlite3.Connection, plan: Plan, after: Gathered) -> None:
    """Write a plan; ``after`` holds the balances as they are when it is done."""
    insert(connection, _ENTRIES, [_entry(entry) for entry in plan.entries])
    insert(connection, _BALANCES, list(_balances(plan, after)), _NEW_SUM)
    insert(connection, _LINKS, list(_links(plan)))
    insert(connection, _DAILY, [(*of[:2], of[2].isoformat(), act) for of, act in plan.daily])
    for act in plan.voided:
        connection.execute("UPDATE person_links SET voided = 1 WHERE sale = ?", (act,))
    _write_replies(connection, plan)
    write_lines(connection, plan.audit)


def _balances(plan: Plan, after: Gathered) -> Iterable[tuple[object, ...]]:
    for (outlet, product), (_, at) in plan.balance_changes().items():
        yield outlet, product, after.balances[outlet][product], to_microseconds(at)


def _links(plan: Plan) -> Iterable[tuple[object, ...]]:
    for act, link in plan.links:
        yield (
            act,
            link.person.key_id,
            link.person.value,
            link.programme,
            link.day.isoformat(),
            json.dumps(dict(link.pieces)),
            False,
            link.sealed,
        )


def _write_replies(connection: sqlite3.Connection, plan: Plan) -> None:
    """Keep the answers for a repeat, and let go of those that are too old for one."""
    if not plan.replies:
        return
    kept = [
        (outlet, asked.key, asked.body, body, to_microseconds(at))
        for outlet, asked, body, at in plan.replies
    ]
    insert(connection, _REPLIES, kept)
    newest = max(at for _, _, _, at in plan.replies)
    oldest = to_microseconds(newest - REPLIES_KEPT)
    connection.execute("DELETE FROM replies WHERE at < ?", (oldest,))


def _entry(entry: Entry) -> tuple[object, ...]:
    return (
        entry.position,
        entry.act,
        entry.kind,
        entry.outlet,
        entry.product,
        entry.pieces,
        to_microseconds(entry.at),
        entry.day.isoformat(),
        entry.by,
        entry.origin,
        entry.note,
        entry.amount_ntd,
        entry.flagged,
        entry.reverses,
    )
