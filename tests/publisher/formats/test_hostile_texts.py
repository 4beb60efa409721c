"""Whatever an outlet is called: every format's own readers get the text back, and run none."""

from __future__ import annotations

import csv
import io
import json
import shutil
import subprocess
from pathlib import Path

import duckdb
import feedparser
import pytest

from core.spreadsheets import guarded, unguarded
from publisher import compress
from publisher.formats import all_formats
from publisher.release_data import ReleaseData
from publisher.release_files import ReleaseFiles
from publisher.restocks import Restock
from tests.publisher.builders import NINE, a_record, a_release, bodies_of
from tests.publisher.formats.hostile_texts import ALL, WOULD_RUN

NAMES = {f"59{number:08d}": text for number, text in enumerate(ALL)}


@pytest.fixture(scope="module")
def release() -> ReleaseData:
    records = [
        a_record(code, name=text, address=text, note=text, availability_reason=text, tickets=text)
        for code, text in NAMES.items()
    ]
    came = [Restock(n, code, NINE, (("adult_mask", 9),)) for n, code in enumerate(NAMES, 1)]
    return a_release(*records, restocks=came)


@pytest.fixture(scope="module")
def bodies(release: ReleaseData) -> dict[str, bytes]:
    return {path: body for form in all_formats() for path, body in bodies_of(form, release).items()}


def _features(body: bytes) -> dict[str, dict[str, object]]:
    return {
        str(f["properties"].get("code") or f["properties"]["id"]): f["properties"]
        for f in json.loads(body)["features"]
    }


@pytest.mark.parametrize("form", all_formats(), ids=lambda form: form.PATHS[0])
def test_each_format_reads_its_own_texts_back(form, release: ReleaseData) -> None:
    says = form.read(bodies_of(form, release))
    exact = {code: text for code, text in NAMES.items() if code in says.names}
    assert says.names == exact
    lost = {NAMES[code] for code in NAMES.keys() - exact.keys()}
    # XML has no way to write these.
    assert lost <= {text for text in ALL if {*text} & {*"\0\x01\x0b\ufffe\ufffd"}}
    assert not lost or form.PATHS[0] == "restocks.atom"


def test_json_formats_and_the_frozen_csv_say_texts_unchanged(bodies: dict[str, bytes]) -> None:
    for path in ("outlets.geojson", "points.json"):
        assert {code: one["name"] for code, one in _features(bodies[path]).items()} == NAMES
    lines = [json.loads(line) for line in bodies["outlets.ndjson"].split(b"\n")[:-1]]
    assert {line["code"]: line["name"] for line in lines} == NAMES
    shard = json.loads(bodies["by-town/63000010.json"])["outlets"]
    assert {outlet["code"]: outlet["note"] for outlet in shard} == NAMES
    known = json.loads(bodies["outlet_information.json"])["data"]["outlets"]
    assert {outlet["outlet_id"]: outlet["name"] for outlet in known} == NAMES
    said = json.loads(bodies["outlet_status.json"])["data"]["outlets"]
    assert {outlet["outlet_id"]: outlet["tickets"] for outlet in said} == NAMES
    text = io.StringIO(bodies["maskdata.csv"].decode("utf-8-sig"), newline="")
    assert {row[0]: row[1] for row in [*csv.reader(text)][1:]} == NAMES


def test_no_text_cell_of_the_full_csv_begins_like_a_formula(bodies: dict[str, bytes]) -> None:
    text = io.StringIO(bodies["maskdata-all.csv"].decode("utf-8-sig"), newline="")
    rows = list(csv.DictReader(text))
    for row in rows:
        for name in ("name", "address", "note", "availability_reason", "tickets"):
            assert row[name] == guarded(NAMES[row["code"]])
            assert unguarded(row[name]) == NAMES[row["code"]]
        assert row["adult_mask"] == "120"
    assert all(guarded(one) == f"'{one}" for one in WOULD_RUN)


def test_duckdb_reads_every_text_from_the_parquet(bodies, tmp_path: Path) -> None:
    path = tmp_path / "outlets.parquet"
    path.write_bytes(bodies["outlets.parquet"])
    rows = duckdb.connect().execute("SELECT code, name FROM read_parquet(?)", [str(path)])
    assert dict(rows.fetchall()) == NAMES


def test_a_feed_reader_reads_every_name_that_xml_can_hold(bodies: dict[str, bytes]) -> None:
    feed = feedparser.parse(bodies["restocks.atom"])
    assert not feed.bozo
    labels = {entry.tags[0].term: entry.tags[0].label for entry in feed.entries}
    for code, text in NAMES.items():
        if not {*text} & {*"\0\x01\x0b\ufffe"}:
            assert labels[code] == text, ascii(text)


def test_gdal_reads_every_field_of_the_geojson_and_its_texts(bodies, tmp_path: Path) -> None:
    ogr2ogr = shutil.which("ogr2ogr")
    if ogr2ogr is None:
        pytest.skip("no ogr2ogr on this computer: apt-get install gdal-bin")
    whole = json.loads(bodies["outlets.geojson"])
    # GDAL's strings end at a NUL.
    whole["features"] = [f for f in whole["features"] if "\0" not in f["properties"]["name"]]
    (tmp_path / "outlets.geojson").write_text(json.dumps(whole), "utf-8")
    out = tmp_path / "read.geojson"
    subprocess.run([ogr2ogr, str(out), str(tmp_path / "outlets.geojson")], check=True)
    read = _features(out.read_bytes())
    assert {code: one["name"] for code, one in read.items()} == {
        code: text for code, text in NAMES.items() if "\0" not in text
    }
    one = read["5900000000"]
    assert set(one) == set(whole["features"][0]["properties"])
    assert (one["adult_mask"], one["child_mask"]) == (120, 0)


@pytest.mark.parametrize("strength", [compress.QUICK, compress.SMALL], ids=["quick", "small"])
def test_packed_copies_unpack_to_the_file_itself(release: ReleaseData, strength) -> None:
    files = dict(ReleaseFiles(release, strength))
    packed = {path: path.rpartition(".") for path in files if path.endswith((".gz", ".br"))}
    for path, (plain, dot, ending) in packed.items():
        unpacked = compress.UNPACKED[dot + ending](files[path], len(files[plain]))
        assert unpacked == files[plain], path
    texts = {path for path in files if path not in packed and not path.endswith(".parquet")}
    assert {path for path in texts if "/" not in path} <= {plain for plain, *_ in packed.values()}
    assert any(path.endswith(".br") for path in packed) == bool(strength.brotli)
