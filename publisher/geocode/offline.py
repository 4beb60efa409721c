"""Two geocoders that know nothing but the register itself, and have no network at all.

They are geopy geocoders like every other link of the chain. ``raw["precision"]`` of an answer
says how exactly it is meant.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from statistics import median
from typing import Any, NamedTuple

from geopy.adapters import BaseAsyncAdapter
from geopy.geocoders.base import Geocoder
from geopy.location import Location

from core.domain.addresses import Address, parse_address
from core.domain.geography import great_circle_m, town_named
from core.domain.outlets import Precision

Known = tuple[Address, float, float]

# Outlets of one address that stand farther apart contradict each other: none is believed.
_ONE_DOOR_M = 200.0
# How far a number may lie from the next known one of its street to be put beside it, and how far
# apart two known ones may be for a place between them. Tuned on the outlets of 6 March 2020; the
# figures of other choices stand in decision 0097.
_NEAR = 100
_BETWEEN = 400


class Offline(BaseAsyncAdapter):
    """No network."""

    async def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:  # noqa: ASYNC109
        """Refuse."""
        raise AssertionError("an offline geocoder asks nobody")

    get_text = get_json


class Door(NamedTuple):
    """A known door of a street: its number, and where it is."""

    number: int
    lon: float
    lat: float


class SameAddress(Geocoder):  # type: ignore[misc]
    """Answers where another outlet has the very same address, however it is written."""

    def __init__(self, known: Iterable[Known]) -> None:
        super().__init__(adapter_factory=Offline)
        self._points: dict[str, list[tuple[float, float]]] = {}
        for address, lon, lat in known:
            for door in address.doors:
                one = replace(address, doors=(door,)).comparable()
                self._points.setdefault(one, []).append((lon, lat))

    async def geocode(self, query: str) -> Location | None:
        """Return the door that is known under this address."""
        address = parse_address(query)
        points = self._points.get(address.comparable(), []) if address.doors else []
        if not points or _spread_m(points) > _ONE_DOOR_M:
            return None
        return _location(query, points, "rooftop")


class AlongRoads(Geocoder):  # type: ignore[misc]
    """Answers between or beside the known numbers of the same street, lane or alley.

    Odd and even numbers stand on two sides; a lane begins at the number of its street that is its
    own (12巷 beside 12號). What is known of the town only is answered with the town's centre.
    """

    def __init__(self, known: Iterable[Known]) -> None:
        super().__init__(adapter_factory=Offline)
        self._streets: dict[tuple[str, ...], list[Door]] = {}
        for address, lon, lat in known:
            for street, number in _numbered(address):
                self._streets.setdefault(street, []).append(Door(number, lon, lat))
        for doors in self._streets.values():
            doors.sort()

    async def geocode(self, query: str) -> Location | None:
        """Return a place along the street, else the town's centre."""
        address = parse_address(query)
        for street, number in _numbered(address):
            point = _along(self._streets.get(street, ()), number)
            if point:
                return _location(query, [point], "road")
        town = town_named(address.county, address.town)
        return _location(query, [(town.lon, town.lat)], "town") if town else None


def _numbered(address: Address) -> list[tuple[tuple[str, ...], int]]:
    """Return the streets that an address lies on, the smallest first, and its number on each."""
    if not address.road:
        return []
    street = (address.county, address.town, address.street)
    door = _first_number(address.doors[0]) if address.doors else None
    lane, alley = _first_number(address.lane), _first_number(address.alley)
    steps = [
        ((*street, address.lane, address.alley), door),
        ((*street, address.lane, ""), alley if address.alley else None),
        ((*street, "", ""), lane if address.lane else None),
    ]
    return [(where, number) for where, number in steps if number is not None]


def _first_number(text: str) -> int | None:
    """Read the number of a door or lane; 12-3 stands beside 12."""
    head = text.partition("-")[0]
    return int(head) if head.isascii() and head.isdigit() else None


def _along(doors: Sequence[Door], number: int) -> tuple[float, float] | None:
    """Place a number between its neighbours on its side of the street, or beside the next."""
    side = [door for door in doors if door.number % 2 == number % 2]
    at = bisect_left(side, (number,))
    same = [door for door in side if door.number == number]
    if same:
        return same[0].lon, same[0].lat
    below, above = side[at - 1 : at], side[at : at + 1]
    if below and above and above[0].number - below[0].number <= _BETWEEN:
        share = (number - below[0].number) / (above[0].number - below[0].number)
        return _between(below[0].lon, above[0].lon, share), _between(
            below[0].lat, above[0].lat, share
        )
    nearest = min(doors, key=lambda door: abs(door.number - number), default=None)
    if nearest is None or abs(nearest.number - number) > _NEAR:
        return None
    return nearest.lon, nearest.lat


def _between(low: float, high: float, share: float) -> float:
    return low + (high - low) * share


def _spread_m(points: Sequence[tuple[float, float]]) -> float:
    (lon, lat), *others = points
    return max((great_circle_m(lat, lon, y, x) for x, y in others), default=0.0)


def _location(query: str, points: Sequence[tuple[float, float]], precision: Precision) -> Location:
    lon, lat = (median(values) for values in zip(*points, strict=True))
    return Location(query, (lat, lon), {"precision": precision})
