"""Find the nearest of many fixed points: an exact search on a grid of latitude and longitude.

Pure Python, so that the site carries no numeric library. Points are compared by their chord
through the earth (a straight line between unit vectors): it grows with the great circle, needs no
trigonometry, and stays exact for metres. The distances that go out are great circles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import nsmallest
from math import asin, cos, floor, inf, radians, sin

from core.domain.geography import EARTH_RADIUS_M, great_circle_m

CELL_DEG = 0.02
_COLUMNS = round(360 / CELL_DEG)
# Beyond this many rings (about 80 km in Taiwan) reading every point is the quicker way.
_MOST_RINGS = 40
# The side of a patch: queries from one patch share the candidates that the first one found.
_PATCH_DEG = 0.002
_MOST_PATCHES = 20_000

Wanted = Callable[[int], bool]
Vector = tuple[float, float, float]


def unit_vector(lat: float, lon: float) -> Vector:
    """Return a point on the unit sphere; degrees in."""
    phi, lam = radians(lat), radians(lon)
    return cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi)


def _chord_of(distance_m: float) -> float:
    """Return the chord on the unit sphere below a great circle."""
    return 2 * sin(min(distance_m / EARTH_RADIUS_M / 2, 1.5707))


class Grid:
    """An immutable index of points ``(lat, lon)``, named by their place in the sequence."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self._points = points
        self._vectors = [unit_vector(lat, lon) for lat, lon in points]
        self._cells: dict[tuple[int, int], list[int]] = {}
        for index, (lat, lon) in enumerate(points):
            self._cells.setdefault(_cell(lat, lon), []).append(index)
        self._patches: dict[tuple[object, ...], list[int]] = {}

    def forgetful(self) -> Grid:
        """Return a grid of the same points that remembers no answers: for new stock."""
        twin = Grid.__new__(Grid)
        twin._points, twin._vectors, twin._cells = self._points, self._vectors, self._cells
        twin._patches = {}
        return twin

    def holds(self, points: Sequence[tuple[float, float]]) -> bool:
        """Tell whether these are exactly the points of this grid."""
        return self._points == points

    def nearest(
        self, lat: float, lon: float, *, limit: int, radius_m: float, wanted: Wanted, name: object
    ) -> list[tuple[float, int]]:
        """Return the nearest wanted points as ``(distance_m, index)``, nearest first.

        Exact: the same points as a comparison with all of them. ``name`` stands for ``wanted`` in
        the memory of patches: equal names must mean equal answers.
        """
        candidates = self._candidates(lat, lon, limit, radius_m, wanted, name)
        chosen = nsmallest(limit, self._with_chord(candidates, unit_vector(lat, lon)))
        found = [(great_circle_m(lat, lon, *self._points[i]), i) for _, i in chosen]
        return sorted(pair for pair in found if pair[0] <= radius_m)

    def _candidates(
        self, lat: float, lon: float, limit: int, radius_m: float, wanted: Wanted, name: object
    ) -> list[int]:
        """Return every point that may be among the nearest of any place in the query's patch.

        If the k-th nearest of the patch's middle is d away, then the k nearest of a place at most
        h from the middle are within d + 2h of it (triangle inequality), and within radius + h.
        """
        patch = floor(lat / _PATCH_DEG), floor(lon / _PATCH_DEG)
        key = (*patch, limit, radius_m, name)
        known = self._patches.get(key)
        if known is None:
            if len(self._patches) >= _MOST_PATCHES:
                self._patches.clear()
            middle = (patch[0] + 0.5) * _PATCH_DEG, (patch[1] + 0.5) * _PATCH_DEG
            known = self._patches[key] = self._around(middle, limit, radius_m, wanted)
        return known

    def _around(
        self, middle: tuple[float, float], limit: int, radius_m: float, wanted: Wanted
    ) -> list[int]:
        """Return the points within reach of a patch, by rings of cells around its middle."""
        half_m = radians(_PATCH_DEG) * EARTH_RADIUS_M * 0.75
        reach = _chord_of(radius_m + half_m)
        here = unit_vector(*middle)
        found: list[tuple[float, int]] = []
        for ring in range(_MOST_RINGS):
            indices = (i for cell in _ring(middle, ring) for i in self._cells.get(cell, ()))
            found += self._with_chord(filter(wanted, indices), here)
            seen = _chord_of(_bound_m(middle[0], ring))
            if len(found) >= limit:
                last = nsmallest(limit, found)[-1][0] ** 0.5
                reach = min(reach, last + _chord_of(2 * half_m))
            if seen >= reach:
                return [index for square, index in found if square <= reach * reach]
        return list(filter(wanted, range(len(self._points))))

    def _with_chord(self, indices: Iterable[int], here: Vector) -> Iterator[tuple[float, int]]:
        """Yield the square of the chord from here to each point, and the point."""
        x, y, z = here
        vectors = self._vectors
        for index in indices:
            a, b, c = vectors[index]
            yield (a - x) * (a - x) + (b - y) * (b - y) + (c - z) * (c - z), index


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return floor(lat / CELL_DEG), floor(lon / CELL_DEG) % _COLUMNS


def _ring(middle: tuple[float, float], ring: int) -> Iterator[tuple[int, int]]:
    """Yield the cells at ``ring`` steps around a point; columns close round the world."""
    row, column = _cell(*middle)
    for y in range(row - ring, row + ring + 1):
        step = 1 if abs(y - row) == ring else max(2 * ring, 1)
        for x in range(column - ring, column + ring + 1, step):
            yield y, x % _COLUMNS


def _bound_m(lat: float, ring: int) -> float:
    """Return a distance within which every point lies in the rings up to ``ring``.

    Outside them a point is at least ``ring`` cells away in latitude, or beyond a meridian that is
    ``ring`` cells away: the shorter of the two ways.
    """
    away = radians(ring * CELL_DEG)
    if ring * CELL_DEG >= 90:
        return inf
    return EARTH_RADIUS_M * min(away, asin(sin(away) * cos(radians(lat))))
