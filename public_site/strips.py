"""Find the nearest of many fixed points, exactly, in plain Python.

The points lie in strips of longitude that hold equally many, each strip sorted by latitude: what
lies within a box is then one slice of each strip that the box touches. How large a box surely
holds enough is guessed from how dense the points lie, and checked by counting before any distance
is computed. So a search reads a few dozen points, in a crowded town as in the mountains, among
thousands of points as among a million.

Points are compared by their chord through the earth (a straight line between unit vectors): it
grows with the great circle, needs no trigonometry, and stays exact for metres.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Sequence
from itertools import accumulate, compress, repeat
from math import asin, cos, degrees, dist, pi, radians, sin, sqrt

from core.domain.geography import EARTH_RADIUS_M

# Strips for the square root of the number of points: wide enough to count in, narrow enough to cut.
_STRIPS_PER_ROOT = 0.4
# A box is guessed to hold this many times the points that are wanted, so that the circle in it
# holds enough: a box is 4/π of its circle, and strips jut out of it.
_SPARE = 2.0
# The density at a place is read off this many neighbours in its strip, on either side.
_NEIGHBOURS = 4
# About 0.1 mm: rounding never leaves a point outside its box.
_MARGIN_DEG = 1e-9

# A great circle in metres is this, times the arc sine of half its chord.
_AROUND_M = 2 * EARTH_RADIUS_M

# Hints are kept for squares of about two kilometres.
_HINTS_PER_DEGREE, _MOST_HINTS, _HINT_SPARE = 50, 20_000, 1.2

Vector = tuple[float, float, float]
Wanted = Callable[[int], bool]


def unit_vector(lat: float, lon: float) -> Vector:
    """Return a point on the unit sphere; degrees in."""
    phi, lam = radians(lat), radians(lon)
    return cos(phi) * cos(lam), cos(phi) * sin(lam), sin(phi)


class Nearest:
    """An immutable index of some points; each is named by its place in the list of all."""

    __slots__ = ("_cuts", "_hints", "_lats", "_places", "_starts", "_vectors")

    def __init__(
        self,
        cuts: Sequence[float],
        starts: Sequence[int],
        lats: array[float],
        vectors: Sequence[Vector],
        places: array[int],
    ) -> None:
        self._cuts, self._starts = cuts, starts
        self._lats, self._vectors, self._places = lats, vectors, places
        # How far the farthest wanted point was, for searches from here: a good guess for the next.
        self._hints: dict[tuple[int, int, int], float] = {}

    def __len__(self) -> int:
        return len(self._places)

    def nearest(
        self, lat: float, lon: float, *, limit: int, radius_m: float, wanted: Wanted | None = None
    ) -> list[tuple[float, int]]:
        """Return the nearest points as ``(distance_m, place)``, nearest first.

        Exact: the same points as a comparison with all of them; equally far ones by their place.
        ``wanted`` leaves out points by their place.
        """
        if not self._places:
            return []
        widest, here = min(radius_m / EARTH_RADIUS_M, pi), unit_vector(lat, lon)
        square = limit, round(lat * _HINTS_PER_DEGREE), round(lon * _HINTS_PER_DEGREE)
        angle = self._hints.get(square) or self._guess(lat, lon, limit)
        angle, runs = self._enough(lat, lon, min(angle, widest), widest, limit)
        while True:
            chords, places = self._measured(here, runs, wanted)
            reach = 2 * sin(angle / 2)
            edge = sorted(chords)[limit - 1] if len(chords) >= limit else 3.0
            if edge <= reach or angle >= widest:
                break
            # Enough in the box, not in the circle: the circle that holds them is known now.
            wider = 2 * asin(edge / 2) * (1 + 1e-9) if edge <= 2 else 2 * angle
            angle = min(max(wider, 1e-9), widest)
            runs, _ = self._runs(lat, lon, angle)
        if edge < reach:
            self._remember(square, edge)
            reach = edge
        near = sorted([pair for pair in zip(chords, places, strict=True) if pair[0] <= reach])
        return [(_AROUND_M * asin(chord / 2), place) for chord, place in near[:limit]]

    def _remember(self, square: tuple[int, int, int], chord: float) -> None:
        if len(self._hints) >= _MOST_HINTS:
            self._hints.clear()
        self._hints[square] = chord * _HINT_SPARE

    def _guess(self, lat: float, lon: float, limit: int) -> float:
        """Guess the angle within which enough points lie, from the neighbours in the strip."""
        strip = min(max(bisect_right(self._cuts, lon) - 1, 0), len(self._starts) - 2)
        first, end = self._starts[strip], self._starts[strip + 1]
        place = bisect_left(self._lats, lat, first, end)
        low, high = max(place - _NEIGHBOURS, first), min(place + _NEIGHBOURS, end - 1)
        if low >= high:
            return pi
        width = (self._cuts[strip + 1] - self._cuts[strip]) * cos(radians(lat))
        area = radians(self._lats[high] - self._lats[low]) * radians(width)
        return sqrt(1.5 * limit * area / (pi * (high - low))) or 1e-7

    def _enough(
        self, lat: float, lon: float, angle: float, widest: float, limit: int
    ) -> tuple[float, list[tuple[int, int]]]:
        """Mend the guess by counting: return an angle and the runs of points in its box."""
        aim = _SPARE * limit
        for attempt in range(64):
            runs, count = self._runs(lat, lon, angle)
            if count > 2 * aim and attempt < 2:
                angle *= sqrt(aim / count)
            elif count < limit and angle < widest:
                angle = min(angle * min(4.0, 1.2 * sqrt(aim / (count + 1))), widest)
            else:
                break
        return angle, runs

    def _runs(self, lat: float, lon: float, angle: float) -> tuple[list[tuple[int, int]], int]:
        """Return the runs of points within a box around a place, and how many points they hold."""
        lats, starts, runs, count = self._lats, self._starts, [], 0
        half = degrees(angle) + _MARGIN_DEG
        south, north = lat - half, lat + half
        for strip in self._strips(lat, lon, angle):
            end = starts[strip + 1]
            low = bisect_left(lats, south, starts[strip], end)
            high = bisect_right(lats, north, low, end)
            if low < high:
                runs.append((low, high))
                count += high - low
        return runs, count

    def _strips(self, lat: float, lon: float, angle: float) -> Collection[int]:
        """Return the strips that a circle's box touches; its box may cross the date line."""
        number = len(self._starts) - 1
        if abs(radians(lat)) + angle >= pi / 2 - 1e-9:
            return range(number)
        half = degrees(asin(sin(angle) / cos(radians(lat)))) + _MARGIN_DEG
        west, east = lon - half, lon + half
        if west >= -180 and east <= 180:
            return self._between(west, east)
        beyond = self._between(west + 360, 180) if west < -180 else self._between(-180, east - 360)
        return {*self._between(west, east), *beyond}

    def _between(self, west: float, east: float) -> range:
        first = max(bisect_left(self._cuts, west) - 1, 0)
        return range(first, min(bisect_right(self._cuts, east), len(self._starts) - 1))

    def _measured(
        self, here: Vector, runs: Sequence[tuple[int, int]], wanted: Wanted | None
    ) -> tuple[list[float], Sequence[int]]:
        """Return the chords from here to the points of the runs, and the points' places."""
        vectors: list[Vector] = []
        places = array("L")
        for low, high in runs:
            vectors += self._vectors[low:high]
            places += self._places[low:high]
        if wanted is not None:
            mask = list(map(wanted, places))
            vectors, places = list(compress(vectors, mask)), array("L", compress(places, mask))
        return list(map(dist, repeat(here), vectors)), places


