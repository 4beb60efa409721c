import pytest
from msgspec.structs import replace

from core.domain.outlets import Outlet
from publisher.register import boundaries, doubts
from publisher.register.boundaries import town_boundaries
from publisher.register.building import outlet_of
from publisher.register.consensus import add_evidence, no_evidence
from publisher.register.doubts import CHECKS, find_doubts
from publisher.register.records import Point

CODE = "5901010001"
needs_boundaries = pytest.mark.skipif(
    town_boundaries() is None, reason="no town boundaries: scripts/make-assets fetches them by npm"
)


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
        ({"address": "臺北市松山區民生路12～18號"}, "several_doors"),
        ({"address": "臺北市大安區民生路1號"}, "town_differs"),
        ({"coordinate_precision": "town"}, "town_centre_only"),
        ({"lon": None, "lat": None, "town_code": ""}, "no_place"),
    ],
)
def test_each_doubt_is_named(changed, kind):
    assert doubts_of(an_outlet(**changed)) == [(CODE, kind)]


def test_several_floors_are_no_several_doors():
    for floors in ("1、2樓", "（1樓、2樓）", "1樓及地下1樓", "1至2樓"):
        assert doubts_of(an_outlet(address=f"臺北市松山區民生路1號{floors}")) == []


@needs_boundaries
def test_a_place_outside_its_town_is_doubtful_from_100_metres_on():
    # One place in 中和區 and, over the border, two in 永和區.
    home = outlet_of(CODE, "健安藥局", "新北市中和區民生路1號")
    told = []
    for lon, lat in ((121.5074, 24.9989), (121.5074, 25.0000), (121.5170, 25.0080)):
        placed = replace(home, lon=lon, lat=lat, coordinate_precision="rooftop")
        told.append([(doubt.kind, doubt.detail) for doubt in find_doubts([placed], no_evidence())])
    inside, at_the_border, beyond = told
    assert inside == []
    assert at_the_border == [("town_differs", "7 m over the border of 中和區, in 新北市永和區")]
    assert beyond == [("outside_town", "519 m outside 中和區, in 新北市永和區")]


@needs_boundaries
def test_a_place_in_the_sea_off_its_town_is_doubtful_from_100_metres_on():
    harbour = outlet_of(CODE, "健安藥局", "基隆市中正區民生路1號")
    at_sea = replace(harbour, lon=121.80, lat=25.25, coordinate_precision="rooftop")
    ((_, kind, detail),) = find_doubts([at_sea], no_evidence())
    assert (kind, detail.endswith("in no town")) == ("outside_town", True)


@needs_boundaries
def test_a_place_outside_taiwan_is_also_outside_its_town():
    assert doubts_of(an_outlet(lon=0.0, lat=0.0)) == [
        (CODE, "outside_taiwan"),
        (CODE, "outside_town"),
    ]


def test_without_boundaries_the_circle_around_the_town_is_judged(monkeypatch):
    for module in (boundaries, doubts):
        monkeypatch.setattr(module, "town_boundaries", lambda: None)
    assert doubts_of(an_outlet()) == []
    assert doubts_of(an_outlet(lon=121.70)) == [(CODE, "far_from_town")]


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


def test_two_outlets_on_one_point_are_a_crowd_where_their_doors_lie_apart():
    def two(one: str, other: str) -> list[tuple[str, str]]:
        addresses = enumerate([one, other])
        return doubts_of(
            *(an_outlet(f"590101000{n}", address=f"臺北市松山區{a}") for n, a in addresses)
        )

    assert {kind for _, kind in two("民生路2號", "民生路104號")} == {"crowded"}
    assert two("民生路2號", "民生路2號2樓") == []
    assert two("民生路2號", "民生路20之1號") == []
    assert two("民生路2號", "光復路104號") == []
    assert two("民生路1段2號", "民生路2段104號") == []


def test_every_check_says_what_it_looks_for():
    assert all(check.__doc__ for check in CHECKS.values())
