"""Read the history back: stock at any instant, the course of an outlet, the days.

Only what the signed index names is read, each file checked against it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.calendar import TAIPEI, taipei_day
from core.domain.snapshot import HistoryFile, HistoryIndex
from core.errors import NotFound
from core.releases import read_history_index, read_listed
from publisher.history.daily import read_daily
from publisher.history.rows import Row, ordered, read_rows
from publisher.history.shelf import BACKFILL, daily_of, last_before, parquet_of
from publisher.times import parse_rfc3339

# A file may be replaced by the one that holds its rows while this reads.
_ATTEMPTS = 5
Stock = dict[str, dict[str, int]]
"""Pieces by outlet and product."""


@dataclass(frozen=True, slots=True)
class Past:
    """The history of one snapshot folder, and the key that is trusted."""

    folder: Path
    public_key: Ed25519PublicKey

    def index(self) -> HistoryIndex:
        """Read the index; raises as ``core.releases.read_history_index``."""
        return read_history_index(self.folder, self.public_key)

    def at(self, instant: datetime, codes: Collection[str] = ()) -> Stock:
        """Return what was published at an instant, of all outlets or some.

        Raises:
            NotFound: history does not reach there.
        """
        return self._steadily(lambda index: self._at(index, instant, codes))

    def _at(self, index: HistoryIndex, instant: datetime, codes: Collection[str]) -> Stock:
        day = _reached(index, instant)
        of_source = [file for file in index.files if file.source == day.source]
        before = last_before(daily_of(of_source), day.day)
        stock: Stock = {}
        if before is not None:
            closing = _of(read_daily(read_listed(self.folder, before)), codes)
            for code, product, pieces in _columns(closing, "code", "product", "closing"):
                stock.setdefault(code, {})[product] = pieces
        rows = self._rows(parquet_of(of_source, day.day), codes)
        until = rows.filter(pc.less_equal(rows["at"], pa.scalar(instant, rows["at"].type)))
        for code, product, pieces in _columns(until, "code", "product", "pieces"):
            if pieces is None:
                stock.get(code, {}).pop(product, None)
            else:
                stock.setdefault(code, {})[product] = pieces
        return {code: products for code, products in sorted(stock.items()) if products}

    def course(self, code: str, since: datetime | None, until: datetime | None) -> list[Row]:
        """Return an outlet's rows in order of time, both ends inclusive."""
        return self._steadily(lambda index: [*self._course(index, code, since, until)])

    def _course(
        self, index: HistoryIndex, code: str, since: datetime | None, until: datetime | None
    ) -> Iterator[Row]:
        for file in parquet_of(index.files):
            begin = datetime.combine(date.fromisoformat(file.day), time(), TAIPEI)
            if (until and begin > until) or (since and begin + timedelta(days=1) <= since):
                continue
            rows = self._rows([file], {code}).sort_by([("at", "ascending")])
            for row in (Row(*values) for values in _columns(rows, *Row._fields)):
                if (since is None or row.at >= since) and (until is None or row.at <= until):
                    yield row._replace(at=row.at.astimezone(TAIPEI))

    def days(
        self, since: date | None, until: date | None, codes: Collection[str] = ()
    ) -> Iterator[pa.Table]:
        """Yield the roll-ups of the days that are over, day by day, both ends inclusive."""
        for file in daily_of(self.index().files):
            day = date.fromisoformat(file.day)
            if (since is None or day >= since) and (until is None or day <= until):
                yield _of(read_daily(read_listed(self.folder, file)), codes)

    def _rows(self, files: Collection[HistoryFile], codes: Collection[str]) -> pa.Table:
        tables = (read_rows(read_listed(self.folder, file)) for file in files)
        return ordered(_of(table, codes) for table in tables)

    def _steadily(self, read: Callable[[HistoryIndex], Any]) -> Any:
        """Read by the index; by the new one where a file has been replaced meanwhile."""
        for _ in range(_ATTEMPTS - 1):
            index = self.index()
            try:
                return read(index)
            except NotFound:
                if self.index() == index:
                    raise
        return read(self.index())


def reach(index: HistoryIndex) -> str:
    """Say in words which days the history has."""
    spans = []
    for source, words in ((BACKFILL, " (back-filled)"), ("ledger", "")):
        days = sorted({file.day for file in index.files if file.source == source})
        if days:
            spans.append(f"{days[0]} to {days[-1]}{words}")
    return " and ".join(spans) or "nothing yet"


def _reached(index: HistoryIndex, instant: datetime) -> HistoryFile:
    """Return a file of the last day that had begun by an instant.

    Raises:
        NotFound: there is none, or the series that it belongs to had ended by then.
    """
    day = taipei_day(instant)
    begun = [file for file in index.files if file.day <= str(day)]
    last = max(begun, key=lambda file: file.day, default=None)
    ended = last is not None and last.source == BACKFILL and _ended(index, last, day)
    if last is None or ended:
        raise NotFound(f"history knows nothing of {instant.isoformat()}: it has {reach(index)}")
    return last


def _ended(index: HistoryIndex, last: HistoryFile, day: date) -> bool:
    newest = max(file.day for file in index.files if file.source == BACKFILL)
    return last.day == newest and str(day) > newest


def told_until(index: HistoryIndex, instant: datetime) -> str:
    """Warn where an instant lies after all that history knows; else say nothing."""
    end = parse_rfc3339(index.as_of)
    return f"history reaches {index.as_of}; these are the numbers of then" if instant > end else ""


def _of(table: pa.Table, codes: Collection[str]) -> pa.Table:
    if not codes:
        return table
    plain = table["code"].cast(pa.string())
    return table.filter(pc.is_in(plain, pa.array(sorted(codes), pa.string())))


def _columns(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    columns: Mapping[str, list[Any]] = table.select(list(names)).to_pydict()
    return zip(*(columns[name] for name in names), strict=True)
