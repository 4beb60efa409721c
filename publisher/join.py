"""Make the published record of an outlet: register, place and stock joined.

An outlet without coordinates gets its town's centre, and says so: ``coordinate_precision`` is
``town``. Names, addresses and phones stay exactly as the register has them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, NamedTuple

from msgspec.structs import replace

from core.domain.calendar import rfc3339
from core.domain.geography import (
    Town,
    load_towns,
    town_named,
    town_of_address,
    town_of_code,
    towns_by_code,
)
from core.domain.outlet_says import (
    OutletSays,
    availability_at,
    note_of,
    tickets_in_words,
)
from core.domain.outlets import Outlet, Precision
from core.domain.programme import Levels
from core.domain.snapshot import PHONE_HIDDEN, OutletRecord
from core.domain.stops import Stop

TOWN_CENTRE = "town"
# Where an outlet stands of which not even the county is known: the island's middle, near Puli.
_TAIWAN_CENTRE = (120.972, 23.974)
# One for all records without stock; records are never changed.
_NOTHING: dict[str, Any] = {}


class Point(NamedTuple):
    """WGS 84 degrees, whose they are, and how exact."""

    lon: float
    lat: float
    source: str
    precision: Precision


def record_of(outlet: Outlet) -> OutletRecord:
    """Return the record of an outlet without its stock, and without its own words."""
    town = town_of(outlet)
    point = point_of(outlet, town)
    return OutletRecord(
        code=outlet.code,
        name=outlet.name,
        kind=outlet.kind,
        phone=outlet.phone,
        address=outlet.address,
        county_code=outlet.county_code or (town.county_code if town else ""),
        county=outlet.county or (town.county_zh if town else ""),
        town_code=outlet.town_code or (town.town_code if town else ""),
        town=outlet.town or (town.town_zh if town else ""),
        lon=point.lon,
        lat=point.lat,
        coordinate_source=point.source,
        coordinate_precision=point.precision,
        counts=_NOTHING,
        levels=_NOTHING,
        note=outlet.note,
        service_periods=outlet.service_periods,
        website=outlet.website,
    )


def with_words(
    record: OutletRecord,
    outlet: Outlet,
    says: OutletSays | None,
    stops: Sequence[Stop],
    at: datetime,
) -> OutletRecord:
    """Return a record with what is said of its sale at an instant: by register, authority, outlet.

    ``stops`` are those that concern the outlet.
    """
    judged = availability_at(outlet, says, stops, at)
    said = replace(
        record,
        availability=judged.kind,
        availability_reason=judged.reason,
        availability_since=rfc3339(judged.since) if judged.since else "",
        availability_until=rfc3339(judged.until) if judged.until else "",
    )
    if says is None:
        return said
    hidden = says.phone_hidden and bool(record.phone)
    return replace(
        said,
        note=note_of(outlet, says),
        sale_windows=says.sale_windows,
        tickets=tickets_in_words(says.tickets),
        phone="" if hidden else record.phone,
        phone_status=PHONE_HIDDEN if hidden else "",
    )


def with_stock(
    record: OutletRecord,
    counts: Mapping[str, int],
    levels: Levels,
    changed_at: datetime | None,
) -> OutletRecord:
    """Return a record with pieces per product, their levels, and when they last changed."""
    return replace(
        record,
        counts=dict(counts),
        levels=_named(tuple((product, levels.of(pieces)) for product, pieces in counts.items())),
        changed_at=rfc3339(changed_at) if changed_at else "",
    )


@lru_cache(maxsize=4_096)
def _named(levels: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the same object for equal levels: there are few, and a record an outlet."""
    return dict(levels)


def town_of(outlet: Outlet) -> Town | None:
    """Find an outlet's town: as registered, by its names, its address, or its code."""
    return (
        towns_by_code().get(outlet.town_code)
        or (town_named(outlet.county, outlet.town) if outlet.town else None)
        or town_of_address(outlet.address)
        or town_of_code(outlet.code)
    )


def point_of(outlet: Outlet, town: Town | None) -> Point:
    """Return the outlet's own point, else the centre of its town, its county, or Taiwan."""
    if outlet.lon is not None and outlet.lat is not None:
        precision = outlet.coordinate_precision
        return Point(outlet.lon, outlet.lat, outlet.coordinate_source, precision)
    if town is not None:
        return Point(town.lon, town.lat, TOWN_CENTRE, "town")
    lon, lat = _county_centres().get(outlet.county, _TAIWAN_CENTRE)
    return Point(lon, lat, TOWN_CENTRE, "town")


@cache
def _county_centres() -> Mapping[str, tuple[float, float]]:
    """Return the mean of each county's towns, by the county's name."""
    towns: dict[str, list[Town]] = {}
    for town in load_towns():
        towns.setdefault(town.county_zh, []).append(town)
    return {
        county: (_mean([town.lon for town in of]), _mean([town.lat for town in of]))
        for county, of in towns.items()
    }


def _mean(numbers: list[float]) -> float:
    return sum(numbers) / len(numbers)
