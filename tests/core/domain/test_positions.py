import pytest
from msgspec.structs import replace

from core.domain.positions import (
    FAR_FROM_TOWN,
    NO_PLACE,
    OUTSIDE_TAIWAN,
    ROAD_ONLY,
    SEVERAL_DOORS,
    TOWN_CENTRE,
    move_of,
)
from tests.publisher.builders import an_outlet


def test_a_move_says_how_far_and_where_to():
    outlet = an_outlet()
    move = move_of(outlet, outlet.lon + 0.001, outlet.lat)
    assert move.distance_m == pytest.approx(101, abs=1)
    assert move.towards.en == "east"
    assert (move.before.doubts, move.after.doubts, move.doubts) == ((), (), ())


def test_a_move_of_nothing_goes_nowhere():
    outlet = an_outlet()
    assert move_of(outlet, outlet.lon, outlet.lat).towards is None


def test_a_place_in_another_part_of_the_country_or_abroad_is_doubtful():
    assert move_of(an_outlet(), 120.67, 24.15).after.doubts == (FAR_FROM_TOWN,)
    assert move_of(an_outlet(), 0, 0).after.doubts == (OUTSIDE_TAIWAN, FAR_FROM_TOWN)


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"coordinate_precision": "town"}, TOWN_CENTRE),
        ({"coordinate_precision": "road"}, ROAD_ONLY),
        ({"address": "臺北市松山區八德路三段1號、3號"}, SEVERAL_DOORS),
    ],
)
def test_what_is_doubtful_about_the_register_is_told(changed, doubt):
    assert move_of(replace(an_outlet(), **changed), 121.55, 25.05).doubts == (doubt,)


def test_an_outlet_without_a_place_moves_from_nowhere():
    move = move_of(an_outlet(lon=None, lat=None), 121.55, 25.05)
    assert (move.before, move.doubts) == (None, (NO_PLACE,))
