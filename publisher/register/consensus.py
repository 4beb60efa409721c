"""Where an outlet is, when several collectors say so: the point most confirmed, else doubt.

All outlets are judged at once, in arrays; the metric is geopy's great circle. Evidence is a table
of one row per outlet and collector: ``code``, ``source``, ``lon``, ``lat`` (WGS 84 degrees),
``precision``, in the order in which it was first told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from geopy.distance import great_circle

from core.domain.geography import TAIWAN_BOX, Town
from core.domain.outlets import Precision
from publisher.register.boundaries import beyond_town_m
from publisher.register.gaps import Gaps, gaps_within, metres_between
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


def places(evidence: pd.DataFrame, towns: Mapping[str, Town | None]) -> dict[str, Place]:
    """Choose the place of each outlet in ``towns``; its town breaks ties of doubt.

    A correction; else the point that most others confirm within 200 m, of equals the one nearest
    to a witness; else the one that fits the town. Of equals the one told first. A guess along the
    road counts only while nobody knows the door, and a point outside Taiwan confirms nothing.
    """
    witnesses = without_copies(evidence)
    asked = np.array([code in towns for code in witnesses["code"].to_numpy(object)], dtype=bool)
    told = _best_known(_grouped(witnesses[asked]))
    return {} if told.empty else _choose(told, towns)


def _grouped(told: pd.DataFrame) -> pd.DataFrame:
    """Put the rows of an outlet together, in the order in which they were told, and number it."""
    told = told.sort_values("code", kind="stable", ignore_index=True)
    return told.assign(group=told.groupby("code").ngroup())


def _best_known(told: pd.DataFrame) -> pd.DataFrame:
    """Keep the points that mean the door, and of an outlet that has none all it has."""
    group, exact = told["group"].to_numpy(), _exact(told)
    some = np.bincount(group, weights=exact) > 0
    return told[exact | ~some[group]]


def _exact(told: pd.DataFrame) -> np.ndarray:
    return (told["precision"] == "rooftop").to_numpy(bool)


def _choose(told: pd.DataFrame, towns: Mapping[str, Town | None]) -> dict[str, Place]:
    group, lon, lat = (told[name].to_numpy() for name in ("group", "lon", "lat"))
    codes, sources = (told[name].to_numpy(object) for name in ("code", "source"))
    gaps = gaps_within(group, lon, lat)
    usable = _usable(group, lon, lat)
    confirmed, merit = _confirmed(gaps, usable & _exact(told))
    lonely = np.flatnonzero(confirmed == 0)
    merit[lonely] = beyond_town_m([towns[code] for code in codes[lonely]], lon[lonely], lat[lonely])
    ranks = (np.arange(len(told)), merit, -confirmed, ~usable, sources != CORRECTION, group)
    best = np.lexsort(ranks)
    best = best[np.diff(group[best], prepend=-1) > 0]
    near = usable & (metres_between(lon, lat, lon[best][group], lat[best][group]) <= AGREE_M)
    agreeing: dict[str, list[str]] = {}
    for code, source in zip(codes[near], sources[near], strict=True):
        agreeing.setdefault(code, []).append(source)
    spread_m = np.zeros(len(best))
    np.maximum.at(spread_m, group[gaps.first], gaps.metres)
    chosen = told.iloc[best][["code", "lon", "lat", "source", "precision"]]
    rows = (chosen[name].to_numpy(object) for name in chosen)
    facts = zip(*rows, confirmed[best], np.bincount(group), spread_m, strict=True)
    return {code: _place(*fact, agreeing.get(code, ())) for code, *fact in facts}


def _place(
    lon: float,
    lat: float,
    source: str,
    precision: Precision,
    confirmed: int,
    told: int,
    spread_m: float,
    agreeing: Sequence[str],
) -> Place:
    """Say of the chosen one of ``told`` points who agrees with it and how exact it is."""
    if source == CORRECTION:
        precision, spread_m = "rooftop", 0.0
    elif confirmed:
        source, precision = "+".join(agreeing), "rooftop"
    elif told > 1:
        precision = "road"
    return Place(round(float(lon), 6), round(float(lat), 6), source, precision, float(spread_m))


def _usable(group: np.ndarray, lon: np.ndarray, lat: np.ndarray) -> np.ndarray:
    """Tell which points count: those in Taiwan, or all of an outlet that has none there."""
    west, south, east, north = TAIWAN_BOX
    inside = (west <= lon) & (lon <= east) & (south <= lat) & (lat <= north)
    some = np.bincount(group, weights=inside) > 0
    return inside | ~some[group]


def _confirmed(gaps: Gaps, witness: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Count the witnesses within 200 m of each point, and return how far off the nearest is."""
    agree = (gaps.metres <= AGREE_M) & witness[gaps.first] & witness[gaps.second]
    ends = np.concatenate([gaps.first[agree], gaps.second[agree]])
    nearest_m = np.full(len(witness), np.inf)
    np.minimum.at(nearest_m, ends, np.tile(gaps.metres[agree], 2))
    return np.bincount(ends, minlength=len(witness)), nearest_m


def choose(points: Sequence[Point], town: Town | None = None) -> Place:
    """Choose the place of one outlet, as ``places`` does for many."""
    return places(add_evidence(no_evidence(), [("", point) for point in points]), {"": town})[""]


def without_copies(evidence: pd.DataFrame) -> pd.DataFrame:
    """Leave out what only repeats an earlier collector: equal wherever both have a point.

    Two files of one collector must not confirm each other.
    """
    tables = dict(list(evidence.groupby("source", sort=False)))
    copied = pd.Series(data=False, index=evidence.index)
    for (_, first), (source, second) in combinations(tables.items(), 2):
        if min(len(first), len(second)) >= ENOUGH_TO_COMPARE and _is_copy(first, second):
            copied |= (evidence["source"] == source) & evidence["code"].isin(first["code"])
    return evidence[~copied]


def _is_copy(first: pd.DataFrame, second: pd.DataFrame) -> bool:
    shared = first.merge(second, on="code", validate="one_to_one", suffixes=("", "_second"))
    same = (shared["lon"] == shared["lon_second"]) & (shared["lat"] == shared["lat_second"])
    return len(shared) >= ENOUGH_TO_COMPARE and bool(same.all())


def wide_gaps(evidence: pd.DataFrame) -> dict[str, tuple[float, str, str]]:
    """Return the outlets whose sources differ by more than 200 m: how far, and which two.

    Those that a person has settled are left out.
    """
    settled = evidence.loc[evidence["source"] == CORRECTION, "code"].to_numpy(object)
    told = _grouped(evidence[_exact(evidence) & ~evidence["code"].isin(settled)])
    gaps = gaps_within(*(told[name].to_numpy() for name in ("group", "lon", "lat")))
    wide = np.flatnonzero(gaps.metres > AGREE_M)
    wide = wide[np.argsort(gaps.metres[wide], kind="stable")]
    codes, sources = (told[name].to_numpy(object) for name in ("code", "source"))
    pairs = ((gaps.first[at], gaps.second[at], gaps.metres[at]) for at in wide)
    # The widest gap of an outlet comes last, and stays.
    return {codes[one]: (float(gap_m), sources[one], sources[two]) for one, two, gap_m in pairs}


def distance_m(here: Point, there: Point) -> float:
    """Return geopy's great-circle distance in metres."""
    if (here.lon, here.lat) == (there.lon, there.lat):
        return 0.0
    return float(great_circle((here.lat, here.lon), (there.lat, there.lon)).m)
