"""maskdata.csv: the official seven columns of February 2020, frozen.

Source: 健保特約機構口罩剩餘數量明細清單 (A21030000I-D50001-001). UTF-8 with BOM, LF, rows ascending
by code, rows with both numbers zero left out, one source time for the whole file.
"""

from __future__ import annotations

from collections.abc import Mapping

from core.domain.snapshot import OutletRecord
from publisher.csv_text import BOM, read_columns, row
from publisher.release_data import ReleaseData, Stated, Written, joined, numbers_of

PATH = "maskdata.csv"
MEDIA_TYPE = "text/csv; charset=utf-8"
PATHS = (PATH,)

COLUMNS = (
    "醫事機構代碼",
    "醫事機構名稱",
    "醫事機構地址",
    "醫事機構電話",
    "成人口罩剩餘數",
    "兒童口罩剩餘數",
    "來源資料時間",
)
PRODUCTS = ("adult_mask", "child_mask")
_HEADING = BOM + f"{','.join(COLUMNS)}\n".encode()


def write(release: ReleaseData) -> list[Written]:
    """Write the file; the source time ends each row, so it is what joins them."""
    rows = [fragment for fragment in release.fragments(PATH, _fragment) if fragment]
    time = f"{release.source_time}\n".encode()
    body = joined(rows, time, _HEADING, time if rows else b"")
    return [Written(PATH, MEDIA_TYPE, body, len(rows))]


def _fragment(record: OutletRecord) -> bytes:
    """Return a row up to its source time; nothing where both numbers are zero."""
    adult, child = (record.counts.get(product, 0) for product in PRODUCTS)
    if not adult and not child:
        return b""
    texts = row((record.code, record.name, record.address, record.phone))
    return f"{texts},{adult},{child},".encode()


def read(bodies: Mapping[str, bytes]) -> Stated:
    """Read the file back.

    Raises:
        ValueError: it is not such a file.
    """
    codes, names, *stock, times = read_columns(
        bodies[PATH], COLUMNS, (*COLUMNS[:2], *COLUMNS[4:6], COLUMNS[6])
    )
    if len(set(times)) > 1:
        raise ValueError(f"source times differ: {', '.join(sorted(set(times)))}")
    return Stated(
        "".join(set(times)),
        dict(zip(codes, names, strict=True)),
        numbers_of(codes, PRODUCTS, stock),
        whole=False,
        rows=len(codes),
    )
