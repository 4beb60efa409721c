"""Outlets (販售點): contracted pharmacies, health centres and others that sell by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Literal

import msgspec

from core.domain.text import Text

CODE = re.compile(r"[0-9]{6}[0-9A-Z][0-9]{3}")

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "pharmacy": Text("藥局", "Pharmacy"),
        "health_centre": Text("衛生所", "Public health centre"),
        "hospital": Text("醫院", "Hospital"),
        "clinic": Text("診所", "Clinic"),
        "store": Text("其他販售點", "Store"),
    }
)
_KIND_OF_FIRST_DIGIT = {"0": "hospital", "1": "hospital", "2": "health_centre"}
_KIND_OF_FIRST_DIGIT |= {"3": "clinic", "4": "clinic"}

Status = Literal["active", "paused", "withdrawn"]
Precision = Literal["rooftop", "road", "town", ""]


def valid_code(text: str) -> bool:
    """Tell whether a text is a medical institution code: ten characters, letter only in 7th."""
    return CODE.fullmatch(text) is not None


def kind_of(code: str) -> str:
    """Derive the kind from a code's first two characters (59 pharmacy, 21/23 health centre …)."""
    if code.startswith("59"):
        return "pharmacy"
    return _KIND_OF_FIRST_DIGIT.get(code[0], "store")


class Outlet(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the register knows of one outlet. Texts are kept exactly as the source wrote them.

    ``service_periods`` has 21 characters, Monday–Sunday mornings, then afternoons, then
    evenings: ``N`` open, ``Y`` closed, or is empty when unknown. Longitude and latitude are
    WGS 84 degrees. ``test`` outlets are never published; the flag is set by hand only.
    """

    code: str
    name: str
    kind: str
    address: str = ""
    phone: str = ""
    county_code: str = ""
    county: str = ""
    town_code: str = ""
    town: str = ""
    lon: float | None = None
    lat: float | None = None
    coordinate_source: str = ""
    coordinate_precision: Precision = ""
    service_periods: str = ""
    note: str = ""
    website: str = ""
    status: Status = "active"
    status_reason: str = ""
    status_until: date | None = None
    test: bool = False
