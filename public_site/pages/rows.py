"""What people see of one outlet: numbers with shape and word, what stands in the way."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from urllib.parse import urlencode, urlsplit

from core.domain.calendar import taipei_day
from core.domain.geography import bearing_deg, direction
from core.domain.outlet_says import reason_in_words, tickets_for_readers
from core.domain.programme import Product
from core.domain.sale_windows import parse_windows, windows_in_words
from core.domain.snapshot import OutletRecord
from public_site.hours import (
    DAYS,
    OPEN,
    PARTS,
    known_periods,
    open_at,
    selling_at,
)
from public_site.pages.reader import CHINESE, Reader
from public_site.pages.rendering import place_names
from public_site.pages.times import ends_with_today, moment, since
from public_site.snapshots import Look

_ARROWS = "↑↗→↘↓↙←↖"
# What ends the first of several numbers, or begins an extension.
_NUMBER_END = re.compile(r"[#轉、,;/~～]|分機|ext", re.IGNORECASE)
_FEWEST_DIGITS = 5


@dataclass(frozen=True)
class Number:
    """One product's pieces as shown. ``shape`` is empty where something else stands in the way."""

    product: str
    name: str
    short: str
    pieces: int
    unit: str
    level: str
    word: str
    shape: str


@dataclass(frozen=True)
class Blocked:
    """Why nobody can buy now, whatever the number, or why the number is in doubt.

    ``since`` says since when and until when; ``language`` is that of the reason.
    """

    shape: str
    word: str
    reason: str
    since: str
    language: str


@dataclass(frozen=True)
class Way:
    """How far and where."""

    distance: str
    arrow: str
    direction: str


@dataclass(frozen=True)
class Row:
    """One outlet in a list. ``shape`` and ``word`` say the same as its marker on the map."""

    record: OutletRecord
    url: str
    map_url: str
    shape: str
    word: str
    numbers: Sequence[Number]
    blocked: Blocked | None
    way: Way | None
    changed: str
    open_now: bool | None
    selling_now: bool
    open_today: str
    windows: str
    tickets: str
    tel: str
    navigate: str
    county: str
    town: str


def row_of(
    record: OutletRecord,
    look: Look,
    reader: Reader,
    point: tuple[float, float] | None = None,
    distance_m: float | None = None,
    product: str = "",
) -> Row:
    """Return an outlet as a row; ``point`` is where distances are from, ``product`` is wanted."""
    county, town = place_names(record, reader.language)
    way = None
    if point is not None and distance_m is not None:
        way = way_to(record, point, distance_m, reader)
    ago = since(record.changed_at, look.now, reader.language)
    blocked, level = blocked_of(record, look, reader), best_level(record, product)
    url = reader.link(f"/outlets/{record.code}")
    return Row(
        record=record,
        url=url,
        map_url=f"{url}#where",
        shape=blocked.shape if blocked else level,
        word=blocked.word if blocked else reader.word(f"level_{level}"),
        numbers=numbers_of(record, look, reader),
        blocked=blocked,
        way=way,
        changed=reader.word("changed", ago=ago) if ago else "",
        open_now=open_at(record, look.now) if known_periods(record) else None,
        selling_now=selling_at(record, look.now),
        open_today=open_today(record, look.now, reader),
        windows=windows_of(record, reader),
        tickets=tickets_for_readers(record.tickets, reader.language),
        tel=tel(record.phone),
        navigate=navigate_url(record),
        county=county,
        town=town,
    )


def numbers_of(record: OutletRecord, look: Look, reader: Reader) -> list[Number]:
    """Return every product's number, in the programme's order."""
    obstructed = look.stale or record.availability != "buyable"
    products = look.view.programme.product
    names = [product.name.in_language(reader.language) for product in products]
    return [
        Number(
            product=product.id,
            name=name,
            short=short,
            pieces=record.counts[product.id],
            unit=unit_of(product, record.counts[product.id], reader),
            level=record.levels[product.id],
            word=reader.word(f"level_{record.levels[product.id]}"),
            shape="" if obstructed else record.levels[product.id],
        )
        for product, name, short in zip(products, names, without_common_ending(names), strict=True)
    ]


def without_common_ending(names: Sequence[str]) -> list[str]:
    """Shorten names by what all end with: 成人, 兒童; Adult, Child."""
    columns = zip(*(reversed(name) for name in names), strict=False)
    ending = len(list(takewhile(lambda column: len(set(column)) == 1, columns)))
    if len(names) < 2 or any(len(name) == ending for name in names):
        return list(names)
    return [name[: len(name) - ending].rstrip() for name in names]


def best_level(record: OutletRecord, product: str = "") -> str:
    """Return the level of one product, or of the one of which there is most."""
    if product:
        return record.levels[product]
    return record.levels[max(record.counts, key=lambda name: record.counts[name])]


