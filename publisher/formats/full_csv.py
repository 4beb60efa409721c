"""maskdata-all.csv: every outlet and every field of the record, with explicit zeros.

A text cell that a spreadsheet would run as a formula is prefixed with a quote; numbers stay bare.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter

from core.domain.calendar import source_time
from core.domain.snapshot import OutletRecord
from core.spreadsheets import unguarded
from publisher.csv_text import BOM, read_columns, safe_cell
from publisher.release_data import (
    WHAT_ELSE,
    WHO_AND_WHERE,
    ReleaseData,
    Stated,
    Written,
    joined,
    numbers_of,
    position_of,
)
from publisher.times import parse_rfc3339

PATH = "maskdata-all.csv"
MEDIA_TYPE = "text/csv; charset=utf-8"
PATHS = (PATH,)

_POINT = ("lon", "lat")
_SOURCE = ("coordinate_source", "coordinate_precision")
_RELEASE = ("valid_at", "published_at")
_place, _source, _rest = (attrgetter(*names) for names in (WHO_AND_WHERE, _SOURCE, WHAT_ELSE))


def columns(products: tuple[str, ...]) -> list[str]:
    """Return the heading; each product has its number and its level."""
    stock = [name for product in products for name in (product, f"{product}_level")]
    return [*WHO_AND_WHERE, *_POINT, *_SOURCE, *stock, *WHAT_ELSE, *_RELEASE]


def write(release: ReleaseData) -> list[Written]:
    """Write the file; the release's two times end each row, so they are what joins them."""
    products = release.products

    def fragment(record: OutletRecord) -> bytes:
        cells = [*map(safe_cell, _place(record))]
        cells += map(repr, position_of(record))
        cells += map(safe_cell, _source(record))
        for product in products:
            cells += (str(record.counts.get(product, 0)), record.levels.get(product, "none"))
        cells += map(safe_cell, _rest(record))
        return f"{','.join(cells)},".encode()

    rows = release.fragments(PATH, fragment)
    times = f"{release.valid_at},{release.published}\n".encode()
    heading = BOM + f"{','.join(columns(products))}\n".encode()
    body = joined(rows, times, heading, times if rows else b"")
    return [Written(PATH, MEDIA_TYPE, body, len(rows))]


def read(bodies: Mapping[str, bytes]) -> Stated:
    """Read the file back.

    Raises:
        ValueError: it is not such a file.
    """
    body = bodies[PATH]
    heading = body.split(b"\n", 1)[0].decode("utf-8-sig").split(",")
    products = tuple(name for name in heading if f"{name}_level" in heading)
    wanted = ("code", "name", "valid_at", *products)
    codes, names, times, *stock = read_columns(body, columns(products), wanted)
    if len(set(times)) > 1:
        raise ValueError(f"source times differ: {', '.join(sorted(set(times)))}")
    codes = [unguarded(code) for code in codes]
    return Stated(
        "".join(source_time(parse_rfc3339(time)) for time in set(times)),
        dict(zip(codes, map(unguarded, names), strict=True)),
        numbers_of(codes, products, stock),
        whole=True,
        rows=len(codes),
    )
