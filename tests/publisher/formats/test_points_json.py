"""points.json: what the map makers of 2020 read, member for member."""

from __future__ import annotations

import json

from publisher.formats import points_json
from tests.publisher.builders import a_record, a_release, read_by, written_by

ORDER = (
    "id name phone address mask_adult mask_child updated available note custom_note website county"
    " town cunli service_periods"
)


def _properties(**fields: object) -> dict[str, object]:
    body, _ = written_by(points_json, a_release(a_record(**fields)))
    (feature,) = json.loads(body)["features"]
    return dict(feature["properties"])


def test_the_properties_stand_in_the_order_that_apps_know() -> None:
    body, rows = written_by(points_json, a_release(a_record()))
    (feature,) = json.loads(body)["features"]
    assert rows == 1
    assert list(feature["properties"]) == ORDER.split()
    assert feature["geometry"] == {"type": "Point", "coordinates": [121.551182, 25.046086]}


def test_all_is_text_but_the_two_numbers() -> None:
    properties = _properties()
    assert (properties.pop("mask_adult"), properties.pop("mask_child")) == (120, 0)
    assert {type(value) for value in properties.values()} == {str}


def test_updated_is_the_source_time_as_in_the_official_file() -> None:
    assert _properties()["updated"] == "2020/02/06 09:00:03"


def test_opening_hours_are_spelt_as_the_community_did() -> None:
    words = str(_properties(service_periods="N" * 20 + "Y")["available"]).split("、")
    assert len(words) == 21
    assert words[0] == "星期一上午看診"
    assert words[7] == "星期一下午看診"
    assert words[20] == "星期日晚上休診"
    assert _properties(service_periods="")["available"] == ""


def test_an_outlet_where_nobody_can_buy_says_why() -> None:
    assert _properties()["custom_note"] == ""
    paused = _properties(availability="paused", availability_reason="盤點")
    assert paused["custom_note"] == "暫停販售：盤點"
    assert _properties(availability="closed")["custom_note"] == "已停止販售"


def test_any_text_comes_back_as_it_was() -> None:
    names = ["堃𡘙藥局", 'say "hi"', "two\r\nlines", "nul\0l"]
    records = [a_record(f"590101{n:04d}", name=name) for n, name in enumerate(names)]
    body, _ = written_by(points_json, a_release(*records))
    assert list(read_by(points_json, body).names.values()) == names
