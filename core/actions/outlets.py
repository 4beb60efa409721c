"""The register of outlets (販售點): who may sell, and where."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from core.clock import Clock
from core.domain.geography import inside_taiwan, town_of_address
from core.domain.outlets import Outlet, Status, valid_code
from core.errors import Conflict, Invalid, NotFound
from core.ports import AuditRow, Ledger, RegisterChanges

BY_HAND = "correction"
LONGEST_CORRECTION = 200
_CORRECTABLE = frozenset({"name", "address", "phone", "lon", "lat", "service_periods"})
_PERIODS = re.compile(r"[NY]{21}")


async def register_outlets(
    ledger: Ledger,
    outlets: Sequence[Outlet],
    *,
    by: str,
    clock: Clock,
    known: Mapping[str, Outlet] | None = None,
) -> RegisterChanges:
    """Add or replace outlets, all or none, with one audit row.

    ``known`` is the register from which the outlets were made: who changes it meanwhile, such as
    the authority that accepts a correction, is never overwritten.

    Raises:
        Invalid: a code is malformed or stands twice; nothing is written.
        Conflict: an outlet was changed since it was read; nothing is written.
    """
    codes = [outlet.code for outlet in outlets]
    bad = [code for code in codes if not valid_code(code)]
    if bad:
        raise Invalid(f"not a medical institution code: {', '.join(bad[:5])}")
    if len(set(codes)) != len(codes):
        raise Invalid("an outlet code stands twice in the register to be written")
    row: AuditRow = {"act": "register", "by": by}

    def unless_changed(register: Mapping[str, Outlet]) -> tuple[Sequence[Outlet], AuditRow]:
        changed = _changed(codes, known, register)
        if changed:
            raise Conflict(
                f"{', '.join(changed[:5])} changed meanwhile; nothing was written: again"
            )
        return outlets, row

    return await ledger.change_outlets(unless_changed, clock())


def _changed(
    codes: Sequence[str], known: Mapping[str, Outlet] | None, register: Mapping[str, Outlet]
) -> list[str]:
    if known is None:
        return []
    return [code for code in codes if register.get(code) != known.get(code)]


async def change_register(
    ledger: Ledger,
    change: Callable[[Mapping[str, Outlet]], Sequence[Outlet]],
    *,
    by: str,
    clock: Clock,
) -> RegisterChanges:
    """Change outlets from what the register says at the moment of writing; one audit row."""
    row: AuditRow = {"act": "register", "by": by}
    return await ledger.change_outlets(lambda register: (change(register), row), clock())


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
    made: list[Outlet] = []

    def mark(register: Mapping[str, Outlet]) -> tuple[Sequence[Outlet], AuditRow]:
        known = entry(register, code)
        marked = known if test is None else replace(known, test=test)
        if status is not None:
            marked = replace(marked, status=status, status_reason=reason, status_until=None)
        made.append(marked)
        row: AuditRow = {"act": "mark", "by": by, "outlet": code}
        return made, row | {"test": marked.test, "status": marked.status}

    await ledger.change_outlets(mark, clock())
    return made[0]


def entry(register: Mapping[str, Outlet], code: str) -> Outlet:
    """Return an outlet of the register.

    Raises:
        NotFound: it is not there.
    """
    if code not in register:
        raise NotFound(f"outlet {code} is not in the register")
    return register[code]


def what_changed(before: Outlet, after: Outlet, fields: Iterable[str]) -> AuditRow:
    """Tell an audit row which fields were set, from what to what; as texts."""
    return {
        "fields": sorted(fields),
        "before": {name: said(before, name) for name in sorted(fields)},
        "after": {name: said(after, name) for name in sorted(fields)},
    }


def said(outlet: Outlet, field: str) -> str:
    """Return what the register says in a field, as text; empty where it says nothing."""
    value = getattr(outlet, field)
    return "" if value is None else str(value)


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
    return replace(known, **texts, **_town(known, clean) | _position(clean))


def _town(known: Outlet, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the town of a new address; who stood at a town's centre goes along."""
    town = town_of_address(values["address"]) if "address" in values else None
    if town is None:
        return {}
    centre = known.coordinate_precision == "town"
    return ({"lon": town.lon, "lat": town.lat} if centre else {}) | {
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
