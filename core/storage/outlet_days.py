"""What every outlet did on one day, in a few statements: the morning list (晨間清單)."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NamedTuple

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
_NEWEST = text("SELECT max(position) FROM entries")
# A sale counts once, however many products it has.
_SUMS = (
    "sum(CASE WHEN kind = 'intake' AND origin = 'manual' AND pieces > 0 THEN pieces ELSE 0 END),"
    " sum(CASE WHEN kind = 'intake' AND pieces < 0 THEN -pieces ELSE 0 END),"
    " sum(kind = 'sale' AND position = act),"
    " sum(kind = 'sale' AND position = act AND origin = 'typed'),"
    " min(CASE WHEN kind = 'sale' THEN at END), max(CASE WHEN kind = 'sale' THEN at END)"
)
# Outlet by outlet, as the index is; CROSS JOIN keeps SQLite to that order, so that the cost follows
# this day and not the length of the ledger.
_OF_DAY = text(
    f"SELECT o, {_SUMS} FROM (SELECT DISTINCT outlet AS o FROM balances) CROSS JOIN entries"  # noqa: S608
    " WHERE outlet = o AND day = :day AND position <= :upto GROUP BY o"
)
_SINCE = text(
    f"SELECT outlet, {_SUMS} FROM entries"  # noqa: S608
    " WHERE position > :after AND position <= :upto AND day = :day GROUP BY outlet"
)


class Sums(NamedTuple):
    """What the entries of one outlet and day add up to; instants as they are stored."""

    manual: int = 0
    negative: int = 0
    sales: int = 0
    typed: int = 0
    first: int | None = None
    last: int | None = None

    def plus(self, more: Sums) -> Sums:
        """Add what came later."""
        firsts = [at for at in (self.first, more.first) if at is not None]
        lasts = [at for at in (self.last, more.last) if at is not None]
        return Sums(
            self.manual + more.manual,
            self.negative + more.negative,
            self.sales + more.sales,
            self.typed + more.typed,
            min(firsts, default=None),
            max(lasts, default=None),
        )


class DaySums:
    """The sums of one day: read once, then only what was added, for entries never change."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._day: date | None = None
        self._upto = 0
        self._sums: dict[str, Sums] = {}

    def of(self, connection: Connection, day: date) -> dict[str, Sums]:
        """Return the sums of a day by outlet."""
        with self._lock:
            newest = connection.scalar(_NEWEST) or 0
            fresh = self._day != day
            sums = {} if fresh else dict(self._sums)
            span = {"day": day.isoformat(), "upto": newest}
            rows = connection.execute(
                _OF_DAY if fresh else _SINCE, span if fresh else span | {"after": self._upto}
            )
            for outlet, *more in rows:
                sums[outlet] = sums.get(outlet, Sums()).plus(Sums(*more))
            self._day, self._upto, self._sums = day, newest, sums
            return sums


def outlet_days(
    connection: Connection, day: date, programme: str, held: DaySums
) -> list[OutletMorning]:
    """Read the register, the stock and the day's sums of every outlet, by code."""
    of_day = {"day": day.isoformat(), "programme": programme}
    stock: dict[str, dict[str, int]] = {}
    for outlet, product, pieces in connection.execute(_BALANCES):
        stock.setdefault(outlet, {})[product] = pieces
    logins: dict[str, int] = _pairs(connection.execute(_LOGINS))
    automatic = set(connection.scalars(_AUTOMATIC, of_day))
    sums = held.of(connection, day)
    return [
        _morning(row, stock, logins, automatic, sums)
        for row in connection.execute(_REGISTER).mappings()
    ]


def _morning(
    row: Any,
    stock: dict[str, dict[str, int]],
    logins: dict[str, int],
    automatic: set[str],
    sums: dict[str, Sums],
) -> OutletMorning:
    outlet = outlet_of_row(row)
    of_day = sums.get(outlet.code, Sums())
    return OutletMorning(
        outlet,
        stock.get(outlet.code, {}),
        _instant(logins.get(outlet.code)),
        outlet.code in automatic,
        of_day.manual,
        of_day.negative,
        of_day.sales,
        of_day.typed,
        _instant(of_day.first),
        _instant(of_day.last),
    )


def _pairs(rows: Iterable[Any]) -> dict[str, int]:
    return {row[0]: row[1] for row in rows}


def _instant(stored: int | None) -> datetime | None:
    return None if stored is None else from_microseconds(stored)
