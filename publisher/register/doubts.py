"""What is doubtful about the places of registered outlets: one function a doubt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import combinations
from typing import NamedTuple

import pandas as pd

from core.domain.addresses import Address, parse_address
from core.domain.geography import Town, inside_taiwan, town_of_address, towns_by_code
from core.domain.outlets import Outlet
from publisher.register.boundaries import beyond_town_m, town_boundaries
from publisher.register.building import own_point
from publisher.register.consensus import wide_gaps
from publisher.register.records import Point

# Where outlets of February 2020 stand beyond their town's boundary, 16 of 18 do by 1–78 m, as far
# as a good fix is wrong; the next two by 780 m and 3.3 km: both are in the wrong place.
BORDER_M = 100.0
# Without boundaries: this far beyond the farthest corner of the town.
BEYOND_TOWN_M = 2_000.0
# Three on one point are more likely a geocoder's default than neighbours. Two may share a house;
# but house numbers grow by two about every five metres, so 20 numbers are 50 m.
CROWD = 3
NEIGHBOURING_NUMBERS = 20


class Doubt(NamedTuple):
    """One doubtful thing about one outlet, in words."""

    code: str
    kind: str
    detail: str


@dataclass(frozen=True)
class Register:
    """The registered outlets by code, and what collectors said of each."""

    outlets: Sequence[Outlet]
    evidence: pd.DataFrame

    @cached_property
    def placed(self) -> Sequence[tuple[Outlet, Point]]:
        """The outlets that have a place of their own."""
        points = ((outlet, own_point(outlet)) for outlet in self.outlets)
        return [(outlet, point) for outlet, point in points if point]

    @cached_property
    def beyond_town(self) -> Sequence[tuple[Outlet, Point, Town, float]]:
        """The placed outlets that stand outside their town, and by how many metres."""
        towns = [towns_by_code().get(outlet.town_code) for outlet, _ in self.placed]
        lons = [point.lon for _, point in self.placed]
        lats = [point.lat for _, point in self.placed]
        beyond = beyond_town_m(towns, lons, lats)
        rows = zip(self.placed, towns, beyond, strict=True)
        return [(*one, town, float(metres)) for one, town, metres in rows if town and metres > 0]


def find_doubts(outlets: Sequence[Outlet], evidence: pd.DataFrame) -> list[Doubt]:
    """Run every check; the order is that of ``CHECKS``, then of codes."""
    register = Register(sorted(outlets, key=lambda outlet: outlet.code), evidence)
    return [
        Doubt(code, kind, detail)
        for kind, check in CHECKS.items()
        for code, detail in check(register)
    ]


def sources_differ(register: Register) -> Iterator[tuple[str, str]]:
    """Collectors put the outlet more than 200 m apart, and nobody has settled it by hand."""
    gaps = wide_gaps(register.evidence)
    for outlet in register.outlets:
        if outlet.code in gaps:
            gap_m, one, other = gaps[outlet.code]
            chosen = f"{outlet.coordinate_source} taken"
            yield outlet.code, f"{one} and {other} differ by {gap_m:.0f} m; {chosen}"


def several_doors(register: Register) -> Iterator[tuple[str, str]]:
    """The address names several doors, which geocoders misread; several floors do no harm."""
    for outlet in register.outlets:
        if len(parse_address(outlet.address).doors) > 1:
            yield outlet.code, f"several doors: {outlet.address}"


def outside_town(register: Register) -> Iterator[tuple[str, str]]:
    """The place lies more than 100 m outside the boundary of the outlet's town."""
    if town_boundaries() is None:
        return
    for outlet, point, town, metres in register.beyond_town:
        if metres > BORDER_M:
            lies_in = _town_at(point)
            yield outlet.code, f"{_length(metres)} outside {town.town_zh}, {lies_in}"


def town_differs(register: Register) -> Iterator[tuple[str, str]]:
    """The address names another town, or the place lies in another, though near the border."""
    for outlet in register.outlets:
        named = town_of_address(outlet.address)
        if named and outlet.town_code and named.town_code != outlet.town_code:
            told = f"the register says {outlet.county}{outlet.town}"
            yield outlet.code, f"{told}, the address {named.county_zh}{named.town_zh}"
    for outlet, point, town, metres in register.beyond_town if town_boundaries() else ():
        lies_in = _town_at(point)
        if metres <= BORDER_M and lies_in != NOWHERE:
            yield outlet.code, f"{_length(metres)} over the border of {town.town_zh}, {lies_in}"


def far_from_town(register: Register) -> Iterator[tuple[str, str]]:
    """Where the boundaries are missing: 2 km beyond the circle that holds the whole town."""
    if town_boundaries() is not None:
        return
    for outlet, _, town, metres in register.beyond_town:
        if metres > BEYOND_TOWN_M:
            yield outlet.code, f"{_length(metres)} beyond the reach of {town.town_zh}"


def crowded(register: Register) -> Iterator[tuple[str, str]]:
    """Three or more outlets stand on one point, or two whose doors cannot lie side by side."""
    crowds: dict[tuple[float, float], list[tuple[Outlet, Point]]] = defaultdict(list)
    for outlet, point in register.placed:
        crowds[point.lon, point.lat].append((outlet, point))
    for outlet, point in register.placed:
        crowd = crowds[point.lon, point.lat]
        if len(crowd) >= CROWD or _apart(crowd):
            others = ", ".join(other.code for other, _ in crowd if other is not outlet)
            yield outlet.code, f"{len(crowd)} outlets stand on {point.lon}, {point.lat}: {others}"


def outside_taiwan(register: Register) -> Iterator[tuple[str, str]]:
    """The place lies outside Taiwan, Kinmen, Matsu and Penghu."""
    for outlet, point in register.placed:
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
    "outside_town": outside_town,
    "far_from_town": far_from_town,
    "town_differs": town_differs,
    "sources_differ": sources_differ,
    "crowded": crowded,
    "several_doors": several_doors,
    "town_centre_only": town_centre_only,
    "no_place": no_place,
}
NOWHERE = "in no town"


def _town_at(point: Point) -> str:
    boundaries = town_boundaries()
    (code,) = boundaries.towns_at([point.lon], [point.lat]) if boundaries else ("",)
    town = towns_by_code().get(code)
    return f"in {town.county_zh}{town.town_zh}" if town else NOWHERE


def _length(metres: float) -> str:
    return f"{metres / 1000:.1f} km" if metres >= 1000 else f"{metres:.0f} m"


def _apart(crowd: Sequence[tuple[Outlet, Point]]) -> bool:
    """Tell whether two doors of a crowd that are said to be exact lie too far apart for it."""
    doors = [parse_address(one.address) for one, point in crowd if point.precision == "rooftop"]
    return any(not _side_by_side(one, other) for one, other in combinations(doors, 2))


def _side_by_side(one: Address, other: Address) -> bool:
    """Tell whether two doors may lie side by side: round a corner, or a few numbers on."""
    streets = {replace(door, doors=()).comparable() for door in (one, other)}
    if len(streets) > 1 or not (one.doors and other.doors):
        return True
    here, there = (int(door.doors[0].partition("-")[0]) for door in (one, other))
    return abs(here - there) <= NEIGHBOURING_NUMBERS
