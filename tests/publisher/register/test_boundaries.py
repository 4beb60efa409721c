import json

import pytest

from core.domain.geography import EARTH_RADIUS_M, load_towns, towns_by_code
from core.errors import Invalid
from publisher.register import boundaries
from publisher.register.boundaries import FILE, beyond_town_m, decode, town_boundaries

needs_boundaries = pytest.mark.skipif(
    town_boundaries() is None, reason="no town boundaries: scripts/make-assets fetches them by npm"
)

# A town of one square degree with a hole, its ring in two arcs of which one is run backwards.
TOPOLOGY = {
    "type": "Topology",
    "transform": {"scale": [0.1, 0.1], "translate": [120.0, 23.0]},
    "arcs": [
        [[0, 0], [10, 0], [0, 10]],
        [[0, 0], [0, 10], [10, 0]],
        [[4, 4], [2, 0], [0, 2], [-2, 0], [0, -2]],
    ],
    "objects": {
        "towns": {"geometries": [{"type": "Polygon", "id": "63000010", "arcs": [[0, ~1], [2]]}]}
    },
}


def test_arcs_are_joined_to_polygons_with_their_holes():
    square = boundaries.Boundaries(decode(TOPOLOGY))
    lons, lats = [120.1, 120.5, 121.1, 121.0], [23.9, 23.5, 23.5, 23.5]
    assert square.towns_at(lons, lats) == ["63000010", "", "", "63000010"]
    in_hole_m, beside_m = square.outside_m(["63000010"] * 2, [120.5, 121.1], [23.5, 23.5])
    degree_m = EARTH_RADIUS_M * 3.14159265 / 180
    assert in_hole_m == pytest.approx(0.1 * degree_m * 0.9157, rel=0.01)
    assert beside_m == pytest.approx(0.1 * degree_m * 0.9157, rel=0.01)
    assert square.outside_m(["unknown"], [0.0], [0.0]).tolist() == [0.0]


@needs_boundaries
def test_every_town_has_a_boundary_that_holds_its_settled_place():
    towns = load_towns()
    lons, lats = [town.lon for town in towns], [town.lat for town in towns]
    found = town_boundaries().towns_at(lons, lats)
    assert found == [town.town_code for town in towns]
    assert max(beyond_town_m(towns, lons, lats)) == 0.0


@needs_boundaries
def test_a_point_lies_in_the_town_whose_ring_it_is_in(rng):
    topology = json.loads(boundaries.data_path(FILE).read_bytes())
    rings = _rings(topology)
    points = [(rng.uniform(120.2, 121.9), rng.uniform(22.6, 25.2)) for _ in range(40)]
    found = town_boundaries().towns_at(*zip(*points, strict=True))
    expected = [
        next((code for code, ring_list in rings.items() if _inside(point, ring_list)), "")
        for point in points
    ]
    assert found == expected
    assert any(found)


@needs_boundaries
def test_without_boundaries_a_town_is_the_circle_that_holds_it(monkeypatch):
    town = towns_by_code()["63000010"]
    north = [town.lat, town.lat + 0.5]
    monkeypatch.setattr(boundaries, "town_boundaries", lambda: None)
    inside_m, beyond_m = beyond_town_m([town, town], [town.lon] * 2, north)
    assert inside_m == 0.0
    assert beyond_m == pytest.approx(0.5 * 111_195 - town.radius_km * 1000, abs=5)
    assert beyond_town_m([None], [0.0], [0.0]).tolist() == [0.0]


def test_a_missing_file_means_none_and_a_damaged_one_is_refused(monkeypatch, tmp_path):
    def missing(name: str) -> None:
        raise Invalid(f"{name} is missing")

    monkeypatch.setattr(boundaries, "data_path", missing)
    assert town_boundaries.__wrapped__() is None
    damaged = tmp_path / "boundaries.json"
    monkeypatch.setattr(boundaries, "data_path", lambda name: damaged)
    for text in ("{", "{}", '{"transform": {"scale": [1, 1], "translate": []}, "arcs": [[]]}'):
        damaged.write_text(text)
        with pytest.raises(Invalid, match=r"boundaries\.json: damaged .* run scripts/make-assets"):
            town_boundaries.__wrapped__()


def _rings(topology: dict) -> dict[str, list[list[tuple[float, float]]]]:
    """Decode all rings by hand, point by point."""
    scale, shift = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = []
    for steps in topology["arcs"]:
        x = y = 0
        arc = []
        for dx, dy in steps:
            x, y = x + dx, y + dy
            arc.append((x * scale[0] + shift[0], y * scale[1] + shift[1]))
        arcs.append(arc)
    rings: dict[str, list[list[tuple[float, float]]]] = {}
    for town in topology["objects"]["towns"]["geometries"]:
        polygons = [town["arcs"]] if town["type"] == "Polygon" else town["arcs"]
        for ring in (ring for polygon in polygons for ring in polygon):
            points = [p for i in ring for p in (arcs[i] if i >= 0 else reversed(arcs[~i]))]
            rings.setdefault(town["id"], []).append(points)
    return rings


def _inside(point: tuple[float, float], rings: list[list[tuple[float, float]]]) -> bool:
    """Count the edges that a ray to the east crosses, in all rings together: holes count too."""
    x, y = point
    crossed = 0
    for ring in rings:
        for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
            if (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1:
                crossed += 1
    return crossed % 2 == 1
