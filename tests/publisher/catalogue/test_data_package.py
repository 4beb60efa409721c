"""The Data Package is valid to the reference validator, over the files of a real release."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner
from frictionless import Package, Report
from jsonschema import Draft202012Validator

from core.cli import main
from core.releases import sha256_hex
from publisher.catalogue import about
from publisher.catalogue.about import Operator
from tests.publisher.builders import a_manifest
from tests.publisher.catalogue.conftest import HARD_NAMES

PACKAGE = "datapackage.json"


def package_of(folder: Path) -> dict[str, Any]:
    return json.loads((folder / PACKAGE).read_bytes())


def validated(folder: Path) -> Report:
    return Package(str(folder / PACKAGE)).validate()


def faults(report: Report) -> list[str]:
    return [str(error) for task in report.tasks for error in task.errors] + [
        *map(str, report.errors)
    ]


def test_it_is_valid_over_a_release_with_hard_names(published):
    report = validated(published)
    assert report.valid, faults(report)
    types = {task.name: task.type for task in report.tasks}
    tables = [name for name, kind in types.items() if kind == "table"]
    assert tables == ["maskdata-all.csv", "maskdata.csv", "daily/2020-02-05.csv"]


def test_no_code_is_guessed_to_be_a_number(published):
    package = Package(str(published / PACKAGE))
    with package.get_resource("maskdata-all.csv") as resource:
        codes = [row["code"] for row in resource.row_stream]
    assert codes == sorted([*HARD_NAMES, "5901010076"])
    with package.get_resource("maskdata.csv") as resource:
        rows = list(resource.row_stream)
    assert [row["醫事機構代碼"] for row in rows] == ["0101090517", "590101A011"]
    assert rows[0]["成人口罩剩餘數"] == 200
    assert rows[0]["來源資料時間"].isoformat() == "2020-02-06T09:00:03"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (b",200,plenty", b",two,plenty", "type-error"),
        (b",200,plenty", b",200,lots", "constraint-error"),
        (b"\n0101090517,", b"\n101090517,", "constraint-error"),
    ],
)
def test_a_file_that_is_not_as_described_is_found(copied, old, new, kind):
    place = copied / "0000000001" / "maskdata-all.csv"
    body = place.read_bytes()
    assert old in body
    place.write_bytes(body.replace(old, new, 1))
    kinds = {error.type for task in validated(copied).tasks for error in task.errors}
    assert {kind, "hash-count"} <= kinds


def test_each_file_stands_there_with_its_size_and_hash(published):
    resources = package_of(published)["resources"]
    names = [resource["name"] for resource in resources]
    assert {"outlets.geojson", "outlets.parquet", "outlets.ndjson", "points.json"} < set(names)
    assert not [name for name in names if name.endswith((".gz", ".br")) or "by-town" in name]
    for resource in resources:
        body = (published / resource["path"]).read_bytes()
        assert resource["bytes"] == len(body)
        assert resource["hash"] == f"sha256:{sha256_hex(body)}"


def test_it_says_whose_the_data_are_and_how_long_they_come(published):
    package = package_of(published)
    assert package["identifier"] == "A21030000I-D50001-001"
    assert [licence["name"] for licence in package["licenses"]] == ["OGDL-Taiwan-1.0"]
    assert package["contributors"][0]["email"] == "data@example.tw"
    assert package["feed"]["status"] == "active"
    assert package["feed"]["sunset"] == package["temporal"]["end"] == "2020-04-30"
    assert package["homepage"] == "https://mask.example.tw/data"


def test_what_the_operator_does_not_say_is_left_out(unnamed):
    package = package_of(unnamed)
    assert package["contributors"] == [
        {"title": "口罩地圖開放資料 · maskmap open data", "roles": ["publisher"]}
    ]
    assert "sunset" not in package["feed"] and "homepage" not in package
    for name in (PACKAGE, "dcat.jsonld", "dataset.jsonld"):
        document = json.loads((unnamed / name).read_bytes())
        assert not [at for at, value in leaves(document) if value in ("", None, [], {})], name
        assert not [at for at, _ in leaves(document) if "contactPoint" in at], name


def leaves(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every value that holds no other, and where; what an empty cell means is left out."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    for name, item in inner:
        if name == "missingValues":
            continue
        if isinstance(item, (dict, list)) and item:
            yield from leaves(item, f"{at}/{name}")
        else:
            yield f"{at}/{name}", item


@pytest.mark.parametrize(
    ("sunset", "as_of", "status"),
    [
        (None, "2020-02-06T09:00:03+08:00", "active"),
        (date(2020, 2, 6), "2020-02-06T23:59:59+08:00", "active"),
        (date(2020, 2, 6), "2020-02-07T00:00:00+08:00", "ended"),
    ],
)
def test_the_feed_has_ended_when_the_last_day_is_over(sunset, as_of, status):
    assert Operator(sunset=sunset).status_of(a_manifest(as_of=as_of)) == status


def test_a_contact_is_a_mail_or_a_page():
    assert (Operator(contact="mailto:a@b.tw").mail, Operator(contact="mailto:a@b.tw").page) == (
        "a@b.tw",
        "",
    )
    assert Operator(contact="https://b.tw/ask").page == "https://b.tw/ask"
    assert Operator().mail == Operator().page == ""


def test_the_roll_ups_of_days_that_are_over_are_tables_of_it(published):
    resources = {resource["name"]: resource for resource in package_of(published)["resources"]}
    assert resources["daily/2020-02-05.csv"]["schema"] == "daily.schema.json"
    assert "history/date-2020-02-05/day.parquet" in resources
    assert not [name for name in resources if "2020-02-06" in name]
    with Package(str(published / PACKAGE)).get_resource("daily/2020-02-05.csv") as resource:
        (row,) = resource.row_stream
    assert (row["code"], row["received"], row["hours_in_stock"]) == ("0101090517", -10, 3.25)


@pytest.mark.slow
def test_real_outlets_are_valid(state: Path, shared_data: Path, rng: random.Random):
    data = shared_data / "data"
    real = sorted((data / "raw").glob("20200206_08*.csv.gz"))
    real += [data / "nhi_pharmacies_1090205.csv.gz", data / "outlet_coords_three_sources.csv.gz"]
    for arguments in (["outlets", "import", *map(str, real)], ["publish", "--once"]):
        result = CliRunner().invoke(main, ["--state", str(state), *arguments])
        assert result.exit_code == 0, result.output
    folder = state / "snapshots"
    report = validated(folder)
    assert report.valid, faults(report)[:5]
    check = Draft202012Validator(json.loads((folder / "outlet.schema.json").read_bytes()))
    lines = (folder / "0000000001" / "outlets.ndjson").read_bytes().splitlines()
    assert len(lines) > 6000
    for line in rng.sample(lines, 1000):
        assert list(check.iter_errors(msgspec.json.decode(line))) == []


def test_the_licence_is_the_one_of_the_pages():
    notice = (Path(__file__).parents[3] / "NOTICE").read_text(encoding="utf-8")
    assert about.LICENCE_ID in notice and about.LICENCE_URL in notice
