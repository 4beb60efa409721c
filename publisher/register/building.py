"""From what lists say to a row of the register: kind, town, and a place on the map."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from core.domain.addresses import parse_address
from core.domain.geography import (
    Town,
    town_named,
    town_of_address,
    town_of_code,
    towns_by_code,
)
from core.domain.outlets import Outlet, kind_of
from publisher.register.boundaries import town_boundaries
from publisher.register.consensus import Place
from publisher.register.records import Point

TOWN_CENTRE = "town_centre"


def outlet_of(code: str, name: str, address: str = "", phone: str = "") -> Outlet:
    """Make a register row from what a mask CSV says; it stands at its town's centre."""
    outlet = Outlet(code=code, name=name, kind=kind_of(code), address=address, phone=phone)
    return in_town(outlet, find_town(code, address))


def find_town(code: str, address: str, county: str = "", town: str = "") -> Town | None:
    """Find an outlet's town: by the list's own words, its address, or who issued its code."""
    return named_town(address, county, town) or town_of_code(code)


def named_town(address: str, county: str = "", town: str = "") -> Town | None:
    """Find the town that a list names: in words of its own, or at the head of the address."""
    named = town_named(county, town) if county and town else None
    return named or town_of_address(address)


def towns_of_places(places: Mapping[str, Place], addresses: Mapping[str, str]) -> dict[str, Town]:
    """Find the towns that outlets stand in, by point in polygon; for who names no town.

    A place that is not exact to the door proves nothing, nor does one outside the county that the
    address names, nor any where the boundaries are missing.
    """
    boundaries = town_boundaries()
    exact = {code: places[code] for code in addresses if _at_the_door(places.get(code))}
    if boundaries is None or not exact:
        return {}
    lons, lats = zip(*((place.lon, place.lat) for place in exact.values()), strict=True)
    found = zip(exact, boundaries.towns_at(lons, lats), strict=True)
    towns = {code: towns_by_code()[town_code] for code, town_code in found if town_code}
    return {
        code: town
        for code, town in towns.items()
        if parse_address(addresses[code]).county in ("", town.county_zh)
    }


def _at_the_door(place: Place | None) -> bool:
    return place is not None and place.precision == "rooftop"


def in_town(outlet: Outlet, town: Town | None) -> Outlet:
    """Put an outlet in a town; without a place of its own it stands at the town's centre."""
    if town is None:
        return outlet
    outlet = replace(
        outlet,
        county_code=town.county_code,
        county=town.county_zh,
        town_code=town.town_code,
        town=town.town_zh,
    )
    if outlet.lon is not None and outlet.coordinate_precision != "town":
        return outlet
    return replace(
        outlet,
        lon=town.lon,
        lat=town.lat,
        coordinate_source=TOWN_CENTRE,
        coordinate_precision="town",
    )


def at_place(outlet: Outlet, place: Place | None) -> Outlet:
    """Put an outlet at the place that its collectors gave it, if any."""
    if place is None:
        return outlet
    return replace(
        outlet,
        lon=place.lon,
        lat=place.lat,
        coordinate_source=place.source,
        coordinate_precision=place.precision,
    )


def own_point(outlet: Outlet) -> Point | None:
    """Return where the register itself puts an outlet, unless that is only its town's centre."""
    if outlet.lon is None or outlet.lat is None or outlet.coordinate_precision == "town":
        return None
    source, precision = outlet.coordinate_source or "register", outlet.coordinate_precision
    return Point(source, outlet.lon, outlet.lat, precision or "rooftop")
