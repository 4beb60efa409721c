"""outlets.parquet: every outlet with typed columns and its point (GeoParquet 1.1), one a row.

Rows stand by a coarse grid, so that a query of a region skips row groups by ``bbox``. Times are
instants in Taipei time, null where the record has none; texts are as in every other file. Only
columns in which some outlet is other than in the last release are made again.

Source: GeoParquet 1.1.0, https://geoparquet.org/releases/v1.1.0/
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple
from weakref import WeakKeyDictionary

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.domain.calendar import TAIPEI, source_time
from core.domain.snapshot import OutletRecord
from publisher.release_data import (
    WHAT_ELSE,
    WHO_AND_WHERE,
    FragmentCache,
    ReleaseData,
    Stated,
    Written,
    position_of,
)

PATH = "outlets.parquet"
MEDIA_TYPE = "application/vnd.apache.parquet"
PATHS = (PATH,)

INSTANT = pa.timestamp("us", tz="Asia/Taipei")
_SOURCE = ("coordinate_source", "coordinate_precision")
_TIMES = frozenset({"availability_since", "availability_until", "changed_at"})
_WHERE = attrgetter("code", "lon", "lat")
_PLACE = ("geometry", "bbox", "lon", "lat")
_CELL_DEGREES = 0.25
_ROW_GROUP = 20_000
# Little-endian, and 1 is a point. Source: OGC 06-103r4, 8.2.
_WKB_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("lon", "<f8"), ("lat", "<f8")])
_BOUNDS = ("xmin", "ymin", "xmax", "ymax")

Points = npt.NDArray[np.float64]
"""A row of longitudes, and one of latitudes."""


class _Column(NamedTuple):
    """What a column takes of each record, and what makes an array of that."""

    of: Callable[[OutletRecord], object]
    array: Callable[[Sequence[object]], pa.Array]


class _Kept(NamedTuple):
    """The columns of the last release, the records they were made of, and where each row stands."""

    records: Sequence[OutletRecord]
    order: Sequence[int]
    columns: Mapping[str, pa.Array]


_kept: WeakKeyDictionary[FragmentCache, _Kept] = WeakKeyDictionary()


def write(release: ReleaseData) -> list[Written]:
    """Write the file."""
    kept = _kept[release.cache] = _made(release)
    rows = len(kept.order)
    # As the manifest and every other file say them: the same instant, to the second.
    times = {"valid_at": release.valid_at, "published_at": release.published}
    of_release = {name: pa.repeat(*_instants([at]), rows) for name, at in times.items()}
    table = pa.table({**kept.columns, **of_release})
    about = {
        "geo": msgspec.json.encode(_geo(table)),
        "snapshot": str(release.sequence),
        "as_of": release.valid_at,
        "published_at": release.published,
    }
    sink = pa.BufferOutputStream()
    # Dictionaries of the values would cost half as much again, and save two per cent.
    pq.write_table(
        table.replace_schema_metadata(about),
        sink,
        row_group_size=_ROW_GROUP,
        compression="zstd",
        use_dictionary=False,
    )
    return [Written(PATH, MEDIA_TYPE, sink.getvalue().to_pybytes(), rows, packs=False)]


def _made(release: ReleaseData) -> _Kept:
    """Return the columns; those of the last release where no outlet has another value."""
    columns, records = _columns(release.products), release.records
    last = _kept.get(release.cache)
    if last is None or [*last.columns] != [*columns] or len(last.records) != len(records):
        return _made_anew(columns, records)
    places = [n for n, now in enumerate(records) if last.records[n] is not now]
    before, after = ([every[n] for n in places] for every in (last.records, records))
    if [*map(_WHERE, before)] != [*map(_WHERE, after)]:
        return _made_anew(columns, records)
    rows = [records[place] for place in last.order] if places else []
    arrays = {
        name: column.array([*map(column.of, rows)])
        for name, column in columns.items()
        if name not in _PLACE and [*map(column.of, before)] != [*map(column.of, after)]
    }
    return _Kept(records, last.order, {**last.columns, **arrays})


def _made_anew(columns: Mapping[str, _Column], records: Sequence[OutletRecord]) -> _Kept:
    order = sorted(range(len(records)), key=lambda place: (*_cell(records[place]), place))
    rows = [records[place] for place in order]
    arrays = {name: column.array([*map(column.of, rows)]) for name, column in columns.items()}
    return _Kept(records, order, arrays)


def _cell(record: OutletRecord) -> tuple[int, int]:
    """Return the square of the grid that an outlet lies in."""
    lon, lat = position_of(record)
    return math.floor(lat / _CELL_DEGREES), math.floor(lon / _CELL_DEGREES)


def _columns(products: Sequence[str]) -> dict[str, _Column]:
    columns = {name: _Column(attrgetter(name), _texts) for name in WHO_AND_WHERE}
    makers = (
        _geometry,
        _bbox,
        lambda points: _degrees(points, 0),
        lambda points: _degrees(points, 1),
    )
    columns |= {name: _Column(position_of, make) for name, make in zip(_PLACE, makers, strict=True)}
    columns |= {name: _Column(attrgetter(name), _texts) for name in _SOURCE}
    for product in products:
        columns[product] = _Column(lambda r, p=product: r.counts.get(p, 0), _pieces)  # type: ignore[misc]
        columns[f"{product}_level"] = _Column(lambda r, p=product: r.levels.get(p, "none"), _texts)  # type: ignore[misc]
    for name in WHAT_ELSE:
        columns[name] = _Column(attrgetter(name), _instants if name in _TIMES else _texts)
    return columns


def _texts(values: Sequence[object]) -> pa.Array:
    return pa.array(values, pa.string())


def _pieces(values: Sequence[object]) -> pa.Array:
    return pa.array(values, pa.int32())


def _degrees(points: Sequence[object], axis: int) -> pa.Array:
    return pa.array(_points(points)[axis])


def _instants(values: Sequence[object]) -> pa.Array:
    return pa.array([value or None for value in values], pa.string()).cast(INSTANT)


def _points(values: Sequence[object]) -> Points:
    return np.array(values, np.float64).reshape(-1, 2).T


def _geometry(values: Sequence[object]) -> pa.Array:
    """Return points as well-known binary."""
    points = np.empty(len(values), _WKB_POINT)
    points["order"], points["kind"] = 1, 1
    points["lon"], points["lat"] = _points(values)
    ends = np.arange(len(values) + 1, dtype=np.int32) * _WKB_POINT.itemsize
    buffers = [None, pa.py_buffer(ends.tobytes()), pa.py_buffer(points.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(values), buffers)


def _bbox(values: Sequence[object]) -> pa.Array:
    """Return the bounds of points in single precision, rounded outwards."""
    points = _points(values)
    near = points.astype(np.float32)
    below = np.where(near > points, np.nextafter(near, np.float32(-np.inf)), near)
    above = np.where(near < points, np.nextafter(near, np.float32(np.inf)), near)
    return pa.StructArray.from_arrays([pa.array(side) for side in (*below, *above)], _BOUNDS)


def _geo(table: pa.Table) -> dict[str, object]:
    """Describe the geometry; without ``crs`` it is longitude and latitude by OGC:CRS84."""
    covering = {"bbox": {bound: ["bbox", bound] for bound in _BOUNDS}}
    about = {"encoding": "WKB", "geometry_types": ["Point"], "covering": covering}
    if table.num_rows:
        sides = [pc.min_max(table[name]).as_py() for name in ("lon", "lat")]
        about["bbox"] = [side[end] for end in ("min", "max") for side in sides]
    return {"version": "1.1.0", "primary_column": "geometry", "columns": {"geometry": about}}


def read(bodies: Mapping[str, bytes]) -> Stated:
    """Read the file back; outlets ascend by code, as in every other file.

    Raises:
        ValueError: it is not such a file, or a point is not what it says in degrees.
    """
    try:
        table = pq.ParquetFile(pa.BufferReader(bodies[PATH])).read(use_threads=False)
        table = table.sort_by("code")
    except OSError as error:
        raise ValueError(f"not a Parquet file: {error}") from None
    if not _geometry_of(table).equals(table["geometry"].combine_chunks()):
        raise ValueError("a geometry is not its lon and lat")
    codes = table["code"].to_pylist()
    products = [name for name in table.column_names if f"{name}_level" in table.column_names]
    pieces = zip(*(table[product].to_pylist() for product in products), strict=True)
    times = {source_time(at.astimezone(TAIPEI)) for at in table["valid_at"].unique().to_pylist()}
    if len(times) > 1:
        raise ValueError(f"source times differ: {', '.join(sorted(times))}")
    return Stated(
        "".join(times),
        dict(zip(codes, table["name"].to_pylist(), strict=True)),
        {
            code: dict(zip(products, row, strict=True))
            for code, row in zip(codes, pieces, strict=True)
        },
        whole=True,
        rows=len(codes),
        sequence=int(table.schema.metadata[b"snapshot"]),
    )


def _geometry_of(table: pa.Table) -> pa.Array:
    lon, lat = (table[name].to_pylist() for name in ("lon", "lat"))
    return _geometry([*zip(lon, lat, strict=True)])
