"""Stations as places to search around."""

from __future__ import annotations

import pytest

from core.domain.geography import great_circle_m, inside_taiwan
from public_site.places import find_place, load_places


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("台北車站", "臺北車站"),
        ("臺北火車站", "臺北車站"),
        ("台北車站捷運站", "捷運臺北車站"),
        ("捷運台北車站", "捷運臺北車站"),
        ("捷運中山站", "捷運中山站"),
        ("台北捷運中山站", "捷運中山站"),
        ("中山 站", "捷運中山站"),
        ("捷運龍山寺", "捷運龍山寺站"),
        ("高鐵左營站", "高鐵左營站"),
        ("左營高鐵", "高鐵左營站"),
        ("台中高鐵站", "高鐵臺中站"),
        ("花蓮火車站", "花蓮車站"),
        ("新埔站", "捷運新埔站"),
        ("新埔火車站", "新埔車站"),
        ("市政府站", "捷運市政府站"),
        ("鳳山西站", "捷運鳳山西站"),
        ("Taipei Main Station", "捷運臺北車站"),
        ("taipei railway station", "臺北車站"),
        ("Zuoying HSR", "高鐵左營站"),
        ("ＭＲＴ Ximen", "捷運西門站"),
    ],
)
def test_a_station_is_found_however_it_is_written(typed, name):
    place = find_place(typed)
    assert place is not None and place.name.zh == name


def test_the_city_before_the_system_tells_stations_of_one_name_apart():
    taipei, taichung = find_place("台北捷運市政府站"), find_place("台中捷運市政府站")
    assert taipei and taichung
    assert (taipei.source, taichung.source) == ("tdx-trtc", "tdx-tmrt")


@pytest.mark.parametrize(
    "typed",
    [
        *("板橋", "龍山寺", "臺大醫院", "站", "車站", "捷運", "站前藥局", "車站藥局", "", " "),
        *("臺北市中正區忠孝西路一段49號", "捷運路36號", "5901012345", "x" * 5000, "\u202e站"),
    ],
)
def test_towns_outlets_and_addresses_are_no_stations(typed):
    assert find_place(typed) is None


def test_a_bare_name_is_a_station_only_where_nothing_else_was_found():
    place = find_place("忠孝復興", loosely=True)
    assert place is not None and place.name.en == "Zhongxiao Fuxing Metro Station"
    assert find_place("台北101", loosely=True) is not None
    assert find_place("沒有這種地方", loosely=True) is None


def test_every_station_lies_in_taiwan_and_can_be_found_by_its_own_name():
    for place in load_places():
        assert inside_taiwan(place.lon, place.lat), place
        found = find_place(place.name.zh)
        assert found is not None and found.kind == place.kind, place
    assert len(load_places()) > 450


def test_stations_that_systems_share_lie_together():
    pairs = [("板橋車站", "高鐵板橋站"), ("南港車站", "捷運南港站"), ("松山車站", "捷運松山站")]
    pairs += [("臺北車站", "捷運臺北車站"), ("高鐵左營站", "捷運左營站")]
    pairs += [("鳳山車站", "捷運鳳山站")]
    pairs += [("高鐵桃園站", "桃園捷運高鐵桃園站"), ("烏日車站", "臺中捷運烏日站")]
    for one, other in pairs:
        a, b = find_place(one), find_place(other)
        assert a and b, (one, other)
        assert great_circle_m(a.lat, a.lon, b.lat, b.lon) < 1000, (one, other)
