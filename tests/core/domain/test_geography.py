import re
from collections import Counter

import pytest
from geopy.distance import EARTH_RADIUS, great_circle

from core.domain.geography import (
    EARTH_RADIUS_M,
    bearing_deg,
    direction,
    great_circle_m,
    inside_taiwan,
    load_towns,
    normalise_address,
    town_named,
    town_of_address,
    town_of_code,
    towns_by_code,
)


def test_the_table_has_368_towns_in_22_counties_in_the_order_of_their_codes():
    codes = [town.town_code for town in load_towns()]
    assert len(codes) == len(set(codes)) == 368
    assert codes == sorted(codes)
    assert all(re.fullmatch(r"[0-9]{8}", code) for code in codes)
    assert len({town.county_code for town in load_towns()}) == 22
    assert len({town.county_zh for town in load_towns()}) == 22
    assert all(town.town_code.startswith(town.county_code) for town in load_towns())


def test_every_town_has_a_unique_name_in_its_county_in_both_languages():
    names_zh = Counter((town.county_zh, town.town_zh) for town in load_towns())
    names_en = Counter((town.county_en, town.town_en) for town in load_towns())
    assert max(names_zh.values()) == max(names_en.values()) == 1
    for town in load_towns():
        assert re.fullmatch(r"[一-鿿]{1,3}[鄉鎮市區]", town.town_zh), town
        assert re.fullmatch(r"[A-Z][A-Za-z' ]+ (Township|City|District)", town.town_en), town
        assert "台" not in town.county_zh + town.town_zh
        assert ("District" in town.town_en) == town.town_zh.endswith("區"), town
        assert ("City" in town.town_en) == town.town_zh.endswith("市"), town


@pytest.mark.parametrize(
    ("code", "county_zh", "county_en", "town_zh", "town_en"),
    [
        ("63000050", "臺北市", "Taipei City", "中正區", "Zhongzheng District"),
        ("65000010", "新北市", "New Taipei City", "板橋區", "Banqiao District"),
        ("65000100", "新北市", "New Taipei City", "淡水區", "Tamsui District"),
        ("10014010", "臺東縣", "Taitung County", "臺東市", "Taitung City"),
        ("10009080", "雲林縣", "Yunlin County", "大埤鄉", "Dapi Township"),
        ("09007010", "連江縣", "Lienchiang County", "南竿鄉", "Nangan Township"),
    ],
)
def test_known_towns_bear_their_official_names(code, county_zh, county_en, town_zh, town_en):
    town = towns_by_code()[code]
    assert (town.county_zh, town.county_en, town.town_zh, town.town_en) == (
        county_zh,
        county_en,
        town_zh,
        town_en,
    )


def test_centres_lie_inside_taiwan_and_outlets_add_up_to_those_seen_in_2020():
    assert all(inside_taiwan(town.lon, town.lat) for town in load_towns())
    assert all(0 < town.radius_km < 60 for town in load_towns())
    assert sum(town.outlets for town in load_towns()) == 6_699
    assert sum(town.outlets > 0 for town in load_towns()) == 367
    assert not inside_taiwan(139.7, 35.7)


def test_no_code_prefix_belongs_to_two_towns():
    prefixes = [prefix for town in load_towns() for prefix in town.nhi_prefixes]
    assert len(prefixes) == len(set(prefixes))
    assert town_of_code("5901184464").town_zh == "中正區"
    assert town_of_code("593106A011").town_zh == "新莊區"
    assert town_of_code("5900000000") is None


@pytest.mark.parametrize(
    ("address", "county", "town"),
    [
        ("台北市松山區八德路３段１２巷", "臺北市", "松山區"),
        ("臺北縣板橋市文化路1號", "新北市", "板橋區"),
        ("22041 台北縣板橋市文化路1號", "新北市", "板橋區"),
        ("桃園縣桃園市中山路1號", "桃園市", "桃園區"),
        ("臺中縣東勢鎮豐勢路1號", "臺中市", "東勢區"),
        ("台南縣永康市中華路1號", "臺南市", "永康區"),
        ("台南市西區民權路1號", "臺南市", "中西區"),
        ("高雄縣三民鄉民族村1號", "高雄市", "那瑪夏區"),
        ("高雄市三民區九如路1號", "高雄市", "三民區"),
        ("高雄市岡山鎮中山路1號", "高雄市", "岡山區"),
        ("苗栗縣頭份鎮中正路1號", "苗栗縣", "頭份市"),
        ("臺東巿大同路1號", "臺東縣", "臺東市"),
        ("淡水區中正路1號", "新北市", "淡水區"),
        ("望安郷將軍村1號", "澎湖縣", "望安鄉"),
        ("臺灣省彰化縣員林鎮中山路1號", "彰化縣", "員林市"),
        ("臺南東區中華東路1號", "臺南市", "東區"),
        ("馬祖莒光鄉青帆村1號", "連江縣", "莒光鄉"),
        ("　新竹市 東區 光復路1號", "新竹市", "東區"),
    ],
)
def test_the_head_of_an_address_names_the_town(address, county, town):
    found = town_of_address(address)
    assert (found.county_zh, found.town_zh) == (county, town)


@pytest.mark.parametrize(
    "address", ["", "東區中山路1號", "臺中市和平路1號", "新竹市中山路1號", "中山路一段1號"]
)
def test_an_address_that_fits_several_towns_or_none_names_no_town(address):
    assert town_of_address(address) is None


def test_every_official_name_is_found_at_the_head_of_an_address():
    for town in load_towns():
        assert town_of_address(f"{town.county_zh}{town.town_zh}中正路1號") is town
        assert town_named(town.county_zh, town.town_zh) is town


def test_a_town_named_without_its_rank_is_found():
    assert town_named("臺東縣", "太麻里").town_zh == "太麻里鄉"
    assert town_named("台北市", "松山區").town_zh == "松山區"
    assert town_named("臺北市", "板橋區") is None


def test_addresses_are_spelt_alike_for_comparison():
    assert (
        normalise_address(" 台北巿大安區復興路１２號Ａ棟　１樓 ") == "臺北市大安區復興路12號A棟 1樓"
    )


def test_great_circle_agrees_with_geopy_on_random_points(rng):
    assert EARTH_RADIUS * 1000 == EARTH_RADIUS_M
    for _ in range(2_000):
        here = rng.uniform(-90, 90), rng.uniform(-180, 180)
        there = rng.uniform(-90, 90), rng.uniform(-180, 180)
        near = here[0] * 0.999, here[1] + rng.uniform(-0.01, 0.01)
        for other in (there, near):
            expected_m = great_circle(here, other).m
            assert great_circle_m(*here, *other) == pytest.approx(expected_m, rel=1e-6, abs=1e-3)


def test_directions_are_told_in_eight_words():
    taipei = 25.0478, 121.5170
    words = [direction(*taipei, taipei[0] + dy, taipei[1] + dx).zh for dy, dx in _ROUND]
    assert words == ["北", "東北", "東", "東南", "南", "西南", "西", "西北"]
    assert direction(*taipei, 25.2, 121.51).en == "north"
    assert bearing_deg(*taipei, 25.0478, 121.6) == pytest.approx(90, abs=0.1)


_ROUND = [(1, 0), (0.9, 1), (0, 1), (-0.9, 1), (-1, 0), (-0.9, -1), (0, -1), (0.9, -1)]
