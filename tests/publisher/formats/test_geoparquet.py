"""outlets.parquet: a validator calls it GeoParquet 1.1, and DuckDB and pyarrow open it."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from core.domain.calendar import TAIPEI
from publisher.formats import geoparquet
from publisher.release_data import FragmentCache
from tests.publisher.builders import a_record, a_release, bodies_of, written_by

CODES = [f"590101{n:04d}" for n in range(40)]


def _spread(rng, codes: list[str] = CODES) -> list:
    place = {"lon": lambda: rng.uniform(118.2, 122.0), "lat": lambda: rng.uniform(21.9, 26.4)}
    return [a_record(code, **{name: pick() for name, pick in place.items()}) for code in codes]


def _table(*records, **fields) -> pa.Table:
    return pq.read_table(pa.BufferReader(written_by(geoparquet, a_release(*records, **fields))[0]))


def test_every_field_has_its_column_typed_as_a_statistician_wants_it() -> None:
    schema = _table(a_record()).schema
    assert schema.names == [
        *("code", "name", "kind", "phone", "address"),
        *("county_code", "county", "town_code", "town", "geometry", "bbox", "lon", "lat"),
        *("coordinate_source", "coordinate_precision"),
        *("adult_mask", "adult_mask_level", "child_mask", "child_mask_level"),
        *("availability", "availability_reason", "availability_since", "availability_until"),
        *("note", "sale_windows", "tickets", "service_periods", "website", "phone_status"),
        *("changed_at", "valid_at", "published_at"),
    ]
    instants = {"availability_since", "availability_until", "changed_at", "valid_at"}
    numbers = {"adult_mask": pa.int32(), "child_mask": pa.int32()}
    others = {"geometry": pa.binary(), "lon": pa.float64(), "lat": pa.float64()}
    for column in schema:
        if column.name == "bbox":
            continue
        instant = geoparquet.INSTANT if column.name in {*instants, "published_at"} else pa.string()
        assert column.type == (numbers | others).get(column.name, instant), column.name


def test_times_are_instants_and_those_that_are_missing_are_null() -> None:
    row = _table(a_record(availability_since="2020-02-06T08:00:00+08:00")).to_pylist()[0]
    assert row["availability_since"] == datetime(2020, 2, 6, 8, tzinfo=TAIPEI)
    assert row["availability_until"] is None
    assert row["changed_at"] == datetime(2020, 2, 6, 8, 59, 58, tzinfo=TAIPEI)
    assert row["valid_at"] == datetime(2020, 2, 6, 9, 0, 3, tzinfo=TAIPEI)
    assert row["note"] == ""


def test_its_times_are_those_of_every_other_file_to_the_second() -> None:
    as_of = datetime(2020, 2, 6, 9, 0, 3, 74099, tzinfo=TAIPEI)
    released = _table(a_record(), as_of=as_of, published_at=as_of + timedelta(seconds=1))
    row = released.to_pylist()[0]
    assert row["valid_at"] == as_of.replace(microsecond=0)
    assert row["published_at"] == datetime(2020, 2, 6, 9, 0, 4, tzinfo=TAIPEI)


def test_the_bounds_of_each_point_hold_it(rng) -> None:
    for row in _table(*_spread(rng)).to_pylist():
        bbox = row["bbox"]
        assert bbox["xmin"] <= row["lon"] <= bbox["xmax"]
        assert bbox["ymin"] <= row["lat"] <= bbox["ymax"]
        assert bbox["xmax"] - bbox["xmin"] < 1e-4


def test_neighbours_stand_together(rng) -> None:
    rows = _table(*_spread(rng)).to_pylist()
    cells = [(row["lat"] // 0.25, row["lon"] // 0.25) for row in rows]
    assert cells == sorted(cells) and len(set(cells)) > 9


def test_duckdb_reads_columns_points_and_times(tmp_path: Path, rng) -> None:
    records = _spread(rng)
    path = tmp_path / "outlets.parquet"
    path.write_bytes(written_by(geoparquet, a_release(*records))[0])
    database = duckdb.connect()
    ((total, least),) = database.execute(
        "SELECT sum(adult_mask), min(code) FROM read_parquet(?) WHERE bbox.xmin < 122.1",
        [str(path)],
    ).fetchall()
    assert (total, least) == (120 * len(records), CODES[0])
    question = "DESCRIBE SELECT * FROM read_parquet(?)"
    types = {name: kind for name, kind, *_ in database.execute(question, [str(path)]).fetchall()}
    assert types["code"] == "VARCHAR"
    assert types["adult_mask"] == "INTEGER"
    assert types["valid_at"] == "TIMESTAMP WITH TIME ZONE"
    assert types["geometry"].startswith(("GEOMETRY", "BLOB"))


def test_the_validator_passes_every_class(tmp_path: Path, rng) -> None:
    path = tmp_path / "outlets.parquet"
    path.write_bytes(written_by(geoparquet, a_release(*_spread(rng)))[0])
    validator = Path(sys.executable).with_name("geoparquet-validator")
    command = [str(validator), "check", "--json", "--class", "all", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert '"fail"' not in done.stdout.lower()


def test_a_file_without_outlets_is_a_file(tmp_path: Path) -> None:
    table = _table()
    assert table.num_rows == 0
    assert "bbox" not in json.loads(table.schema.metadata[b"geo"])["columns"]["geometry"]


def test_it_has_no_packed_copies() -> None:
    (written,) = geoparquet.write(a_release(a_record()))
    assert not written.packs


def test_only_columns_in_which_something_changed_are_made_again(rng) -> None:
    records, cache = _spread(rng), FragmentCache()
    geoparquet.write(a_release(*records, cache=cache))
    before = geoparquet._kept[cache].columns
    records[3] = msgspec.structs.replace(records[3], counts={"adult_mask": 1, "child_mask": 0})
    bodies_of(geoparquet, a_release(*records, cache=cache))
    after = geoparquet._kept[cache].columns
    assert {name for name in after if after[name] is not before[name]} == {"adult_mask"}


def test_an_outlet_that_moved_stands_elsewhere(rng) -> None:
    records, cache = _spread(rng), FragmentCache()
    geoparquet.write(a_release(*records, cache=cache))
    records[3] = msgspec.structs.replace(records[3], lon=121.5, lat=25.05)
    kept, anew = (bodies_of(geoparquet, a_release(*records, **f)) for f in ({"cache": cache}, {}))
    assert kept == anew
    assert geoparquet.read(kept).rows == len(records)


def test_a_point_that_is_not_its_degrees_is_not_read() -> None:
    table = _table(a_record())
    moved = table.set_column(
        table.column_names.index("lon"), "lon", pc.add(table["lon"], 0.5)
    ).replace_schema_metadata(table.schema.metadata)
    sink = pa.BufferOutputStream()
    pq.write_table(moved, sink)
    with pytest.raises(ValueError, match="geometry"):
        geoparquet.read({geoparquet.PATH: sink.getvalue().to_pybytes()})
