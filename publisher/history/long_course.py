"""courses/long.json: the roll-ups of the last days, outlet by outlet, for the outlet's page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import msgspec
import numpy as np
import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.calendar import TAIPEI
from core.domain.snapshot import HistoryFile
from core.errors import NotFound
from core.releases import COURSES, Untrusted, read_signed
from publisher import durable
from publisher.history.daily import read_daily
from publisher.history.shelf import Shelf, daily_of
from publisher.signing import replace_signed

PATH = f"{COURSES}/long.json"
MOST_DAYS = 56
_MINUTES_AN_HOUR = 60
_BATCH_ROWS = 65_536
_COUNTS = ("opening", "received", "sold", "closing")
_NUMBERS = (*_COUNTS, "sold_out_minute", "minutes_in_stock")
_Row = tuple[str, str, list[int]]


class _Days(msgspec.Struct):
    """What must be known of the file to tell whether it is due."""

    days: list[str]


class LongCourses:
    """Writes the one file, when a day is over or the file is not there."""

    def __init__(self, folder: Path, key: Ed25519PrivateKey) -> None:
        self._place, self._key = folder / PATH, key
        self._days: list[str] | None = None

    def keep(self, shelf: Shelf) -> None:
        """Write the file if its days are not the last ones that are over."""
        daily = daily_of(shelf.index.files)[-MOST_DAYS:]
        days = [file.day for file in daily]
        if self._days is None:
            self._days = self._written()
        if days and days != self._days:
            if not self._place.parent.exists():
                self._place.parent.mkdir()
                durable.sync_folder(shelf.folder)
            replace_signed(self._place, long_course_bytes(shelf, daily), self._key)
            self._days = days

    def _written(self) -> list[str]:
        try:
            body, _ = read_signed(self._place, self._key.public_key())
            return msgspec.json.decode(body, type=_Days).days
        except (NotFound, Untrusted, msgspec.DecodeError):
            return []


def long_course_bytes(shelf: Shelf, daily: Sequence[HistoryFile]) -> bytes:
    """Return the file of some days' roll-ups; ``core.domain.snapshot.LongCourse``."""
    tables = [_slim(read_daily(shelf.read(file)), day) for day, file in enumerate(daily)]
    products = sorted({word for table in tables for word in table["product"].unique().to_pylist()})
    last_day = datetime.combine(date.fromisoformat(daily[-1].day), time(), TAIPEI)
    return msgspec.json.encode(
        {
            "as_of": last_day.replace(hour=23, minute=59, second=59).isoformat(),
            "days": [file.day for file in daily],
            "products": products,
            "outlets": _outlets(tables, products),
        }
    )


def _outlets(tables: Sequence[pa.Table], products: Sequence[str]) -> dict[str, msgspec.Raw]:
    """Group the days' rows by outlet; each outlet is kept as bytes, far smaller than its lists."""
    outlets = {}
    for code, rows in groupby(_rows(tables), itemgetter(0)):
        of_product: dict[str, list[list[int]]] = {product: [] for product in products}
        for _, product, numbers in rows:
            if any(numbers[1:5]):
                of_product[product].append(numbers)
        outlets[code] = msgspec.Raw(msgspec.json.encode(of_product))
    return outlets


def _slim(daily: pa.Table, day: int) -> pa.Table:
    """Keep of a roll-up what the file needs, in half the memory: eight weeks are many."""
    columns = {name: daily[name] for name in ("code", "product")}
    columns |= {name: daily[name].cast(pa.int32()) for name in _COUNTS}
    columns["sold_out_minute"] = _minutes_of(daily["sold_out_at"])
    columns["minutes_in_stock"] = _minutes_in(daily["hours_in_stock"])
    columns["day"] = pa.array(np.full(daily.num_rows, day, np.int32))
    return pa.table(columns)


def _rows(tables: Sequence[pa.Table]) -> Iterator[_Row]:
    """Yield outlet, product and numbers of every day, by outlet, product and day."""
    table = pa.concat_tables(tables)
    order = [(name, "ascending") for name in ("code", "product", "day")]
    for batch in table.sort_by(order).to_batches(max_chunksize=_BATCH_ROWS):
        numbers = zip(*(batch[name].to_pylist() for name in ("day", *_NUMBERS)), strict=True)
        words = (batch[name].to_pylist() for name in ("code", "product"))
        for code, product, of_day in zip(*words, numbers, strict=True):
            yield code, product, list(of_day)


def _minutes_of(sold_out_at: pa.ChunkedArray) -> pa.Array:
    """Return the minute of the day of each RFC 3339 time; -1 where there is none."""
    texts = sold_out_at.to_pylist()
    return pa.array([int(t[11:13]) * 60 + int(t[14:16]) if t else -1 for t in texts], pa.int32())


def _minutes_in(hours: pa.ChunkedArray) -> pa.Array:
    return pa.array(np.rint(hours.to_numpy() * _MINUTES_AN_HOUR).astype(np.int32))
