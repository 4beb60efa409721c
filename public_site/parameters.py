"""Read the parameters of a request; say what is wrong and what to write instead."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping, Sequence

from core.domain.outlets import valid_code
from core.errors import Invalid

# More than any query may have: the number of codes is what is counted.
_LONGEST_CODES = 4096
_YES, _NO = ("1", "true", "yes"), ("0", "false", "no")


class BadParameter(Invalid):
    """A parameter cannot be understood. ``parameter`` names it."""

    code = "PARAMETER_INVALID"

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(f"{parameter}: {message}")
        self.parameter = parameter


def text(query: Mapping[str, str], name: str, *, longest: int = 100) -> str:
    """Return a trimmed text; empty where it is absent."""
    value = query.get(name, "").strip()
    if len(value) > longest:
        raise BadParameter(name, f"at most {longest} characters")
    return value


def word(query: Mapping[str, str], name: str) -> str:
    """Return what a program writes, not a person: spaces around it are a mistake, not a habit."""
    value = text(query, name)
    if value != query.get(name, ""):
        raise BadParameter(name, "must not have spaces or line ends around it")
    return value


def one_of(query: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    """Return one of the allowed words; empty where it is absent."""
    value = word(query, name)
    if value and value not in allowed:
        raise BadParameter(name, f"must be one of: {', '.join(allowed)}")
    return value


def some_of(query: Mapping[str, str], name: str, allowed: Sequence[str]) -> tuple[str, ...]:
    """Return the allowed words among a list with commas, in the order of ``allowed``."""
    sent = {part.strip() for part in word(query, name).split(",") if part.strip()}
    if not sent <= set(allowed):
        raise BadParameter(name, f"must be one or more of: {', '.join(allowed)}")
    return tuple(word for word in allowed if word in sent)


def flag(query: Mapping[str, str], name: str) -> bool:
    """Return a yes or no; absent is no."""
    value = word(query, name).lower()
    if value in _YES:
        return True
    if value in _NO or not value:
        return False
    raise BadParameter(name, "must be 1 or 0")


def number(query: Mapping[str, str], name: str, low: float, high: float) -> float | None:
    """Return a number within bounds; None where it is absent."""
    value = word(query, name)
    if not value:
        return None
    return _number(name, value, low, high)


def whole(query: Mapping[str, str], name: str, low: int, high: int, default: int) -> int:
    """Return a whole number within bounds."""
    value = word(query, name)
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        raise BadParameter(name, f"must be a whole number from {low} to {high}")
    return int(value)


def position(query: Mapping[str, str]) -> tuple[float, float] | None:
    """Return ``(lat, lon)`` in degrees; None where neither is given."""
    lat, lon = number(query, "lat", -90, 90), number(query, "lon", -180, 180)
    if lat is None and lon is None:
        return None
    if lat is None or lon is None:
        raise BadParameter("lat" if lat is None else "lon", "lat and lon must be given together")
    return lat, lon


def box(query: Mapping[str, str], name: str) -> tuple[float, float, float, float] | None:
    """Return ``(west, south, east, north)`` in degrees; None where it is absent."""
    value = word(query, name)
    if not value:
        return None
    parts = value.split(",")
    if len(parts) != 4:
        raise BadParameter(name, "must be west,south,east,north in degrees")
    west, east = (_number(name, part, -180, 180) for part in parts[::2])
    south, north = (_number(name, part, -90, 90) for part in parts[1::2])
    if west > east or south > north:
        raise BadParameter(name, "west must not exceed east, nor south north")
    return west, south, east, north


def codes(query: Mapping[str, str], name: str, most: int) -> tuple[str, ...]:
    """Return institution codes, given as one list with commas."""
    value = text(query, name, longest=_LONGEST_CODES)
    wanted = [code.strip().upper() for code in value.split(",") if code.strip()]
    if len(wanted) > most:
        raise BadParameter(name, f"at most {most} codes; ask in several")
    for code in wanted:
        if not valid_code(code):
            raise BadParameter(name, f"{code[:20]!r} is not a code of ten characters")
    return tuple(sorted(set(wanted)))


def encode_cursor(code: str) -> str:
    """Make the opaque mark after which the next page begins."""
    return base64.urlsafe_b64encode(code.encode()).decode().rstrip("=")


def cursor(query: Mapping[str, str], name: str = "cursor") -> str:
    """Return the code that a cursor hides; empty where it is absent."""
    value = word(query, name)
    if not value:
        return ""
    try:
        code = base64.b64decode(value + "=" * (-len(value) % 4), b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        code = ""
    if not valid_code(code):
        raise BadParameter(name, "must be the next_cursor of an earlier answer")
    return code


def _number(name: str, value: str, low: float, high: float) -> float:
    try:
        found = float(value)
    except ValueError:
        found = math.nan
    if not low <= found <= high:
        raise BadParameter(name, f"must be a number from {low:g} to {high:g}")
    return found
