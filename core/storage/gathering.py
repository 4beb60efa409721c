"""What a batch of orders must know, read from SQLite in a handful of statements."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import date

from core.domain.buyers import PersonKey
from core.domain.eligibility import Purchase
from core.ports import Order, Sale
from core.storage.audit_table import counters
from core.storage.batch import REPLIES_KEPT, DailyOf, Gathered, PersonIn
from core.storage.bulk import marks, powers
from core.storage.connection import to_microseconds
from core.storage.queries import entry_of_row
from core.storage.stops import standing_stops

_MOST_LINES = 16
_HISTORY = "SELECT key_id, person, programme, day, pieces, voided FROM person_links WHERE person IN"
_BALANCES = "SELECT outlet, product, pieces FROM balances WHERE outlet IN"
_REPLY = "SELECT request, body FROM replies WHERE outlet = ? AND key = ? AND at >= ?"
_DAILY = "SELECT act FROM daily_intakes WHERE outlet = ? AND programme = ? AND day = ?"
_SALE = (
    "SELECT * FROM entries WHERE position >= ? AND position < ? AND act = ? AND kind = 'sale'"
    " AND outlet = ? ORDER BY position"
)


def gather(connection: sqlite3.Connection, orders: Sequence[Order]) -> Gathered:
    """Read what the orders need, inside the transaction that will write them."""
    found = counters(connection)
    _gather_balances(connection, orders, found)
    _gather_histories(connection, orders, found)
    found.stops = standing_stops(connection)
    for order in orders:
        if order.idempotency is not None:
            _gather_reply(connection, order, order.idempotency.key, found)
        if order.daily is not None:
            of = (order.outlet, order.daily.programme, order.daily.day)
            _gather_daily(connection, of, found)
        if order.sale is not None:
            _gather_sale(connection, order.sale, order.outlet, found)
    return found


def _gather_balances(
    connection: sqlite3.Connection, orders: Sequence[Order], found: Gathered
) -> None:
    found.balances = {order.outlet: {} for order in orders}
    for part in powers(tuple(found.balances)):
        for outlet, product, pieces in connection.execute(
            f"{_BALANCES} ({marks(len(part))})", part
        ):
            found.balances[outlet][product] = pieces


def _gather_histories(
    connection: sqlite3.Connection, orders: Sequence[Order], found: Gathered
) -> None:
    """Read histories by person; links of other programmes are left out."""
    wanted: dict[PersonIn, list[Purchase]] = {
        (order.programme, person): [] for order in orders for person in order.persons
    }
    values = tuple({person.value for _, person in wanted})
    for part in powers(values):
        for key_id, value, programme, day, pieces, voided in connection.execute(
            f"{_HISTORY} ({marks(len(part))})", part
        ):
            purchases = wanted.get((programme, PersonKey(key_id, value)))
            if purchases is not None:
                made = Purchase(date.fromisoformat(day), json.loads(pieces), bool(voided))
                purchases.append(made)
    found.history = wanted


def _gather_reply(connection: sqlite3.Connection, order: Order, key: str, found: Gathered) -> None:
    oldest = to_microseconds(order.at - REPLIES_KEPT)
    stored = connection.execute(_REPLY, (order.outlet, key, oldest)).fetchone()
    if stored is not None:
        found.replies[(order.outlet, key)] = stored


def _gather_daily(connection: sqlite3.Connection, of: DailyOf, found: Gathered) -> None:
    row = connection.execute(_DAILY, (*of[:2], of[2].isoformat())).fetchone()
    if row is not None:
        found.daily[of] = row[0]


def _gather_sale(connection: sqlite3.Connection, act: int, outlet: str, found: Gathered) -> None:
    """Read a sale of this outlet: its lines follow each other from its own position on."""
    rows = connection.execute(_SALE, (act, act + _MOST_LINES, act, outlet)).fetchall()
    if rows:
        undone = connection.execute("SELECT 1 FROM entries WHERE reverses = ?", (act,)).fetchone()
        lines = tuple(map(entry_of_row, rows))
        found.sales[act] = Sale(act, lines[0].day, lines, undone is not None)
