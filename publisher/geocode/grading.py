"""How exactly a geocoder means its answer: the same door, only the road, or too coarse to take."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from geopy.location import Location

from core.domain.addresses import Address, parse_address
from core.domain.outlets import Precision

Grade = Callable[[Address, Location], Precision]
"""From what was asked and what was answered to the precision; empty: too coarse."""

# Nominatim's ranks: 26 and 27 are roads, 30 are doors and things with a name.
_ROADS, _DOORS = range(26, 28), 30
# What an Esri locator calls doors and roads, and the least score it must have.
_ESRI: Mapping[str, tuple[Precision, float]] = {
    "PointAddress": ("rooftop", 90),
    "Subaddress": ("rooftop", 90),
    "StreetAddress": ("road", 85),
    "StreetAddressExt": ("road", 85),
    "StreetInt": ("road", 85),
    "StreetName": ("road", 85),
}


def grade_own(_asked: Address, found: Location) -> Precision:
    """Take the offline geocoders at their word."""
    precision: Precision = found.raw["precision"]
    return precision


def grade_tgos(asked: Address, found: Location) -> Precision:
    """Compare the address that TGOS found with the one that was asked."""
    return _compared(asked, parse_address(found.address))


def grade_nominatim(asked: Address, found: Location) -> Precision:
    """Believe a door only where OpenStreetMap has its number, and a road only by its name."""
    details = found.raw.get("address") or {}
    rank = _number(found.raw.get("place_rank"))
    number = str(details.get("house_number", ""))
    door = f"{number.removesuffix('號')}號" if number else ""
    named = parse_address(f"{details.get('road', '')}{door}")
    grade = _same_street(asked, named)
    if rank in _ROADS or rank >= _DOORS:
        return grade
    return ""


def grade_arcgis(_asked: Address, found: Location) -> Precision:
    """Read the locator's own kind of match and its score."""
    attributes: Mapping[str, Any] = found.raw.get("attributes") or {}
    precision, least = _ESRI.get(str(attributes.get("Addr_type", "")), ("", 0.0))
    return precision if _number(found.raw.get("score")) >= least else ""


def _compared(asked: Address, found: Address) -> Precision:
    if (found.county, found.town) != (asked.county, asked.town):
        return ""
    return _same_street(asked, found)


def _same_street(asked: Address, found: Address) -> Precision:
    if not asked.street or found.street != asked.street:
        return ""
    same_lane = (found.lane, found.alley) == (asked.lane, asked.alley)
    return "rooftop" if same_lane and set(asked.doors[:1]) & set(found.doors) else "road"


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
