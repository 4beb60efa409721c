"""What is doubtful about the places of registered outlets: one function a doubt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from core.domain.geography import inside_taiwan, towns_by_code
from core.domain.outlets import Outlet
from publisher.register.building import own_point
from publisher.register.consensus import AGREE_M, CORRECTION, distance_m, exact, points_by_code
from publisher.register.records import Point

# An outlet this far beyond the farthest corner of its town is in the wrong place.
BEYOND_TOWN_M = 2_000.0
# Two outlets may share a door; three on one point are more likely a geocoder's default.
CROWD = 3


class Doubt(NamedTuple):
    """One doubtful thing about one outlet, in words."""

    code: str
    kind: str
    detail: str


@dataclass(frozen=True, slots=True)
class Register:
    """The registered outlets, and what collectors said of each."""

    outlets: Sequence[Outlet]
    points: Mapping[str, Sequence[Point]]

    def placed(self) -> Iterator[tuple[Outlet, Point]]:
        """Yield the outlets that have a place of their own."""
        for outlet in self.outlets:
            point = own_point(outlet)
            if point:
                yield outlet, point


def find_doubts(outlets: Sequence[Outlet], evidence: pd.DataFrame) -> list[Doubt]:
    """Run every check; the order is that of ``CHECKS``, then of codes."""
    register = Register(sorted(outlets, key=lambda outlet: outlet.code), points_by_code(evidence))
    return [
        Doubt(code, kind, detail)
        for kind, check in CHECKS.items()
        for code, detail in check(register)
    ]


def sources_differ(register: Register) -> Iterator[tuple[str, str]]:
    """Collectors put the outlet more than 200 m apart, and nobody has settled it by hand."""
    for outlet in register.outlets:
        points = exact(register.points.get(outlet.code, ()))
        if any(point.source == CORRECTION for point in points):
            continue
        pairs = combinations(points, 2)
        gaps = ((distance_m(*pair), pair) for pair in pairs)
        gap_m, pair = max(gaps, default=(0.0, ()))
        if gap_m > AGREE_M:
            names = " and ".join(point.source for point in pair)
            yield outlet.code, f"{names} differ by {gap_m:.0f} m; {outlet.coordinate_source} taken"


def several_doors(register: Register) -> Iterator[tuple[str, str]]:
    """The address names several doors (、), which geocoders misread."""
    for outlet in register.outlets:
        if "、" in outlet.address:
            yield outlet.code, f"several doors: {outlet.address}"


def far_from_town(register: Register) -> Iterator[tuple[str, str]]:
    """The place lies beyond the town that the address names."""
    for outlet, point in register.placed():
        town = towns_by_code().get(outlet.town_code)
        if town is None:
            continue
        away_m = distance_m(Point("", town.lon, town.lat), point)
        if away_m > town.radius_km * 1000 + BEYOND_TOWN_M:
            yield outlet.code, f"{away_m / 1000:.1f} km from the centre of {outlet.town}"


def crowded(register: Register) -> Iterator[tuple[str, str]]:
    """Many outlets stand on one point."""
    crowds = Counter((point.lon, point.lat) for _, point in register.placed())
    for outlet, point in register.placed():
        together = crowds[point.lon, point.lat]
        if together >= CROWD:
            yield outlet.code, f"{together} outlets stand on {point.lon}, {point.lat}"


def outside_taiwan(register: Register) -> Iterator[tuple[str, str]]:
    """The place lies outside Taiwan, Kinmen, Matsu and Penghu."""
    for outlet, point in register.placed():
        if not inside_taiwan(point.lon, point.lat):
            yield outlet.code, f"{point.lon}, {point.lat} lies outside Taiwan"


def town_centre_only(register: Register) -> Iterator[tuple[str, str]]:
    """No list gives coordinates; the town's centre stands in."""
    for outlet in register.outlets:
        if outlet.coordinate_precision == "town":
            yield outlet.code, f"no coordinates; shown at the centre of {outlet.town}"


def no_place(register: Register) -> Iterator[tuple[str, str]]:
    """Neither coordinates nor a town are known."""
    for outlet in register.outlets:
        if outlet.lon is None or not outlet.town_code:
            yield outlet.code, f"town or coordinates unknown; address {outlet.address!r}"


Check = Callable[[Register], Iterable[tuple[str, str]]]
CHECKS: dict[str, Check] = {
    "outside_taiwan": outside_taiwan,
    "far_from_town": far_from_town,
    "sources_differ": sources_differ,
    "crowded": crowded,
    "several_doors": several_doors,
    "town_centre_only": town_centre_only,
    "no_place": no_place,
}
