"""What each cell must be. Every reader raises BadCell with the reason and what to do."""

from __future__ import annotations

import math
import re
from datetime import datetime

from core.domain.calendar import TAIPEI
from core.domain.outlets import valid_code
from core.domain.text import UNREADABLE
from publisher.register.faults import BadCell

PERIODS = 21
_MOST_DIGITS = 9
_AS_TEXT = "open the file with the code column as text, or fetch it again"
_NUMBER_CODE = re.compile(r"[0-9]+\.[0-9]+|[0-9](\.[0-9]+)?[eE][+-]?[0-9]+")
_OPEN_CLOSED = str.maketrans("OX", "NY")
_TIME_FORMS = (
    (re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"), "%Y/%m/%d %H:%M:%S"),
    (re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9]{2}:[0-9]{2}"), "%Y/%m/%d %H:%M"),
)


def read_code(text: str) -> str:
    """Return a medical institution code: ten characters of text, a letter only in place 7."""
    if valid_code(text):
        return text
    if not text:
        raise BadCell("the code is empty")
    if _NUMBER_CODE.fullmatch(text):
        raise BadCell(f"code {text!r} became a number; {_AS_TEXT}")
    if text.isascii() and text.isdigit() and len(text) < 10:
        raise BadCell(f"code {text!r} has {len(text)} digits: it lost its zeros; {_AS_TEXT}")
    raise BadCell(
        f"code {text!r} is not ten characters of digits (a capital letter only in place 7)"
    )


def readable(text: str) -> str:
    """Return a text as it stands; no release goes out with control characters in it."""
    found = UNREADABLE.search(text)
    if found:
        raise BadCell(f"{text!r:.60} holds the control character {found[0]!r}; fetch it again")
    return text


def read_name(text: str) -> str:
    """Return a name as it stands; it may not be empty."""
    if not text.strip():
        raise BadCell("the name is empty")
    return text


def read_count(text: str, what: str) -> int:
    """Return a number of pieces: whole, zero or more, in plain digits."""
    if text.isascii() and text.isdigit():
        if len(text) > _MOST_DIGITS:
            raise BadCell(f"{what} has {len(text)} digits; nobody has so many pieces")
        return int(text)
    if not text.strip():
        raise BadCell(f"{what} is empty; an outlet without stock has 0")
    if re.fullmatch(r"-[0-9]+(\.[0-9]+)?", text):
        raise BadCell(f"{what} {text} is negative; stock is never below zero")
    raise BadCell(f"{what} {text!r} is not a whole number")


def read_source_time(text: str) -> datetime:
    """Return a source time with +08:00; its seconds may be missing (the files of 5 February)."""
    for form, pattern in _TIME_FORMS:
        if form.fullmatch(text):
            try:
                return datetime.strptime(text, pattern).replace(tzinfo=TAIPEI)
            except ValueError as error:
                raise BadCell(f"source time {text!r} is not in the calendar") from error
    raise BadCell(f"source time {text!r} is not of the form YYYY/MM/DD HH:MM:SS")


def read_point(lon_text: str, lat_text: str) -> tuple[float, float] | None:
    """Return longitude and latitude in degrees, or None where both are empty."""
    if not lon_text.strip() and not lat_text.strip():
        return None
    try:
        lon, lat = float(lon_text), float(lat_text)
    except ValueError as error:
        raise BadCell(f"coordinates {lon_text!r}, {lat_text!r} are not two numbers") from error
    return checked_point(lon, lat)


def checked_point(lon: float, lat: float) -> tuple[float, float]:
    """Return the point if it lies on the earth and is not exchanged."""
    if math.isfinite(lon) and math.isfinite(lat) and abs(lon) <= 180 and abs(lat) <= 90:
        return lon, lat
    if abs(lat) <= 180 and abs(lon) <= 90:
        raise BadCell(f"longitude {lon} and latitude {lat} are exchanged")
    raise BadCell(f"coordinates {lon}, {lat} are not on the earth")


def read_business_week(text: str) -> str:
    """Turn 21 × O (open) or X (closed) into 21 × N (open) or Y (closed); empty stays empty."""
    return read_service_periods(_only(text, "OX").translate(_OPEN_CLOSED))


def read_service_periods(text: str) -> str:
    """Return 21 × N (open) or Y (closed), or nothing."""
    if len(_only(text, "NY")) not in (0, PERIODS):
        raise BadCell(f"opening hours {text!r} have {len(text)} characters instead of {PERIODS}")
    return text


def _only(text: str, letters: str) -> str:
    if set(text) - set(letters):
        raise BadCell(f"opening hours {text!r} have letters other than {' and '.join(letters)}")
    return text
