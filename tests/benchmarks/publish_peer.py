"""What people write first: the same set of files by `json.dumps`, `pandas` and `gzip -9`.

It is handed the rows ready made and signs, checks, hashes and syncs nothing; it writes the files.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd

Row = dict[str, object]
_OFFICIAL = ["code", "name", "address", "phone", "adult_mask", "child_mask"]
_INFORMATION = ("code", "name", "kind", "phone", "address", "county", "town", "service_periods")
_STATUS = ("code", "adult_mask", "child_mask", "availability", "note", "changed_at")


def naive(rows: list[Row], changed: list[Row], folder: Path) -> Callable[[], None]:
    """Return what writes all files of a release of these rows into a folder."""

    def write() -> None:
        table = pd.DataFrame(rows)
        for name, text in _texts(rows, changed, table):
            body = text.encode()
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(body)
            place.with_name(f"{place.name}.gz").write_bytes(gzip.compress(body, 9))
        table.to_parquet(folder / "outlets.parquet", compression="zstd")

    return write


def _texts(rows: list[Row], changed: list[Row], table: pd.DataFrame) -> Iterator[tuple[str, str]]:
    yield "maskdata.csv", table[_OFFICIAL].to_csv(index=False)
    yield "maskdata-all.csv", table.to_csv(index=False)
    yield "outlets.geojson", _json({"features": [*map(_feature, rows)]})
    yield "points.json", _json({"features": [*map(_point, rows)]})
    yield "outlets.ndjson", "".join(_json(row) + "\n" for row in rows)
    yield "changes.ndjson", "".join(_json(row) + "\n" for row in changed)
    for name, members in (("information", _INFORMATION), ("status", _STATUS)):
        yield f"{name}.json", _json([{one: row[one] for one in members} for row in rows])
    towns: dict[object, list[Row]] = {}
    for row in rows:
        towns.setdefault(row["town_code"], []).append(row)
    for code, inside in towns.items():
        yield f"by-town/{code}.json", _json({"town_code": code, "outlets": inside})


def _json(what: object) -> str:
    return json.dumps(what, ensure_ascii=False)


def _feature(row: Row) -> Row:
    return {"type": "Feature", "properties": row, "geometry": _geometry(row)}


def _point(row: Row) -> Row:
    periods = str(row["service_periods"])
    open_at = "、".join(f"星期{'一二三四五六日'[n % 7]}{mark}" for n, mark in enumerate(periods))
    return _feature({**row, "available": open_at})


def _geometry(row: Row) -> Row:
    return {"type": "Point", "coordinates": [row["lon"], row["lat"]]}