def unit_of(product: Product, pieces: int, reader: Reader) -> str:
    """Return what one piece is called; English has a singular."""
    unit = product.unit.in_language(reader.language)
    single = reader.language == "en" and pieces == 1
    return unit.removesuffix("s") if single else unit


def blocked_of(record: OutletRecord, look: Look, reader: Reader) -> Blocked | None:
    """Return what stands in the way of buying; stale data put every outlet in doubt."""
    if record.availability != "buyable":
        shape = "unsure" if record.availability == "unsure" else "cannot"
        word = reader.word(f"availability_{record.availability}")
        reason = reason_in_words(record.availability_reason, reader.language)
        return Blocked(shape, word, reason, _how_long(record, look.now, reader), _language(reason))
    if look.stale:
        return Blocked("unsure", reader.word("availability_unsure"), "", "", "")
    return None


def _how_long(record: OutletRecord, now: datetime, reader: Reader) -> str:
    """Say since when, and until when where it ends by itself."""
    parts = []
    if record.availability_since:
        parts.append(reader.word("since", time=moment(record.availability_since, now)))
    until = record.availability_until
    if until and ends_with_today(until, now):
        parts.append(reader.word("until_end_of_today"))
    elif until:
        parts.append(reader.word("until", time=moment(until, now)))
    return ("，" if reader.language == CHINESE else ", ").join(parts)


def _language(text: str) -> str:
    """Name the language of an outlet's words: Chinese, where any sign is."""
    return "zh-TW" if any("\u3400" <= sign <= "\u9fff" for sign in text) else "en"


def way_to(
    record: OutletRecord, point: tuple[float, float], distance_m: float, reader: Reader
) -> Way:
    """Return distance and direction from where the reader stands."""
    there = record.lat, record.lon
    arrow = _ARROWS[round(bearing_deg(*point, *there) / 45) % 8]
    name = direction(*point, *there).in_language(reader.language)
    return Way(distance_words(distance_m, reader), arrow, name)


def distance_words(distance_m: float, reader: Reader) -> str:
    """Spell a distance as people do: to ten metres, then to a tenth of a kilometre."""
    if distance_m < 995:
        return reader.word("metres", n=round(distance_m, -1).__trunc__())
    return reader.word("kilometres", n=f"{distance_m / 1000:.1f}")


def open_today(record: OutletRecord, now: datetime, reader: Reader) -> str:
    """Say which parts of the day the outlet is open today; empty where it is not known."""
    if not known_periods(record):
        return ""
    marks = record.service_periods[taipei_day(now).weekday() :: DAYS]
    parts = [reader.word(f"part_{n}") for n, mark in enumerate(marks) if mark == OPEN]
    if not parts:
        return reader.word("closed_today")
    return reader.word("open_today", parts=reader.listed(parts))


def windows_of(record: OutletRecord, reader: Reader) -> str:
    """Return the sale windows in words; free text as the outlet wrote it."""
    windows = parse_windows(record.sale_windows)
    if not windows:
        return record.sale_windows
    return windows_in_words(windows).in_language(reader.language)


def periods_table(record: OutletRecord) -> list[list[bool]]:
    """Return open or closed: three parts of the day by seven days."""
    marks = [mark == OPEN for mark in record.service_periods]
    return [marks[part * DAYS : (part + 1) * DAYS] for part in range(len(PARTS))]


def tel(phone: str) -> str:
    """Return the address that dials the first number in a text; empty where there is none."""
    first = _NUMBER_END.split(phone, maxsplit=1)[0]
    digits = "".join(sign for sign in first if sign.isascii() and sign.isdigit())
    return f"tel:{digits}" if len(digits) >= _FEWEST_DIGITS else ""


def navigate_url(record: OutletRecord) -> str:
    """Return directions: to the point, or to the address where only the town is known."""
    place = f"{record.lat},{record.lon}"
    if record.coordinate_precision == "town" and record.address:
        place = f"{record.address} {record.name}"
    query = urlencode({"api": 1, "destination": place})
    return f"https://www.google.com/maps/dir/?{query}"


def osm_url(record: OutletRecord) -> str:
    """Return the point on OpenStreetMap."""
    marker = urlencode({"mlat": record.lat, "mlon": record.lon})
    return f"https://www.openstreetmap.org/?{marker}#map=18/{record.lat}/{record.lon}"


def geo_url(record: OutletRecord) -> str:
    """Return the address that a phone's own map program opens (RFC 5870)."""
    point = f"{record.lat},{record.lon}"
    return f"geo:{point}?{urlencode({'q': f'{point}({record.name})'})}"


def safe_website(text: str) -> str:
    """Return an address only if it is plain http or https; anything else must not be a link."""
    try:
        parts = urlsplit(text.strip())
    except ValueError:
        return ""
    fits = parts.scheme in ("http", "https") and parts.hostname and "@" not in parts.netloc
    return text.strip() if fits else ""
