"""dataset.jsonld, as a search engine reads it from the page that embeds it."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from core.domain.linked_data import absolute

NEEDED = ("name", "description", "identifier", "license", "creator", "distribution", "url")


@pytest.fixture(scope="module")
def dataset(published: Path) -> dict:
    return json.loads((published / "dataset.jsonld").read_bytes())


def test_it_has_what_a_search_engine_asks_for(dataset):
    assert dataset["@type"] == "Dataset" and dataset["@context"] == "https://schema.org/"
    assert all(dataset[name] for name in NEEDED)
    assert 50 <= len(dataset["description"]) <= 5000
    assert dataset["isAccessibleForFree"] is True
    assert dataset["identifier"] == "A21030000I-D50001-001"
    assert dataset["temporalCoverage"] == "2020-02-06/2020-04-30"
    assert dataset["expires"] == "2020-04-30"
    point = dataset["publisher"]["contactPoint"]
    assert point["email"] == "data@example.tw"
    names = [variable["name"] for variable in dataset["variableMeasured"]]
    assert names == ["adult_mask", "child_mask", "availability"]


def test_its_box_is_south_west_north_east(dataset):
    south, west, north, east = map(float, dataset["spatialCoverage"]["geo"]["box"].split())
    assert south < 25.05 < north and west < 121.5 < east


def test_its_downloads_are_where_the_newest_file_always_stands(dataset):
    addresses = {download["contentUrl"] for download in dataset["distribution"]}
    assert "https://mask.example.tw/data/maskdata.csv" in addresses
    assert not [address for address in addresses if "0000000001" in address]


def test_it_can_be_made_absolute_for_the_host_that_was_asked(unnamed):
    relative = json.loads((unnamed / "dataset.jsonld").read_bytes())
    here = absolute(relative, "https://other.example/data/dataset.jsonld")
    assert here["url"] == "https://other.example/data"
    assert here["@context"] == "https://schema.org/"
    assert here["license"] == "https://data.gov.tw/license"
    for download in here["distribution"]:
        assert urlsplit(download["contentUrl"]).netloc == "other.example"
    assert here["isBasedOn"]["url"] == "https://data.gov.tw/dataset/116285"


def test_texts_that_are_no_addresses_stay():
    said = {"name": "#x", "@type": "xsd:date", "a": [{"@id": "xsd:date"}, {"@id": "#b"}]}
    assert absolute(said, "https://h/data/d") == {
        "name": "#x",
        "@type": "xsd:date",
        "a": [{"@id": "xsd:date"}, {"@id": "https://h/data/d#b"}],
    }
