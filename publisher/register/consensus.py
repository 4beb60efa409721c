"""Where an outlet is, when several collectors say so: the pair that agrees, else doubt.

The metric is geopy's great circle. Evidence is a table of one row per outlet and collector:
``code``, ``source``, ``lon``, ``lat`` (WGS 84 degrees), ``precision``, in the order in
which it was first told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd
from geopy.distance import great_circle

from core.domain.geography import Town, inside_taiwan
from core.domain.outlets import Precision
from publisher.register.records import Point

AGREE_M = 200.0
ENOUGH_TO_COMPARE = 20
# What a person has corrected by hand outranks every collector.
CORRECTION = "correction"
COLUMNS = ["code", "source", "lon", "lat", "precision"]


@dataclass(frozen=True, slots=True)
class Place:
    """The place chosen for an outlet. ``spread_m`` is the greatest distance between sources,
    0 once a person has settled it.

    Precision ``rooftop``: a collector's point that no other contests, or that another confirms.
    Precision ``road``: sources differ and no two agree, or only a geocoder that knows the road is
    known; trust it to the neighbourhood only.
    """

    lon: float
    lat: float
    source: str
    precision: Precision
    spread_m: float

    @property
    def doubtful(self) -> bool:
        """Tell whether the sources differ by more than 200 m."""
        return self.spread_m > AGREE_M


def no_evidence() -> pd.DataFrame:
    """Return an empty table of evidence."""
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _DTYPES.items()})


_DTYPES = dict.fromkeys(COLUMNS, "str") | {"lon": "float64", "lat": "float64"}


def add_evidence(evidence: pd.DataFrame, points: Sequence[tuple[str, Point]]) -> pd.DataFrame:
    """Add what collectors say now; a collector's newer word replaces its older one."""
    rows = [(code, *point) for code, point in points]
    if not rows:
        return evidence
    told = pd.concat([evidence, pd.DataFrame(rows, columns=COLUMNS).astype(_DTYPES)])
    return told.drop_duplicates(["code", "source"], keep="last", ignore_index=True)


def points_by_code(evidence: pd.DataFrame) -> dict[str, list[Point]]:
    """Gather the points of each outlet, in the order in which they were told."""
    points: dict[str, list[Point]] = {}
    for code, *point in evidence[COLUMNS].itertuples(index=False, name=None):
        points.setdefault(code, []).append(Point(*point))
    return points


def places(evidence: pd.DataFrame, towns: Mapping[str, Town | None]) -> dict[str, Place]:
    """Choose the place of each outlet in ``towns``; its town breaks ties of doubt."""
    witnesses = without_copies(evidence)
    asked = witnesses[witnesses["code"].isin(towns.keys())]
    return {code: choose(points, towns[code]) for code, points in points_by_code(asked).items()}


def without_copies(evidence: pd.DataFrame) -> pd.DataFrame:
    """Leave out what only repeats an earlier collector: equal wherever both have a point.

    Two files of one collector must not confirm each other.
    """
    tables = dict(list(evidence.groupby("source", sort=False)))
    copied = pd.Series(data=False, index=evidence.index)
    for (_, first), (source, second) in combinations(tables.items(), 2):
        if _is_copy(first, second):
            copied |= (evidence["source"] == source) & evidence["code"].isin(first["code"])
    return evidence[~copied]


def _is_copy(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    shared = first.merge(second, on="code", validate="one_to_one", suffixes=("", "_second"))
    same = (shared["lon"] == shared["lon_second"]) & (shared["lat"] == shared["lat_second"])
    return len(shared) >= ENOUGH_TO_COMPARE and bool(same.all())


def choose(points: Sequence[Point], town: Town | None = None) -> Place:
    """Choose the place of one outlet: a correction, the closest pair within 200 m, else doubt.

    A guess along the road counts only while nobody knows the door.
    """
    points = exact(points) or points
    gaps = {pair: distance_m(*pair) for pair in combinations(points, 2)}
    spread_m = max(gaps.values(), default=0.0)
    corrected = [point for point in points if point.source == CORRECTION]
    usable = [point for point in points if inside_taiwan(point.lon, point.lat)] or list(points)
    agreeing = {
        pair: gap
        for pair, gap in gaps.items()
        if gap <= AGREE_M and set(pair) <= set(exact(usable))
    }
    if corrected:
        return _place(corrected[0], CORRECTION, "rooftop", 0.0)
    if agreeing:
        first, _ = min(agreeing, key=agreeing.__getitem__)
        sources = [point.source for point in usable if distance_m(first, point) <= AGREE_M]
        return _place(first, "+".join(sources), "rooftop", spread_m)
    best = min(usable, key=lambda point: _beyond_town_m(point, town))
    precision = best.precision if len(points) == 1 else "road"
    return _place(best, best.source, precision, spread_m)


def exact(points: Sequence[Point]) -> list[Point]:
    """Return the points that mean the door."""
    return [point for point in points if point.precision == "rooftop"]


def distance_m(here: Point, there: Point) -> float:
    """Return geopy's great-circle distance in metres."""
    if (here.lon, here.lat) == (there.lon, there.lat):
        return 0.0
    return float(great_circle((here.lat, here.lon), (there.lat, there.lon)).m)


def _beyond_town_m(point: Point, town: Town | None) -> float:
    """Return how far a point lies beyond its town's reach; 0 inside, or where it is unknown."""
    if town is None:
        return 0.0
    centre = Point("", town.lon, town.lat)
    return max(0.0, distance_m(centre, point) - town.radius_km * 1000)


def _place(point: Point, source: str, precision: Precision, spread_m: float) -> Place:
    return Place(round(point.lon, 6), round(point.lat, 6), source, precision, spread_m)
