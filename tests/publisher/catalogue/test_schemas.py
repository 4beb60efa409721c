"""The schemas are those of the files: every line, object and feature is valid, and no other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from core.domain import dictionary
from core.domain.schemas import OUTLET_SCHEMA, json_property, outlet_schema, table_schema
from core.domain.snapshot import release_folder
from publisher.catalogue.data_package import table_schemas
from publisher.formats import full_csv, official_csv
from publisher.release_data import outlet_object
from tests.publisher.builders import a_record, a_release, bodies_of
from tests.publisher.catalogue.conftest import HARD_NAMES

PRODUCTS = ("adult_mask", "child_mask")


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


@pytest.fixture
def released(published: Path) -> Path:
    """Return the folder of the first release."""
    return published / release_folder(1)


@pytest.fixture
def schema(released: Path) -> dict[str, Any]:
    return json.loads((released.parent / OUTLET_SCHEMA).read_bytes())


def test_every_line_of_the_published_file_is_valid(released, schema):
    check = validator(schema)
    lines = (released / "outlets.ndjson").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len(HARD_NAMES) + 1
    assert [list(check.iter_errors(json.loads(line))) for line in lines] == [[]] * len(lines)


def test_every_object_of_a_town_is_valid(released, schema):
    check, objects = validator(schema), 0
    for place in (released / "by-town").glob("*.json"):
        for outlet in json.loads(place.read_bytes())["outlets"]:
            check.validate(outlet)
            objects += 1
    assert objects == len(HARD_NAMES) + 1


def test_the_properties_of_every_feature_are_valid(released, schema):
    features = json.loads((released / "outlets.geojson").read_bytes())["features"]
    check = Draft202012Validator(schema).evolve(schema=schema["$defs"]["feature_properties"])
    for feature in features:
        check.validate(feature["properties"])
    assert not check.is_valid({**features[0]["properties"], "valid_at": ""})


def test_the_line_of_a_removed_outlet_is_valid_by_its_own_part(schema):
    check = Draft202012Validator(schema).evolve(schema=schema["$defs"]["removed"])
    check.validate({"code": "5901010058", "removed": True})
    assert not check.is_valid({"code": "5901010058", "removed": False})


def an_object(**changes: object) -> dict[str, Any]:
    return json.loads(outlet_object(a_record(), PRODUCTS)) | changes


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": 5901010058},
        {"code": "590101005"},
        {"adult_mask": -1},
        {"adult_mask": 1.5},
        {"adult_mask": "120"},
        {"adult_mask_level": "PLENTY"},
        {"availability": ""},
        {"changed_at": "2020-02-06T08:59:58Z"},
        {"changed_at": "2020-02-30T08:59:58+08:00"},
        {"county_code": "6300"},
        {"lon": 25.0, "lat": 121.5},
        {"service_periods": "OOO"},
        {"note": None},
    ],
    ids=str,
)
def test_what_the_publisher_would_never_write_is_invalid(wrong):
    check = validator(outlet_schema(PRODUCTS))
    assert check.is_valid(an_object())
    assert not check.is_valid(an_object(**wrong))


def test_a_missing_member_is_invalid_and_a_new_one_is_not():
    check, outlet = validator(outlet_schema(PRODUCTS)), an_object()
    for name in outlet:
        assert not check.is_valid({key: outlet[key] for key in outlet if key != name}), name
    assert check.is_valid(outlet | {"wheelchair": "yes"})


def test_a_word_that_is_added_later_is_valid_for_those_who_kept_the_schema():
    check = validator(outlet_schema(PRODUCTS))
    assert check.is_valid(an_object(availability="by_appointment", kind="vending_machine"))


def test_every_word_published_now_is_one_of_the_list(released):
    lists = {f.name: f.allowed for f in dictionary.RECORD if f.allowed}
    for line in (released / "outlets.ndjson").read_text(encoding="utf-8").splitlines():
        outlet = json.loads(line)
        assert {name: outlet[name] for name in lists if outlet[name] not in lists[name]} == {}


def test_another_product_of_a_programme_has_its_number_and_its_level():
    products = (*PRODUCTS, "n95")
    schema = outlet_schema(products)
    assert schema["properties"]["n95"]["type"] == "integer"
    assert "n95_level" in schema["required"]
    names = [field["name"] for field in table_schemas(products)["maskdata-all.csv"]["fields"]]
    assert names[names.index("child_mask_level") + 1 :][:2] == ["n95", "n95_level"]


def test_the_table_schemas_have_the_columns_of_the_files_in_their_order():
    release = a_release(a_record())
    for form in (full_csv, official_csv):
        ((path, body),) = bodies_of(form, release).items()
        heading = body.decode("utf-8-sig").split("\n")[0].split(",")
        assert [field["name"] for field in table_schemas(PRODUCTS)[path]["fields"]] == heading


def test_codes_are_text_and_times_are_times_in_every_table():
    for file, schema in table_schemas(PRODUCTS).items():
        types = {field["name"]: field["type"] for field in schema["fields"]}
        assert types[schema["primaryKey"][0]] == "string", file
    assert types["county_code"] == types["town_code"] == types["phone"] == "string"
    assert types["changed_at"] == "datetime"


def test_a_column_that_the_dictionary_does_not_know_is_refused():
    with pytest.raises(KeyError):
        table_schema("maskdata.csv", ["電話"], PRODUCTS, [])


@pytest.mark.parametrize(
    "field", dictionary.columns_of(dictionary.API).values(), ids=lambda field: field.name
)
def test_the_example_of_each_field_is_valid_by_its_own_schema(field):
    said = json_property(field)
    value: object = field.example
    if said["type"] != "string":
        value = json.loads(field.example)
    assert validator(said).is_valid(value), (said, value)
