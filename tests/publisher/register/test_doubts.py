import pytest
from msgspec.structs import replace

from core.domain.outlets import Outlet
from publisher.register.building import outlet_of
from publisher.register.consensus import add_evidence, no_evidence
from publisher.register.doubts import CHECKS, find_doubts
from publisher.register.records import Point

CODE = "5901010001"


def an_outlet(code: str = CODE, **changed: object) -> Outlet:
    placed = replace(
        outlet_of(code, "健安藥局", "臺北市松山區民生路1號"),
        lon=121.557,
        lat=25.058,
        coordinate_source="kai",
        coordinate_precision="rooftop",
    )
    return replace(placed, **changed)


def doubts_of(*outlets: Outlet, points: tuple[Point, ...] = ()) -> list[tuple[str, str]]:
    evidence = add_evidence(no_evidence(), [(CODE, point) for point in points])
    return [(doubt.code, doubt.kind) for doubt in find_doubts(outlets, evidence)]


def test_a_sound_outlet_raises_no_doubt():
    agreed = (Point("kai", 121.557, 25.058), Point("exk", 121.558, 25.058))
    assert doubts_of(an_outlet(), points=agreed) == []


@pytest.mark.parametrize(
    ("changed", "kind"),
    [
        ({"address": "臺北市松山區民生路1號、3號"}, "several_doors"),
        ({"lon": 121.70}, "far_from_town"),
        ({"coordinate_precision": "town"}, "town_centre_only"),
        ({"lon": None, "lat": None, "town_code": ""}, "no_place"),
    ],
)
def test_each_doubt_is_named(changed, kind):
    assert doubts_of(an_outlet(**changed)) == [(CODE, kind)]


def test_a_place_outside_taiwan_is_also_far_from_its_town():
    assert doubts_of(an_outlet(lon=0.0, lat=0.0)) == [
        (CODE, "outside_taiwan"),
        (CODE, "far_from_town"),
    ]


def test_collectors_who_differ_by_more_than_200_metres_are_named():
    points = (Point("kai", 121.557, 25.058), Point("exk", 121.560, 25.058))
    evidence = add_evidence(no_evidence(), [(CODE, point) for point in points])
    (doubt,) = find_doubts([an_outlet()], evidence)
    assert (doubt.kind, doubt.detail) == (
        "sources_differ",
        "kai and exk differ by 302 m; kai taken",
    )


def test_three_outlets_on_one_point_are_a_crowd_two_are_not():
    three = [an_outlet(f"590101000{n}") for n in range(3)]
    assert doubts_of(*three[:2]) == []
    assert {kind for _, kind in doubts_of(*three)} == {"crowded"}


def test_every_check_says_what_it_looks_for():
    assert all(check.__doc__ for check in CHECKS.values())
