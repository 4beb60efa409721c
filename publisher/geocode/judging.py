"""Whether an answer can be true: in Taiwan, and in the town that the address names."""

from __future__ import annotations

from geopy.location import Location

from core.domain.geography import inside_taiwan
from core.domain.outlets import Precision
from publisher.geocode.asking import Asked
from publisher.register.boundaries import beyond_town_m

# Boundaries have a grid of 3 m, and a street may be a town's edge.
_BESIDE_TOWN_M = 200.0


def refusal(asked: Asked, found: Location, precision: Precision) -> str:
    """Say why an answer is not taken; empty where it is."""
    lon, lat = found.longitude, found.latitude
    if not inside_taiwan(lon, lat):
        return f"{lon:.4f}, {lat:.4f} lies outside Taiwan"
    if not precision:
        return f"too coarse: {found.address[:80]}"
    beyond_m = float(beyond_town_m([asked.town], [lon], [lat])[0])
    if asked.town and beyond_m > _BESIDE_TOWN_M:
        return f"{beyond_m:.0f} m outside {asked.town.county_zh}{asked.town.town_zh}"
    return ""