class Strips:
    """All points ``(lat, lon)``, in strips; subsets are taken from here without sorting anew."""

    def __init__(self, points: Sequence[tuple[float, float]]) -> None:
        self.points = points
        self.vectors = [unit_vector(lat, lon) for lat, lon in points]
        size = max(1, round(sqrt(len(points)) / _STRIPS_PER_ROOT))
        lats, lons = [lat for lat, _ in points], [lon for _, lon in points]
        by_lon = sorted(range(len(points)), key=lons.__getitem__)
        order: list[int] = []
        for first in range(0, len(points), size):
            order += sorted(by_lon[first : first + size], key=lats.__getitem__)
        self._cuts = [lons[place] for place in by_lon[::size]] + [lons[p] for p in by_lon[-1:]]
        self._bounds = [*range(0, len(points), size), len(points)]
        self._order = array("L", order)
        self._lats = array("d", map(lats.__getitem__, order))
        self._vectors = [self.vectors[place] for place in order]

    def holds(self, points: Sequence[tuple[float, float]]) -> bool:
        """Tell whether these are exactly the points of this index."""
        return self.points == points

    def all(self) -> Nearest:
        """Return the index of all points."""
        return Nearest(self._cuts, self._bounds, self._lats, self._vectors, self._order)

    def only(self, mask: Sequence[bool] | bytearray) -> Nearest:
        """Return the index of those points whose place is true, or 1, in a mask."""
        chosen = list(map(mask.__getitem__, self._order))
        before = list(accumulate(chosen, initial=0))
        return Nearest(
            self._cuts,
            [before[bound] for bound in self._bounds],
            array("d", compress(self._lats, chosen)),
            list(compress(self._vectors, chosen)),
            array("L", compress(self._order, chosen)),
        )
