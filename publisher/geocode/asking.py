"""What is asked of a geocoder: an outlet's address down to one door, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from core.domain.addresses import Address, parse_address
from core.domain.geography import Town
from core.domain.outlets import Outlet, Precision
from publisher.register.building import find_town

# What geocoding itself put on the map is asked again: a better answer may be had by now.
SAME_ADDRESS, SAME_ROAD = "same_address", "same_road"
TGOS, NOMINATIM, ARCGIS = "tgos", "nominatim", "arcgis"
GEOCODED = (SAME_ADDRESS, SAME_ROAD, TGOS, NOMINATIM, ARCGIS)

_EXACTNESS: dict[Precision, int] = {"rooftop": 3, "road": 2, "town": 1, "": 0}


@dataclass(frozen=True, slots=True)
class Asked:
    """One outlet without a place. ``query`` is all that a service hears of it."""

    code: str
    address: Address
    town: Town | None

    @property
    def query(self) -> str:
        """The address in its one spelling: first door, without village, floor and remarks."""
        return replace(self.address, doors=self.address.doors[:1]).comparable()

    @property
    def names_a_road(self) -> bool:
        """Tell whether the address says more than the town."""
        return bool(self.town and self.address.road)


@dataclass(frozen=True, slots=True)
class Answer:
    """Where a geocoder puts an outlet: WGS 84 degrees, and how exactly it means it."""

    source: str
    lon: float
    lat: float
    precision: Precision

    def beats(self, other: Answer | None) -> bool:
        """Tell whether this is more exact; among equals the earlier stays."""
        return other is None or _EXACTNESS[self.precision] > _EXACTNESS[other.precision]


def needs_place(outlet: Outlet) -> bool:
    """Tell whether geocoding may place an outlet.

    It has no place, or its town's centre, or a guess along the road that geocoding made. What a
    list or a correction says is never touched.
    """
    if outlet.lon is None or outlet.coordinate_precision == "town":
        return True
    return outlet.coordinate_precision == "road" and outlet.coordinate_source in GEOCODED


def asked_of(outlet: Outlet) -> Asked:
    """Take an outlet's address apart; of the outlet itself only the code stays, for us."""
    town = find_town(outlet.code, outlet.address, outlet.county, outlet.town)
    parsed = parse_address(outlet.address)
    if town is not None:
        parsed = replace(parsed, county=town.county_zh, town=town.town_zh)
    return Asked(outlet.code, parsed, town)


def well_placed(outlets: Iterable[Outlet]) -> Iterator[tuple[Address, float, float]]:
    """Yield the addresses whose door is known: what the offline geocoders learn from.

    Nothing is learnt from what geocoding itself has placed.
    """
    for outlet in outlets:
        if outlet.lon is None or outlet.lat is None or outlet.coordinate_precision != "rooftop":
            continue
        if outlet.coordinate_source not in GEOCODED:
            yield asked_of(outlet).address, outlet.lon, outlet.lat
