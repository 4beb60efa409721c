"""What every outlet did on one day, in a few statements: the morning list (晨間清單)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection

from core.ports.stewardship import OutletMorning
from core.storage.connection import from_microseconds
from core.storage.queries import outlet_of_row

_REGISTER = text("SELECT * FROM outlets WHERE status != 'withdrawn' AND NOT test ORDER BY code")
_BALANCES = text("SELECT outlet, product, pieces FROM balances")
_LOGINS = text(
    "SELECT institution, max(last_used_at) FROM grants WHERE last_used_at IS NOT NULL"
    " GROUP BY institution"
)
_AUTOMATIC = text("SELECT outlet FROM daily_intakes WHERE programme = :programme AND day = :day")
# Outlet by outlet, as the index is; CROSS JOIN keeps SQLite to that order, so that the cost follows
# this day and not the length of the ledger. A sale counts once, however many products it has.
_ENTRIES = text(
    "SELECT o,"
    " sum(CASE WHEN kind = 'intake' AND origin = 'manual' AND pieces > 0 THEN pieces ELSE 0 END),"
    " sum(CASE WHEN kind = 'intake' AND pieces < 0 THEN -pieces ELSE 0 END),"
    " sum(kind = 'sale' AND position = act),"
    " sum(kind = 'sale' AND position = act AND origin = 'typed'),"
    " min(CASE WHEN kind = 'sale' THEN at END), max(CASE WHEN kind = 'sale' THEN at END)"
    " FROM (SELECT DISTINCT outlet AS o FROM balances) CROSS JOIN entries"
    " WHERE outlet = o AND day = :day GROUP BY o"
)


def outlet_days(connection: Connection, day: date, programme: str) -> list[OutletMorning]:
    """Read the register, the stock and the day's sums of every outlet, by code."""
    of_day = {"day": day.isoformat(), "programme": programme}
    stock: dict[str, dict[str, int]] = {}
    for outlet, product, pieces in connection.execute(_BALANCES):
        stock.setdefault(outlet, {})[product] = pieces
    logins: dict[str, int] = _pairs(connection.execute(_LOGINS))
    automatic = set(connection.scalars(_AUTOMATIC, of_day))
    sums = {row[0]: row[1:] for row in connection.execute(_ENTRIES, {"day": of_day["day"]})}
    return [
        _morning(row, stock, logins, automatic, sums)
        for row in connection.execute(_REGISTER).mappings()
    ]


def _morning(
    row: Any,
    stock: dict[str, dict[str, int]],
    logins: dict[str, int],
    automatic: set[str],
    sums: dict[str, Any],
) -> OutletMorning:
    outlet = outlet_of_row(row)
    manual, negative, sales, typed, first, last = sums.get(outlet.code, (0, 0, 0, 0, None, None))
    return OutletMorning(
        outlet,
        stock.get(outlet.code, {}),
        _instant(logins.get(outlet.code)),
        outlet.code in automatic,
        manual,
        negative,
        sales,
        typed,
        _instant(first),
        _instant(last),
    )


def _pairs(rows: Iterable[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in rows}


def _instant(stored: int | None) -> datetime | None:
    return None if stored is None else from_microseconds(stored)
