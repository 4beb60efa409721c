"""Register, place and stock joined to the published record."""

from __future__ import annotations

import pytest

from core.domain.geography import inside_taiwan, town_named
from core.domain.programme import Levels
from publisher.join import record_of, with_stock, with_words
from tests.publisher.builders import NINE, an_outlet

NOWHERE = {"lon": None, "lat": None, "coordinate_source": "", "coordinate_precision": ""}
UNPLACED = {"county_code": "", "county": "", "town_code": "", "town": ""}


def test_an_outlets_own_point_and_texts_are_published_untouched() -> None:
    outlet = an_outlet(name="  台北 =藥局", address="台北市１號", phone="02-1")
    record = record_of(outlet)
    assert (record.name, record.address, record.phone) == (outlet.name, "台北市１號", "02-1")
    assert (record.lon, record.lat) == (121.551182, 25.046086)
    assert (record.coordinate_source, record.coordinate_precision) == ("register", "rooftop")


def test_an_outlet_without_coordinates_gets_its_towns_centre_and_says_so() -> None:
    record = record_of(an_outlet(**NOWHERE))
    town = town_named("臺北市", "松山區")
    assert town is not None
    assert (record.lon, record.lat) == (town.lon, town.lat)
    assert (record.coordinate_source, record.coordinate_precision) == ("town", "town")


@pytest.mark.parametrize(
    ("fields", "town"),
    [
        ({"town_code": "63000010"}, "松山區"),
        ({"county": "臺北市", "town": "松山區"}, "松山區"),
        ({"address": "臺北縣板橋市文化路１號"}, "板橋區"),
        ({"address": "不明"}, "松山區"),  # by its code, 5901010058
    ],
)
def test_the_town_is_found_by_code_name_address_or_institution_code(
    fields: dict[str, object], town: str
) -> None:
    record = record_of(an_outlet(**(NOWHERE | UNPLACED | {"address": ""} | fields)))
    assert record.town == town
    assert record.county and record.county_code and record.town_code


def test_an_outlet_of_which_only_the_county_is_known_stands_in_its_middle() -> None:
    fields = NOWHERE | UNPLACED | {"address": "", "county": "澎湖縣"}
    record = record_of(an_outlet("5999990000", **fields))
    assert 119.3 < record.lon < 119.8
    assert 23.1 < record.lat < 23.8
    assert record.coordinate_precision == "town"


def test_an_outlet_of_which_nothing_is_known_still_lies_in_taiwan() -> None:
    record = record_of(an_outlet("5999990000", **(NOWHERE | UNPLACED | {"address": ""})))
    assert inside_taiwan(record.lon, record.lat)
    assert record.coordinate_precision == "town"


@pytest.mark.parametrize(
    ("status", "availability"),
    [("active", "buyable"), ("paused", "paused"), ("withdrawn", "closed")],
)
def test_the_status_says_whether_one_can_buy_and_why_not(status: str, availability: str) -> None:
    outlet = an_outlet(status=status, status_reason="盤點" if status != "active" else "")
    record = with_words(record_of(outlet), outlet, None, (), NINE)
    assert record.availability == availability
    assert record.availability_reason == outlet.status_reason


def test_stock_gets_its_level_and_the_time_of_its_last_change() -> None:
    levels = Levels(plenty=100, some=30, few=1)
    counts = {"adult_mask": 100, "child_mask": 29, "test_kit": 0}
    record = with_stock(record_of(an_outlet()), counts, levels, NINE)
    assert record.counts == counts
    assert record.levels == {"adult_mask": "plenty", "child_mask": "few", "test_kit": "none"}
    assert record.changed_at == "2020-02-06T09:00:03+08:00"
    assert with_stock(record, counts, levels, None).changed_at == ""
