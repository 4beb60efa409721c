"""outlets.geojson: RFC 7946, flat properties, and GDAL opens it."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from publisher.formats import geojson
from tests.publisher.builders import a_record, a_release, read_by, written_by


def test_a_feature_has_the_flat_properties_of_the_contract_in_its_order() -> None:
    body, rows = written_by(geojson, a_release(a_record()))
    collection = json.loads(body)
    (feature,) = collection["features"]
    assert rows == 1
    assert {key: value for key, value in collection.items() if key != "features"} == {
        "type": "FeatureCollection",
        "snapshot": 7,
        "as_of": "2020-02-06T09:00:03+08:00",
        "published_at": "2020-02-06T09:00:05+08:00",
    }
    assert feature["type"] == "Feature"
    assert feature["id"] == "5901010058"
    assert feature["geometry"] == {"type": "Point", "coordinates": [121.551182, 25.046086]}
    assert list(feature["properties"]) == [
        *("code", "name", "kind", "phone", "address"),
        *("county_code", "county", "town_code", "town"),
        *("coordinate_source", "coordinate_precision"),
        *("adult_mask", "adult_mask_level", "child_mask", "child_mask_level"),
        *("availability", "availability_reason", "availability_since", "availability_until"),
        *("note", "sale_windows", "tickets", "service_periods", "website"),
        *("phone_status", "changed_at", "valid_at", "published_at"),
    ]
    assert feature["properties"]["adult_mask"] == 120
    assert feature["properties"]["child_mask_level"] == "none"
    assert feature["properties"]["valid_at"] == collection["as_of"]
    assert feature["properties"]["published_at"] == collection["published_at"]


def test_the_stock_properties_follow_the_products_of_the_programme() -> None:
    record = a_record(counts={"test_kit": 5}, levels={"test_kit": "few"})
    body, _ = written_by(geojson, a_release(record, products=("test_kit",)))
    properties = json.loads(body)["features"][0]["properties"]
    assert (properties["test_kit"], properties["test_kit_level"]) == (5, "few")
    assert "adult_mask" not in properties


def test_coordinates_have_six_decimals_at_most() -> None:
    body, _ = written_by(geojson, a_release(a_record(lon=121.12345678901, lat=25.0)))
    assert json.loads(body)["features"][0]["geometry"]["coordinates"] == [121.123457, 25.0]


def test_any_text_comes_back_as_it_was() -> None:
    names = ["堃𡘙藥局", 'say "hi"', "a,b", "two\r\nlines", "nul\0l", "</script>"]
    records = [a_record(f"590101{n:04d}", name=name) for n, name in enumerate(names)]
    body, _ = written_by(geojson, a_release(*records))
    assert list(read_by(geojson, body).names.values()) == names


def test_no_outlet_at_all_is_still_a_collection() -> None:
    body, rows = written_by(geojson, a_release())
    assert json.loads(body)["features"] == []
    assert rows == 0


def test_gdal_opens_it_and_finds_every_outlet(tmp_path: Path) -> None:
    ogrinfo = shutil.which("ogrinfo")
    if ogrinfo is None:
        pytest.skip("no ogrinfo on this computer: apt-get install gdal-bin")
    records = [a_record(f"590101{n:04d}", name=f"藥局{n}") for n in range(25)]
    (tmp_path / geojson.PATH).write_bytes(written_by(geojson, a_release(*records))[0])
    command = [ogrinfo, "-ro", "-al", "-so", str(tmp_path / geojson.PATH)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Layer name: outlets" in said
    assert "Geometry: Point" in said
    assert "Feature Count: 25" in said
    assert "adult_mask: Integer" in said
    assert "valid_at: DateTime" in said
    assert "WGS 84" in said
