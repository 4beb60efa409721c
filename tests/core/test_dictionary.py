"""The data dictionary says all that is published, and nothing that is not."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import get_args
from xml.etree import ElementTree

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core.domain import dictionary
from core.domain.dictionary import (
    ALSO,
    CURRENT,
    DAILY,
    ENVELOPE,
    MANIFEST,
    RECORD,
    Form,
    columns_of,
)
from core.domain.outlets import KINDS
from core.domain.snapshot import AVAILABILITIES, Current, Manifest, OutletRecord
from core.resources import data_path
from publisher import compress
from publisher.formats import all_formats
from publisher.history import daily
from publisher.release_data import ReleaseData
from publisher.release_files import ReleaseFiles
from tests.public_site.releases import NOW, some_outlets

TABLES = {
    "RECORD": RECORD,
    "ALSO": ALSO,
    "DAILY": DAILY,
    "CURRENT": CURRENT,
    "MANIFEST": MANIFEST,
}
PRODUCTS = ("adult_mask", "child_mask")


def fields_of(shape: type[msgspec.Struct]) -> list[str]:
    return [field.name for field in msgspec.structs.fields(shape)]


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    outlets = sorted(some_outlets(), key=lambda outlet: outlet.code)
    made = ReleaseFiles(ReleaseData(1, NOW, NOW, PRODUCTS, outlets), compress.QUICK)
    return {path: body for path, body in made if isinstance(body, bytes)}


def csv_heading(body: bytes) -> list[str]:
    return next(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


def test_every_member_of_the_record_is_explained_and_nothing_else():
    of_products = {name for product in PRODUCTS for name in (product, f"{product}_level")}
    said = {field.name for field in RECORD}
    assert said == set(fields_of(OutletRecord)) - {"counts", "levels"} | of_products


@pytest.mark.parametrize(("table", "shape"), [(CURRENT, Current), (MANIFEST, Manifest)])
def test_current_and_manifest_are_explained_in_their_order(table, shape):
    assert [field.name for field in table] == fields_of(shape)


def test_csv_headings_are_those_of_the_dictionary(files):
    for name in ("maskdata.csv", "maskdata-all.csv"):
        heading = csv_heading(files[name])
        assert set(heading) == set(columns_of(name)), name
        assert len(heading) == len(set(heading))


def test_the_full_csv_has_the_dictionarys_order(files):
    assert csv_heading(files["maskdata-all.csv"]) == [field.name for field in RECORD]


def test_geojson_properties_are_those_of_the_dictionary(files):
    for name in ("outlets.geojson", "points.json"):
        feature = json.loads(files[name])["features"][0]
        assert {*feature["properties"], "geometry"} == set(columns_of(name)), name


def test_columns_of_the_parquet_are_those_of_the_dictionary(files):
    schema = pq.read_schema(pa.BufferReader(files["outlets.parquet"]))
    assert set(schema.names) == set(columns_of("outlets.parquet"))


def test_members_of_a_towns_file_are_those_of_the_dictionary(files):
    shard = json.loads(files["by-town/63000050.json"])
    assert {*shard, *shard["outlets"][0]} == set(columns_of("by-town/"))


def test_members_of_the_feeds_are_those_of_the_dictionary(files):
    for name, member in (
        *(("outlet_information.json", "outlets"), ("outlet_status.json", "outlets")),
        ("feeds.json", "feeds"),
    ):
        said = json.loads(files[name])
        inside = {*said["data"][member][0]} if member == "outlets" else set()
        members = {*said, f"data.{member}", *inside} - {"data"}
        assert members == set(columns_of(name)), name


def test_what_the_dictionary_says_of_arrivals_is_in_the_feed():
    feed = ElementTree.fromstring(
        data_path("sandbox/snapshots/0000000003/restocks.atom").read_bytes()
    )
    (entry, *_) = feed.iterfind("{*}entry")
    for place in columns_of("restocks.atom"):
        element, _, attribute = place.partition("/@")
        found = entry.find(f"{{*}}{element}")
        assert found is not None and (found.get(attribute) if attribute else found.text), place


def test_members_of_a_changed_outlet_are_those_of_the_dictionary():
    newest = data_path("sandbox/snapshots/0000000003/changes.ndjson").read_text()
    members = {name for line in newest.splitlines() for name in json.loads(line)}
    assert members == set(columns_of("changes.ndjson"))


def test_every_file_of_the_publisher_is_in_the_dictionary():
    said = {name for field in (*RECORD, *ALSO) for name in field.files}
    assert {path for made in all_formats() for path in made.PATHS} <= said


def test_every_answer_of_the_api_opens_with_the_explained_members():
    assert [field.name for field in ENVELOPE] == [
        *("snapshot", "as_of", "published_at", "checked_at", "stale")
    ]


def test_allowed_values_are_those_that_the_code_knows():
    assert tuple(dictionary.AVAILABILITY) == AVAILABILITIES
    assert dictionary.named("kind").allowed == KINDS


@pytest.mark.parametrize("table", TABLES)
def test_every_field_is_told_in_both_languages_with_form_and_example(table):
    for field in TABLES[table]:
        assert field.meaning.zh and field.meaning.en, field.name
        assert field.form.zh and field.form.en, field.name
        assert field.example or field.name == "cunli", field.name
        if field.allowed:
            assert field.example in field.allowed, field.name


def test_the_columns_of_the_daily_roll_ups_are_explained_in_their_order():
    assert [field.name for field in DAILY] == daily.HEADING.split(",")


@pytest.mark.parametrize("table", TABLES)
def test_every_form_says_for_machines_what_it_says_in_words(table):
    for field in TABLES[table]:
        form = field.form
        assert isinstance(form, Form), field.name
        assert form.type in get_args(dictionary.Type), field.name
        if form.pattern and not field.example.endswith("…"):
            assert re.fullmatch(form.pattern, field.example), field.name
        if "empty" in form.en:
            assert form.may_be_empty, field.name
