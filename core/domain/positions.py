"""A place on the map that somebody proposes: how far it moves an outlet, and what is doubtful."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.domain.addresses import parse_address
from core.domain.geography import (
    direction,
    great_circle_m,
    inside_taiwan,
    town_of_address,
    towns_by_code,
)
from core.domain.outlets import Outlet
from core.domain.text import Text

# As far beyond the farthest corner of its town no outlet stands.
BEYOND_TOWN_M = 2_000.0

NO_PLACE = Text("沒有座標", "no coordinates")
TOWN_CENTRE = Text("只有鄉鎮市區中心點", "only its town's centre")
ROAD_ONLY = Text("只準到路段", "exact to the road only")
OUTSIDE_TAIWAN = Text("位於臺灣以外", "outside Taiwan")
FAR_FROM_TOWN = Text("遠離地址所在鄉鎮市區", "far from the town of its address")
SEVERAL_DOORS = Text("地址有多個門牌", "the address names several doors")


@dataclass(frozen=True, slots=True)
class Point:
    """WGS 84 degrees, and what is doubtful about an outlet that stands there."""

    lon: float
    lat: float
    doubts: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Move:
    """From where the register has an outlet (nowhere: None) to where it is proposed to stand."""

    before: Point | None
    after: Point
    distance_m: float
    towards: Text | None
    doubts: tuple[Text, ...]


def move_of(outlet: Outlet, lon: float, lat: float) -> Move:
    """Compare a proposed place with the register's."""
    after = Point(lon, lat, tuple(_of_point(outlet, lon, lat)))
    if outlet.lon is None or outlet.lat is None:
        return Move(None, after, 0.0, None, tuple(_of_outlet(outlet)))
    before = Point(outlet.lon, outlet.lat, tuple(_of_point(outlet, outlet.lon, outlet.lat)))
    distance_m = great_circle_m(before.lat, before.lon, lat, lon)
    towards = direction(before.lat, before.lon, lat, lon) if distance_m >= 1 else None
    return Move(before, after, distance_m, towards, tuple(_of_outlet(outlet)))


def _of_outlet(outlet: Outlet) -> Iterator[Text]:
    """Yield what is doubtful about the register's place, wherever it is."""
    if outlet.lon is None:
        yield NO_PLACE
    elif outlet.coordinate_precision == "town":
        yield TOWN_CENTRE
    elif outlet.coordinate_precision == "road":
        yield ROAD_ONLY
    if len(parse_address(outlet.address).doors) > 1:
        yield SEVERAL_DOORS


def _of_point(outlet: Outlet, lon: float, lat: float) -> Iterator[Text]:
    if not inside_taiwan(lon, lat):
        yield OUTSIDE_TAIWAN
    town = town_of_address(outlet.address) or towns_by_code().get(outlet.town_code)
    if town is None:
        return
    away_m = great_circle_m(town.lat, town.lon, lat, lon)
    if away_m > town.radius_km * 1000 + BEYOND_TOWN_M:
        yield FAR_FROM_TOWN
