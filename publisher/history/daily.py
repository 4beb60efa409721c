"""The roll-up of a Taipei day: one row an outlet and product, from the day's changes alone.

All instants are those of the releases, so that anybody can make the same file from the Parquet of
the day and the roll-up of the day before.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pa_csv

from core.domain.calendar import TAIPEI
from publisher.history.rows import ORDER

CSV = "text/csv; charset=utf-8"
HEADING = "date,code,product,opening,received,sold,closing,sold_out_at,hours_in_stock"
_NUMBERS = ("opening", "received", "sold", "closing")
_TYPES = {
    "date": pa.string(),
    "code": pa.string(),
    "product": pa.string(),
    **dict.fromkeys(_NUMBERS, pa.int64()),
    "sold_out_at": pa.string(),
    "hours_in_stock": pa.float64(),
}
_HOUR_US = 3_600_000_000
# A day's beginning stands before every release of it.
_OPENING = -1

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class RollUp(NamedTuple):
    """A day's columns, of every outlet and product published at its end, by code and product.

    ``sold_out_us`` is the instant (microseconds since 1970) at which the number fell to zero for
    the last time, on a day that ends at zero, else -1; ``in_stock_us`` how long it was above zero.
    """

    codes: list[str]
    products: list[str]
    opening: Integers
    received: Integers
    sold: Integers
    closing: Integers
    sold_out_us: Integers
    in_stock_us: Integers


NOTHING_BEFORE = pa.table({name: pa.array([], kind) for name, kind in _TYPES.items()})


def roll_up(day: date, before: pa.Table, rows: pa.Table) -> RollUp:
    """Sum up a day from its rows and the roll-up of the last day before."""
    begin_us = _microseconds(datetime.combine(day, time(), TAIPEI))
    end_us = begin_us + 24 * _HOUR_US
    table = _with_opening(begin_us, before, rows)
    at, sequence, pieces, received, sold = (
        table[name].to_numpy() for name in ("at", "sequence", "pieces", "received", "sold")
    )
    there = table["there"].to_numpy()
    first = _firsts(table)
    starts = np.flatnonzero(first)
    ends = np.append(starts[1:], len(at)) - 1 if len(starts) else starts
    last = np.zeros(len(at), bool)
    last[ends] = True
    until = np.where(last, end_us, np.append(at[1:], end_us)[: len(at)])
    pieces_before = np.where(first, 0, np.concatenate(([0], pieces[:-1]))[: len(at)])
    fell = (pieces == 0) & there & ((pieces_before > 0) | (sold > 0)) & (sequence != _OPENING)
    stays = there[ends]

    def summed(values: Integers) -> Integers:
        return (np.add.reduceat(values, starts) if len(starts) else values)[stays]

    fallen = np.maximum.reduceat(np.where(fell, at, -1), starts) if len(starts) else at
    closing = pieces[ends]
    opening = np.where(sequence[starts] == _OPENING, pieces[starts], 0)
    chosen = table.take(pa.array(starts[stays])) if len(starts) else table
    return RollUp(
        chosen["code"].to_pylist(),
        chosen["product"].to_pylist(),
        opening[stays],
        summed(received),
        summed(sold),
        closing[stays],
        np.where(closing == 0, fallen, -1)[stays],
        summed(np.where(pieces > 0, until - at, 0)),
    )


def _with_opening(begin_us: int, before: pa.Table, rows: pa.Table) -> pa.Table:
    """Put the day's beginning before its rows; what has an earlier time counts from there."""
    count = before.num_rows
    zeros = pa.array(np.zeros(count, np.int64))
    opening = pa.table(
        {
            "at": pa.array(np.full(count, begin_us)),
            "sequence": pa.array(np.full(count, _OPENING)),
            "code": before["code"],
            "product": before["product"],
            "pieces": before["closing"],
            "received": zeros,
            "sold": zeros,
            "there": pa.array(np.ones(count, bool)),
        }
    )
    at = np.maximum(rows["at"].cast(pa.int64()).to_numpy(), begin_us)
    moved = pa.table(
        {
            "at": pa.array(at, pa.int64()),
            "sequence": rows["sequence"],
            "code": rows["code"].cast(pa.string()),
            "product": rows["product"].cast(pa.string()),
            "pieces": rows["pieces"].cast(pa.int64()).fill_null(0),
            "received": rows["received"].cast(pa.int64()),
            "sold": rows["sold"].cast(pa.int64()),
            "there": rows["pieces"].is_valid(),
        }
    )
    return pa.concat_tables([opening, moved]).sort_by(ORDER).combine_chunks()


def _firsts(table: pa.Table) -> Flags:
    """Mark the first row of each outlet and product."""
    first = np.ones(table.num_rows, bool)
    if table.num_rows > 1:
        changed = np.zeros(table.num_rows - 1, bool)
        for name in ("code", "product"):
            words = table[name].combine_chunks().dictionary_encode()
            places = pa.chunked_array([words]).combine_chunks().indices.to_numpy()
            changed |= places[1:] != places[:-1]
        first[1:] = changed
    return first


def csv_bytes(day: date, rolled: RollUp) -> bytes:
    """Write a roll-up as CSV: UTF-8, LF, ascending by code and product."""
    lines = [HEADING]
    for code, product, *numbers, sold_out_us, in_stock_us in zip(
        rolled.codes, rolled.products, *(column.tolist() for column in rolled[2:]), strict=True
    ):
        counts = ",".join(map(str, numbers))
        sold_out_at = _spelt(sold_out_us) if sold_out_us >= 0 else ""
        lines.append(f"{day},{code},{product},{counts},{sold_out_at},{in_stock_us / _HOUR_US:.2f}")
    return ("\n".join(lines) + "\n").encode()


def read_daily(body: bytes) -> pa.Table:
    """Read a roll-up back.

    Raises:
        ValueError: it has other columns, or a cell of another kind.
    """
    options = pa_csv.ConvertOptions(column_types=_TYPES)
    try:
        table = pa_csv.read_csv(pa.py_buffer(body), convert_options=options)
    except pa.ArrowInvalid as error:
        raise ValueError(f"not a roll-up: {error}") from None
    if table.schema.names != list(_TYPES):
        raise ValueError(f"its columns are not {HEADING}")
    return table


def _spelt(at_us: int) -> str:
    return (_EPOCH + timedelta(microseconds=at_us)).isoformat(timespec="seconds")


def _microseconds(instant: datetime) -> int:
    return (instant - _EPOCH) // timedelta(microseconds=1)


_EPOCH = datetime(1970, 1, 1, 8, tzinfo=TAIPEI)
