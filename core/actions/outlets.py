"""The register of outlets (販售點): who may sell, and where."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from core.clock import Clock
from core.domain.geography import inside_taiwan, town_of_address
from core.domain.outlets import Outlet, Status, valid_code
from core.errors import Invalid, NotFound
from core.ports import Ledger, RegisterChanges

BY_HAND = "correction"
LONGEST_CORRECTION = 200
_CORRECTABLE = frozenset({"name", "address", "phone", "lon", "lat", "service_periods"})
_PERIODS = re.compile(r"[NY]{21}")


async def register_outlets(
    ledger: Ledger, outlets: Sequence[Outlet], *, by: str, clock: Clock
) -> RegisterChanges:
    """Add or replace outlets, all or none, with one audit row.

    Raises:
        Invalid: a code is malformed or stands twice; nothing is written.
    """
    codes = [outlet.code for outlet in outlets]
    bad = [code for code in codes if not valid_code(code)]
    if bad:
        raise Invalid(f"not a medical institution code: {', '.join(bad[:5])}")
    if len(set(codes)) != len(codes):
        raise Invalid("an outlet code stands twice in the register to be written")
    row: dict[str, object] = {"act": "register", "by": by}
    return await ledger.save_outlets(outlets, row, clock())


async def mark_outlet(
    ledger: Ledger,
    code: str,
    *,
    by: str,
    clock: Clock,
    test: bool | None = None,
    status: Status | None = None,
    reason: str = "",
) -> Outlet:
    """Set by hand what no list may set: the test flag, and the status with its reason.

    Returns:
        The outlet as it stands now.

    Raises:
        NotFound: the outlet is not in the register.
    """
    known = await ledger.outlet(code)
    if known is None:
        raise NotFound(f"outlet {code} is not in the register")
    marked = known if test is None else replace(known, test=test)
    if status is not None:
        marked = replace(marked, status=status, status_reason=reason, status_until=None)
    row: dict[str, object] = {"act": "mark", "by": by, "outlet": code}
    row |= {"test": marked.test, "status": marked.status}
    await ledger.save_outlets([marked], row, clock())
    return marked


async def correct_outlet(
    ledger: Ledger, code: str, values: Mapping[str, str], *, by: str, reason: str, clock: Clock
) -> Outlet:
    """Correct fields of one entry of the register by hand (see ``corrected``).

    Raises:
        NotFound: the outlet is not in the register. Invalid: a value cannot be taken.
    """
    known = await ledger.outlet(code)
    if known is None:
        raise NotFound(f"outlet {code} is not in the register")
    fixed = corrected(known, values)
    row: dict[str, object] = {"act": "correct_outlet", "by": by, "outlet": code}
    row |= {"fields": sorted(values), "reason": reason}
    await ledger.save_outlets([fixed], row, clock())
    return fixed


def corrected(known: Outlet, values: Mapping[str, str]) -> Outlet:
    """Return an outlet with corrected fields; a new address moves it to its town.

    Raises:
        Invalid: an unknown field, an empty name or address, a position outside Taiwan, or service
            periods that are not 21 characters ``N`` and ``Y``.
    """
    unknown = sorted(values.keys() - _CORRECTABLE)
    if unknown:
        raise Invalid(f"{', '.join(unknown)} cannot be corrected by hand")
    clean = {name: " ".join(value.split()) for name, value in values.items()}
    empty = sorted(clean.keys() & {"name", "address"} - {name for name in clean if clean[name]})
    if empty:
        raise Invalid(f"{', '.join(empty)} must not be empty")
    long = sorted(name for name, value in clean.items() if len(value) > LONGEST_CORRECTION)
    if long:
        raise Invalid(f"{', '.join(long)}: at most {LONGEST_CORRECTION} characters")
    periods = clean.get("service_periods", "")
    if periods and not _PERIODS.fullmatch(periods):
        raise Invalid("service_periods has 21 characters, N for open and Y for closed")
    texts = {name: value for name, value in clean.items() if name not in ("lon", "lat")}
    return replace(known, **texts, **_town(clean), **_position(clean))


def _town(values: Mapping[str, str]) -> dict[str, Any]:
    town = town_of_address(values["address"]) if "address" in values else None
    if town is None:
        return {}
    return {
        "county_code": town.county_code,
        "county": town.county_zh,
        "town_code": town.town_code,
        "town": town.town_zh,
    }


def _position(values: Mapping[str, str]) -> dict[str, Any]:
    """Read longitude and latitude, WGS 84 degrees."""
    if "lon" not in values and "lat" not in values:
        return {}
    try:
        lon, lat = float(values["lon"]), float(values["lat"])
    except (KeyError, ValueError):
        raise Invalid("lon and lat are two numbers, in degrees") from None
    if not inside_taiwan(lon, lat):
        raise Invalid("this position is not in Taiwan; are longitude and latitude exchanged?")
    where = {"coordinate_source": BY_HAND, "coordinate_precision": "rooftop"}
    return {"lon": lon, "lat": lat, **where}
