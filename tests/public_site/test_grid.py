"""The nearest search against every point, and against geopy's own great circle."""

from __future__ import annotations

import random

import pytest
from geopy.distance import great_circle

from core.domain.geography import great_circle_m
from public_site.grid import Grid
from tests.public_site.releases import many_outlets

TAIWAN = (21.5, 26.6, 118.0, 122.3)
WORLD = (-90.0, 90.0, -180.0, 180.0)


def by_comparison(points, lat, lon, limit, radius_m, wanted):
    """Return the nearest wanted points by comparing with all of them."""
    pairs = sorted((great_circle_m(lat, lon, *p), i) for i, p in enumerate(points) if wanted(i))
    return [pair for pair in pairs if pair[0] <= radius_m][:limit]


@pytest.mark.parametrize("area", [TAIWAN, WORLD])
def test_the_nearest_are_those_that_a_comparison_with_all_points_finds(rng, area):
    points = [(o.lat, o.lon) for o in many_outlets(rng, 2000)]
    points += [(rng.uniform(*area[:2]), rng.uniform(*area[2:])) for _ in range(300)]
    points += points[:40]  # several outlets share one point
    stock = [rng.random() < 0.66 for _ in points]
    grid = Grid(points)
    for _ in range(150):
        query = rng.choice([points[0], (rng.uniform(*area[:2]), rng.uniform(*area[2:]))])
        limit, radius_m = rng.choice([1, 5, 20, 100]), rng.choice([300, 3000, 50_000, 2e7])
        found = grid.nearest(
            *query, limit=limit, radius_m=radius_m, wanted=stock.__getitem__, name="stock"
        )
        expected = by_comparison(points, *query, limit, radius_m, stock.__getitem__)
        assert found == expected, (query, limit, radius_m)


def test_distances_are_those_of_geopy(rng):
    points = [(o.lat, o.lon) for o in many_outlets(rng, 500)]
    found = Grid(points).nearest(
        25.0478, 121.517, limit=50, radius_m=50_000, wanted=lambda i: True, name="all"
    )
    assert found
    for distance_m, place in found:
        assert distance_m == pytest.approx(
            great_circle((25.0478, 121.517), points[place]).m, abs=0.01
        )


def test_points_beyond_the_date_line_are_near():
    grid = Grid([(0.0, 179.999), (0.0, -179.999), (0.0, 0.0)])
    found = grid.nearest(0.0, 180.0, limit=2, radius_m=1000, wanted=lambda i: True, name="all")
    assert {place for _, place in found} == {0, 1}


def test_queries_of_one_patch_share_candidates_and_stay_exact():
    rng = random.Random(5)
    points = [(25 + rng.random() / 50, 121.5 + rng.random() / 50) for _ in range(400)]
    grid = Grid(points)
    for _ in range(100):
        query = 25.01 + rng.random() / 500, 121.51 + rng.random() / 500
        found = grid.nearest(*query, limit=5, radius_m=3000, wanted=lambda i: True, name="all")
        assert found == by_comparison(points, *query, 5, 3000, lambda i: True)


def test_a_grid_without_points_finds_nothing():
    assert Grid([]).nearest(25, 121, limit=5, radius_m=3000, wanted=bool, name="x") == []
