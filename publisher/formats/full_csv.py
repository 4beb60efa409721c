"""maskdata-all.csv: every outlet and every field of the record, with explicit zeros.

A text cell that a spreadsheet would run as a formula is prefixed with a quote; numbers stay bare.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.domain.calendar import source_time
from core.domain.snapshot import OutletRecord
from publisher.csv_text import BOM, read_rows, safe_cell, unguarded
from publisher.release_data import ReleaseData, Stated, joined
from publisher.times import parse_rfc3339

PATH = "maskdata-all.csv"
MEDIA_TYPE = "text/csv; charset=utf-8"

_PLACE = ["code", "name", "kind", "phone", "address", "county_code", "county", "town_code", "town"]
_POINT = ("lon", "lat")
_SOURCE = ("coordinate_source", "coordinate_precision")
_REST = [
    "availability",
    "availability_reason",
    "availability_since",
    "note",
    "sale_windows",
    "tickets",
    "service_periods",
    "website",
    "changed_at",
]
_RELEASE = ("valid_at", "published_at")
_DECIMALS = 6


def columns(products: tuple[str, ...]) -> list[str]:
    """Return the heading; each product has its number and its level."""
    stock = [name for product in products for name in (product, f"{product}_level")]
    return [*_PLACE, *_POINT, *_SOURCE, *stock, *_REST, *_RELEASE]


def write(release: ReleaseData) -> tuple[bytes, int]:
    """Write the file; the release's two times end each row, so they are what joins them."""
    products = release.products

    def fragment(record: OutletRecord) -> bytes:
        cells = _texts(record, _PLACE)
        cells += (f"{round(value, _DECIMALS)!r}" for value in (record.lon, record.lat))
        cells += _texts(record, _SOURCE)
        for product in products:
            cells += (str(record.counts.get(product, 0)), record.levels.get(product, "none"))
        cells += _texts(record, _REST)
        return f"{','.join(cells)},".encode()

    rows = release.fragments(PATH, fragment)
    times = f"{release.valid_at},{release.published}\n".encode()
    heading = BOM + f"{','.join(columns(products))}\n".encode()
    return joined(rows, times, heading, times if rows else b""), len(rows)


def _texts(record: OutletRecord, names: Sequence[str]) -> list[str]:
    return [safe_cell(getattr(record, name)) for name in names]


def read(body: bytes) -> Stated:
    """Read the file back.

    Raises:
        ValueError: it is not such a file.
    """
    heading = body.split(b"\n", 1)[0].decode("utf-8-sig").split(",")
    products = tuple(name for name in heading if f"{name}_level" in heading)
    rows = list(read_rows(body, columns(products)))
    names = {unguarded(cells["code"]): unguarded(cells["name"]) for cells in rows}
    numbers = {
        unguarded(cells["code"]): {product: int(cells[product]) for product in products}
        for cells in rows
    }
    times = {cells["valid_at"] for cells in rows}
    if len(times) > 1:
        raise ValueError(f"source times differ: {', '.join(sorted(times))}")
    spelt = "".join(source_time(parse_rfc3339(time)) for time in times)
    return Stated(spelt, names, numbers, whole=True, rows=len(rows))
