"""What the publisher reads of the ledger: synchronous, read-only, one instant at a time.

Positions are commit order: SQLite has one writer at a time, and it numbers inside its
transaction, so a reader at N has seen everything up to N.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from core.domain.audit import AuditLine
from core.domain.calendar import TAIPEI
from core.domain.entries import Entry
from core.domain.outlet_says import OutletSays
from core.domain.outlets import Outlet
from core.domain.stops import Stop
from core.storage import register
from core.storage.connection import connect_reader, from_microseconds, to_microseconds
from core.storage.outlet_states import newest_state_revision, states_after
from core.storage.queries import entry_of_row
from core.storage.stops import newest_stop_revision, standing_stops

_PAGE = 10_000
_BLOCK, _READERS = 100_000, 2
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Balance:
    """Pieces in stock, and when they last changed."""

    pieces: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Change:
    """How much one product of one outlet changed since a position, and when last."""

    outlet: str
    product: str
    pieces: int
    changed_at: datetime


class Move(NamedTuple):
    """How much one product of one outlet changed within one slot.

    ``slot`` counts slots since 1970-01-01 00:00, Taipei time, by the entries' own times.
    """

    slot: int
    outlet: str
    product: str
    pieces: int


class Flow(NamedTuple):
    """What came to and went from one product of one outlet within a range of positions.

    ``received`` sums the intakes, ``sold`` the sales less what was given back.
    """

    outlet: str
    product: str
    received: int
    sold: int


class LedgerFeed:
    """Reads of one ledger file. Inside ``instant()`` all reads see the same commit."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._connection = connect_reader(database)

    @contextmanager
    def instant(self) -> Iterator[None]:
        """Hold one instant of the ledger for every read inside."""
        self._connection.execute("BEGIN")
        try:
            yield
        finally:
            self._connection.execute("ROLLBACK")

    def position(self) -> int:
        """Return the position of the newest entry; 0 for an empty ledger."""
        return self._number("SELECT max(position) FROM entries")

    def revision(self) -> int:
        """Return the newest revision of the register."""
        return register.newest_revision(self._connection)

    def state_revision(self) -> int:
        """Return the newest revision of what outlets say of themselves."""
        return newest_state_revision(self._connection)

    def stop_revision(self) -> int:
        """Return the newest revision of the authority's stops."""
        return newest_stop_revision(self._connection)

    def audit_position(self) -> int:
        """Return the number of the newest audit row."""
        return self._number("SELECT max(number) FROM audit")

    def balances(self) -> dict[tuple[str, str], Balance]:
        """Return every running sum, by outlet and product."""
        rows = self._connection.execute("SELECT outlet, product, pieces, changed_at FROM balances")
        return {
            (outlet, product): Balance(pieces, from_microseconds(changed_at))
            for outlet, product, pieces, changed_at in rows
        }

    def changes(self, after: int) -> list[Change]:
        """Sum the entries after a position, by outlet and product."""
        rows = self._connection.execute(
            # Not by the index, which SQLite would read from end to end for the grouping.
            "SELECT outlet, product, sum(pieces), max(at) FROM entries NOT INDEXED"
            " WHERE position > ? GROUP BY outlet, product",
            (after,),
        )
        return [
            Change(outlet, product, n, from_microseconds(at)) for outlet, product, n, at in rows
        ]

    def moves(
        self, after: int, upto: int, slot: timedelta, since: datetime | None = None
    ) -> list[Move]:
        """Sum the entries in a range of positions by slot, outlet and product.

        ``after`` is exclusive, ``upto`` inclusive; ``since`` leaves out what has an earlier time.
        """
        where = "position > ? AND position <= ? AND at >= ?"
        return self._moves("entries", where, (after, upto, _stored(since)), slot)

    def moves_since(self, day: date, upto: int, slot: timedelta) -> list[Move]:
        """Sum the entries of a day and later ones, up to a position, as ``moves``.

        The cost follows these days, not the length of the ledger.
        """
        # Outlet by outlet, as the index is; CROSS JOIN keeps SQLite to that order.
        source = "(SELECT DISTINCT outlet AS o FROM balances) CROSS JOIN entries"
        where = "outlet = o AND day >= ? AND position <= ?"
        return self._moves(source, where, (day.isoformat(), upto), slot)

    def _moves(
        self, source: str, where: str, values: tuple[object, ...], slot: timedelta
    ) -> list[Move]:
        # All texts are this module's own, nobody's input.
        query = (
            f"SELECT (at + ?) / ? AS slot, outlet, product, sum(pieces) FROM {source}"  # noqa: S608
            f" WHERE {where} GROUP BY slot, outlet, product"
        )
        offset_us = TAIPEI.utcoffset(None) // _MICROSECOND
        rows = self._connection.execute(query, (offset_us, slot // _MICROSECOND, *values))
        return [Move(*row) for row in rows]

    def flows(self, after: int, upto: int) -> list[Flow]:
        """Sum the entries in a range of positions, by outlet and product, in their order.

        ``after`` is exclusive, ``upto`` inclusive.
        """
        rows = self._connection.execute(
            "SELECT outlet, product, sum(iif(kind = 'intake', pieces, 0)),"
            " -sum(iif(kind = 'intake', 0, pieces)) FROM entries NOT INDEXED"
            " WHERE position > ? AND position <= ? GROUP BY outlet, product",
            (after, upto),
        )
        return [Flow(*row) for row in rows]

    def stock_at(self, position: int) -> dict[tuple[str, str], int]:
        """Return the pieces by outlet and product at a position; the cost follows what came after.

        An outlet that had no entry up to there has 0.
        """
        with self.instant():
            stock = {of: balance.pieces for of, balance in self.balances().items()}
            for change in self.changes(position):
                stock[change.outlet, change.product] -= change.pieces
        return stock

    def entries_after(self, after: int, limit: int = _PAGE) -> list[Entry]:
        """Return the entries after a position, in commit order, at most ``limit``."""
        rows = self._connection.execute(
            "SELECT * FROM entries WHERE position > ? ORDER BY position LIMIT ?", (after, limit)
        )
        return [entry_of_row(row) for row in rows]

    def newest_intakes(self, after: int, limit: int) -> list[Entry]:
        """Return intakes after a position that brought something, the last line first."""
        rows = self._connection.execute(
            "SELECT * FROM entries WHERE position > ? AND kind = 'intake' AND pieces > 0"
            " ORDER BY position DESC LIMIT ?",
            (after, limit),
        )
        return [entry_of_row(row) for row in rows]

    def outlets(self, after_revision: int = 0) -> list[Outlet]:
        """Return the outlets that the register changed after a revision, by code."""
        return list(register.all_outlets(self._connection, after_revision).values())

    def states(self, after_revision: int = 0) -> list[OutletSays]:
        """Return what outlets said after a revision, by code."""
        return states_after(self._connection, after_revision)

    def stops(self) -> list[Stop]:
        """Return the stops that nobody lifted, oldest first."""
        return standing_stops(self._connection)

    def audit_rows(self, after: int, upto: int | None = None) -> Iterator[AuditLine]:
        """Yield audit rows in order, ``after`` exclusive, ``upto`` inclusive."""
        last = self.audit_position() if upto is None else upto
        while after < last:
            rows = self._connection.execute(
                "SELECT number, body, sha256 FROM audit WHERE number > ? AND number <= ?"
                " ORDER BY number LIMIT ?",
                (after, last, _PAGE),
            ).fetchall()
            if not rows:
                return
            for number, body, sha256 in rows:
                yield AuditLine(number, body.encode(), sha256)
            after = rows[-1][0]

    def recompute(
        self, upto: int | None = None, before: datetime | None = None
    ) -> dict[tuple[str, str], int]:
        """Sum all entries by outlet and product, or those up to a position and before a time.

        Entries are never changed, so threads may each read their own share of the positions.
        """
        last = self.position() if upto is None else upto
        blocks = range(0, last, _BLOCK)
        sums: Counter[tuple[str, str]] = Counter()
        with ThreadPoolExecutor(_READERS) as pool:
            shares = (blocks[begin::_READERS] for begin in range(_READERS))
            for share in pool.map(lambda share: self._share(share, last, before), shares):
                for key, pieces in share.items():
                    sums[key] += pieces
        return dict(sums)

    def _share(
        self, blocks: range, last: int, before: datetime | None
    ) -> dict[tuple[str, str], int]:
        """Sum the entries of some blocks; a block is so small that it is sorted in memory."""
        sums: dict[tuple[str, str], int] = {}
        with closing(connect_reader(self._database)) as connection:
            for begin in blocks:
                rows = connection.execute(
                    # By position: in the order of the index each row would be looked for.
                    "SELECT outlet, product, sum(pieces) FROM entries NOT INDEXED"
                    " WHERE position > ? AND position <= ? AND (? OR at < ?)"
                    " GROUP BY outlet, product",
                    (begin, min(begin + _BLOCK, last), before is None, _stored(before)),
                )
                for outlet, product, pieces in rows:
                    sums[outlet, product] = sums.get((outlet, product), 0) + pieces
        return sums

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def _number(self, query: str, *values: object) -> int:
        return int(self._connection.execute(query, values).fetchone()[0] or 0)


def _stored(instant: datetime | None) -> int:
    """Return an instant as it is stored; none is the beginning of time."""
    return 0 if instant is None else to_microseconds(instant)
