"""What a list of outlets says, row by row. Texts are exactly as the file wrote them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal, NamedTuple

from core.domain.outlets import Precision

LayoutName = Literal["mask", "base", "coordinates", "geojson"]


class Point(NamedTuple):
    """Where one collector puts an outlet: WGS 84 degrees.

    Precision ``road`` is a geocoder's that knows the road and not the door.
    """

    source: str
    lon: float
    lat: float
    precision: Precision = "rooftop"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRow:
    """One outlet as one list describes it; what the list does not say is empty."""

    line: int
    code: str
    name: str = ""
    address: str = ""
    phone: str = ""
    county: str = ""
    town: str = ""
    note: str = ""
    service_periods: str = ""
    website: str = ""
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFile:
    """A whole, undamaged list of outlets. ``ignored`` are headings that mean nothing to us."""

    path: Path
    layout: LayoutName
    rows: tuple[RegisterRow, ...]
    ignored: tuple[str, ...] = ()


class MaskRow(NamedTuple):
    """One row of the official mask CSV; counts in pieces."""

    code: str
    name: str
    address: str
    phone: str
    adult: int
    child: int


@dataclass(frozen=True, slots=True)
class MaskFile:
    """A whole, undamaged official mask CSV; ``source_time`` carries +08:00."""

    source_time: datetime
    rows: tuple[MaskRow, ...]
