"""The nearest points are exactly those of a comparison with all points."""

from __future__ import annotations

import random

import pytest
from geopy.distance import great_circle

from core.domain.geography import great_circle_m
from public_site.strips import Strips

pytestmark = pytest.mark.slow

TAIWAN = (21.9, 25.3, 120.0, 122.0)
WORLD = (-90.0, 90.0, -180.0, 180.0)


@pytest.fixture
def rng() -> random.Random:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)


def points_in(rng, box, number):
    south, north, west, east = box
    return [(rng.uniform(south, north), rng.uniform(west, east)) for _ in range(number)]


def by_comparing_all(points, lat, lon, limit, radius_m, wanted):
    found = sorted(
        (great_circle_m(lat, lon, *points[p]), p) for p in filter(wanted, range(len(points)))
    )
    return [pair for pair in found if pair[0] <= radius_m][:limit]


def places(found):
    return [place for _, place in found]


@pytest.mark.parametrize("box", [TAIWAN, WORLD])
@pytest.mark.parametrize("number", [1, 7, 300, 3000])
def test_the_search_finds_what_a_comparison_with_all_points_finds(rng, box, number):
    points = points_in(rng, box, number)
    index = Strips(points).all()
    for lat, lon in points_in(rng, box, 60) + rng.sample(points, min(number, 20)):
        limit, radius_m = rng.choice([1, 5, 20, 100]), rng.choice([300, 3000, 50_000, 1e6, 3e7])
        expected = by_comparing_all(points, lat, lon, limit, radius_m, lambda p: True)
        found = index.nearest(lat, lon, limit=limit, radius_m=radius_m)
        assert [round(d, 3) for d, _ in found] == [round(d, 3) for d, _ in expected]
        assert sorted(places(found)) == sorted(places(expected))


@pytest.mark.parametrize("share", [0.0, 0.003, 0.1, 0.7])
def test_a_subset_and_a_filter_find_the_same(rng, share):
    points = [*points_in(rng, TAIWAN, 1000), *points_in(rng, (25.0, 25.1, 121.5, 121.6), 1000)]
    mask = [rng.random() < share for _ in points]
    strips = Strips(points)
    subset, every = strips.only(mask), strips.all()
    for lat, lon in points_in(rng, TAIWAN, 50) + rng.sample(points, 50):
        expected = by_comparing_all(points, lat, lon, 20, 40_000, mask.__getitem__)
        found = subset.nearest(lat, lon, limit=20, radius_m=40_000)
        assert places(found) == places(expected)
        wanted = mask.__getitem__
        assert found == every.nearest(lat, lon, limit=20, radius_m=40_000, wanted=wanted)


def test_the_same_twenty_in_the_same_order_as_geopy_for_a_thousand_random_points(rng):
    points = [
        (lat + rng.gauss(0, 0.02), lon + rng.gauss(0, 0.02))
        for lat, lon in points_in(rng, TAIWAN, 40)
        for _ in range(30)
    ]
    mask = [rng.random() < 0.66 for _ in points]
    index = Strips(points).only(mask)
    for _ in range(1000):
        lat, lon = rng.choice(points)
        lat, lon = lat + rng.uniform(-0.009, 0.009), lon + rng.uniform(-0.01, 0.01)
        near = [
            p for p, (y, x) in enumerate(points) if mask[p] and abs(y - lat) + abs(x - lon) < 0.6
        ]
        exact = sorted((great_circle((lat, lon), points[p]).m, p) for p in near)[:20]
        found = index.nearest(lat, lon, limit=20, radius_m=30_000)
        assert places(found) == [place for metres, place in exact if metres <= 30_000]
        assert [d for d, _ in found] == pytest.approx([d for d, _ in exact[: len(found)]], abs=0.01)


def test_points_across_the_date_line_and_round_the_pole_are_near(rng):
    index = Strips([(0.0, 179.999), (0.0, -179.999), (0.0, 0.0), (89.999, 10.0)]).all()
    assert places(index.nearest(0.0, -179.9995, limit=2, radius_m=1000)) == [1, 0]
    assert places(index.nearest(0.0, 179.9995, limit=2, radius_m=1000)) == [0, 1]
    assert places(index.nearest(89.999, -170.0, limit=1, radius_m=1000)) == [3]


def test_equal_points_are_all_found_by_their_place():
    index = Strips([(25.0, 121.5)] * 30).all()
    found = index.nearest(25.0, 121.5, limit=20, radius_m=10)
    assert places(found) == list(range(20))
    assert len(index.nearest(25.01, 121.5, limit=100, radius_m=5000)) == 30


def test_nothing_within_the_radius_is_an_empty_answer():
    assert Strips([(25.0, 121.5)]).all().nearest(24.0, 121.5, limit=3, radius_m=1000) == []
    assert Strips([]).all().nearest(24.0, 121.5, limit=3, radius_m=1000) == []
