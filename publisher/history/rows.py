"""One row of history, and how rows stand in Parquet: one schema for every file.

Unique by ``sequence``, ``code`` and ``product``, so that rows read twice can be told.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

PARQUET = "application/vnd.apache.parquet"
COLUMNS = ("at", "sequence", "code", "product", "pieces", "received", "sold")
ORDER = [(name, "ascending") for name in ("code", "product", "at", "sequence")]
_WORDS = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    {
        "at": pa.timestamp("us", tz="Asia/Taipei"),
        "sequence": pa.int64(),
        "code": _WORDS,
        "product": _WORDS,
        "pieces": pa.int32(),
        "received": pa.int32(),
        "sold": pa.int32(),
    }
)
_WORD_COLUMNS = ("code", "product")
# Few instants and small numbers repeat, so dictionaries pack best, and every reader knows them;
# stock itself repeats least. Measured on the real series: docs/decisions/0099.
_REPEATING = [name for name in COLUMNS if name != "pieces"]
_PART_LEVEL, _DAY_LEVEL = 3, 19


class Row(NamedTuple):
    """A number that was published, and what led to it since the one before.

    ``pieces`` is None where the outlet is no longer published. The pieces before (0 where it was
    not published) + ``received`` − ``sold`` = ``pieces`` (None counts as 0).
    """

    at: datetime
    sequence: int
    code: str
    product: str
    pieces: int | None
    received: int
    sold: int


def table_of(rows: Sequence[Row]) -> pa.Table:
    """Return rows as a table, in the order of a file."""
    columns = zip(*rows, strict=True) if rows else [()] * len(COLUMNS)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return ordered([pa.table(arrays, SCHEMA)])


def ordered(tables: Iterable[pa.Table]) -> pa.Table:
    """Put tables together, by outlet, product and time."""
    table = pa.concat_tables([SCHEMA.empty_table(), *tables])
    for name in _WORD_COLUMNS:
        table = table.set_column(COLUMNS.index(name), name, table[name].cast(pa.string()))
    table = table.sort_by(ORDER).combine_chunks()
    for name in _WORD_COLUMNS:
        words = table[name].dictionary_encode()
        table = table.set_column(COLUMNS.index(name), name, words)
    return table.cast(SCHEMA)


def part_bytes(table: pa.Table) -> bytes:
    """Write a table as Parquet, quickly: it is soon replaced."""
    return _written(table, _PART_LEVEL)


def day_bytes(table: pa.Table) -> bytes:
    """Write a table as Parquet, small: it stays for ever. The same rows give the same bytes."""
    return _written(table, _DAY_LEVEL)


def _written(table: pa.Table, level: int) -> bytes:
    sink = io.BytesIO()
    pq.write_table(
        table,
        sink,
        compression="zstd",
        compression_level=level,
        use_dictionary=_REPEATING,
    )
    return sink.getvalue()


def read_rows(body: bytes) -> pa.Table:
    """Read a file of history back.

    Raises:
        ValueError: it is no Parquet file, or has other columns.
    """
    try:
        # One thread: those of the data-set reader may outlive a short command, and abort its end.
        table = pq.ParquetFile(io.BytesIO(body)).read(use_threads=False)
    except (pa.ArrowInvalid, OSError) as error:
        raise ValueError(f"not a Parquet file: {error}") from None
    if table.schema.names != SCHEMA.names or [f.type for f in table.schema] != [
        f.type for f in SCHEMA
    ]:
        raise ValueError(f"its columns are not {', '.join(COLUMNS)} in their types")
    return table
