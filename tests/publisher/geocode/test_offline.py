import pytest

from core.domain.addresses import parse_address
from core.domain.geography import great_circle_m
from publisher.geocode.asking import asked_of, needs_place, well_placed
from publisher.geocode.offline import AlongRoads, SameAddress
from tests.publisher.builders import an_outlet

ROAD = "臺北市松山區八德路三段"
WEST, LAT = 121.5500, 25.0478


def known(*doors: tuple[str, float]):
    """Doors of a road that runs east: the text behind its name, and metres from its west end."""
    return [(parse_address(ROAD + door), WEST + east_m / 100_800, LAT) for door, east_m in doors]


async def along(query: str, *doors: tuple[str, float]):
    """Return (precision, metres east of the west end)."""
    found = await AlongRoads(known(*doors)).geocode(query)
    if found is None:
        return None
    east_m = great_circle_m(LAT, WEST, found.latitude, found.longitude)
    return found.raw["precision"], pytest.approx(east_m, abs=2)


async def test_the_same_address_is_found_however_it_is_written():
    same = SameAddress(known(("12巷51弄16號1樓", 100)))
    found = await same.geocode("台北市松山區八德路３段１２巷５１弄１６號")
    assert (found.longitude, found.raw["precision"]) == (WEST + 100 / 100_800, "rooftop")
    assert await same.geocode(f"{ROAD}12巷51弄18號") is None
    assert await same.geocode(ROAD) is None


async def test_each_of_several_doors_is_known():
    same = SameAddress(known(("16號、18號", 100)))
    assert await same.geocode(f"{ROAD}18號") is not None


async def test_two_outlets_that_contradict_each_other_are_not_believed():
    assert await SameAddress(known(("16號", 0), ("16號2樓", 150))).geocode(f"{ROAD}16號")
    assert not await SameAddress(known(("16號", 0), ("16號2樓", 900))).geocode(f"{ROAD}16號")


async def test_a_number_between_two_known_ones_is_placed_between_them():
    assert await along(f"{ROAD}15號", ("14號", 900), ("11號", 100), ("21號", 200)) == ("road", 140)


async def test_a_number_beyond_the_last_stands_beside_the_nearest():
    assert await along(f"{ROAD}31號", ("11號", 100), ("21號", 200)) == ("road", 200)
    assert await along(f"{ROAD}3號", ("4號", 50), ("91號", 700)) == ("road", 50)


async def test_a_sub_number_stands_at_its_number():
    assert await along(f"{ROAD}21之3號", ("11號", 100), ("21號", 200)) == ("road", 200)


async def test_a_lane_without_known_doors_begins_at_its_number_of_the_road():
    assert await along(f"{ROAD}12巷5號", ("12號", 100), ("90號", 600)) == ("road", 100)


async def test_a_known_lane_goes_before_its_road():
    doors = ("12號", 100), ("12巷9號", 300)
    assert await along(f"{ROAD}12巷5號", *doors) == ("road", 300)


async def test_what_is_too_far_from_every_known_number_gets_the_towns_centre():
    precision, _ = await along(f"{ROAD}999號", ("12號", 100))
    assert precision == "town"
    precision, _ = await along("臺北市松山區沒有人路1號", ("12號", 100))
    assert precision == "town"


async def test_without_a_town_nothing_is_said():
    assert await along("不明", ("12號", 100)) is None


async def test_another_section_or_town_is_another_road():
    assert (await along("臺北市松山區八德路四段12號", ("12號", 100)))[0] == "town"
    assert (await along("臺北市大安區八德路三段12號", ("12號", 100)))[0] == "town"


def test_only_doors_that_lists_or_people_placed_are_learnt_from():
    outlets = [
        an_outlet("5901010001"),
        an_outlet("5901010002", coordinate_source="correction"),
        an_outlet("5901010003", coordinate_precision="road"),
        an_outlet("5901010004", coordinate_precision="town"),
        an_outlet("5901010005", coordinate_source="tgos"),
        an_outlet("5901010006", lon=None, lat=None),
    ]
    assert len(list(well_placed(outlets))) == 2


@pytest.mark.parametrize(
    ("changed", "needs"),
    [
        ({}, False),
        ({"coordinate_source": "correction"}, False),
        ({"coordinate_precision": "road", "coordinate_source": "kai"}, False),
        ({"coordinate_precision": "road", "coordinate_source": "same_road"}, True),
        ({"coordinate_precision": "town"}, True),
        ({"lon": None, "lat": None, "coordinate_precision": ""}, True),
    ],
)
def test_only_who_has_no_place_or_a_guess_of_ours_is_asked_for(changed, needs):
    assert needs_place(an_outlet(**changed)) is needs


def test_a_service_hears_of_the_address_and_of_nothing_else():
    asked = asked_of(an_outlet(name="王小明藥局", note="找王小明", phone="0912345678"))
    assert asked.query == "臺北市松山區八德路3段12巷51弄16號"
