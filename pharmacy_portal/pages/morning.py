"""The morning list as rows of a table and as CSV, and what a reader may ask of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import time

from aiohttp import web

from core.actions.morning import FLAGS, MorningLimits, MorningLine, morning_list
from core.domain.calendar import TAIPEI, rfc3339, taipei_day
from pharmacy_portal.sheets import sheet
from pharmacy_portal.wiring import portal_of

_HEADING = (
    *("code", "name", "county", "town", "phone", "flags", "logged_in_at", "intake_confirmed"),
    *("stock", "standard", "taken_off", "sales", "typed_percent", "sales_per_minute"),
)


@dataclass(frozen=True)
class MorningRow:
    """One outlet of the list in words."""

    code: str
    name: str
    town: str
    phone: str
    flags: tuple[str, ...]
    login: str
    intake: bool
    stock: int
    standard: int
    negative: int
    sales: int
    typed: int
    rate: float


_KEYS: dict[str, Callable[[MorningLine], object]] = {
    "town": lambda line: (line.day.outlet.town_code, line.day.outlet.code),
    "flags": lambda line: (-len(line.flags), line.day.outlet.code),
    "stock": lambda line: -sum(line.day.stock.values()),
    "negative": lambda line: -line.day.negative,
    "sales": lambda line: -line.day.sales,
    "typed": lambda line: -line.typed_percent,
    "rate": lambda line: -line.per_minute,
}
SORTS = ("code", *_KEYS)


def sorted_by(lines: Sequence[MorningLine], sort: str) -> list[MorningLine]:
    """Sort by one of ``SORTS``; where none is asked for, those with the most flags first."""
    key = _KEYS.get(sort or "flags")
    return sorted(lines, key=key) if key else list(lines)  # type: ignore[arg-type]


def limits_of(request: web.Request) -> MorningLimits:
    """Read ``by=HH:MM`` and ``times=N`` of the address; what makes no sense is the default."""
    usual = MorningLimits()
    try:
        by = time.fromisoformat(request.query.get("by", ""))
    except ValueError:
        by = usual.by
    asked = request.query.get("times", "")
    times = int(asked) if asked.isascii() and asked.isdigit() and 0 < len(asked) < 4 else 0
    return MorningLimits(by=by.replace(tzinfo=None), times_standard=times or usual.times_standard)


def morning_rows(lines: Sequence[MorningLine], language: str) -> list[MorningRow]:
    """Put lines into a reader's language."""
    return [_row(line, language) for line in lines]


async def get_morning_csv(request: web.Request) -> web.Response:
    """The whole morning list as CSV."""
    portal = portal_of(request)
    found = await morning_list(
        portal.state.stewardship, portal.programme, portal.clock, limits_of(request)
    )
    flag = request.query.get("flag", "")
    kept = [line for line in found if flag not in FLAGS or flag in line.flags]
    lines = sorted_by(kept, request.query.get("sort", ""))
    name = f"morning-{taipei_day(portal.clock()).isoformat()}.csv"
    return sheet(name, [_HEADING, *map(_cells, lines)])


def _row(line: MorningLine, language: str) -> MorningRow:
    day, outlet = line.day, line.day.outlet
    seen = day.logged_in_at
    return MorningRow(
        outlet.code,
        outlet.name,
        f"{outlet.county}{outlet.town}",
        outlet.phone,
        tuple(FLAGS[flag].in_language(language) for flag in line.flags),
        f"{seen.astimezone(TAIPEI):%m-%d %H:%M}" if seen else "",
        day.automatic or day.manual > 0,
        sum(day.stock.values()),
        sum(line.standard.values()),
        day.negative,
        day.sales,
        line.typed_percent,
        line.per_minute,
    )


def _cells(line: MorningLine) -> tuple[object, ...]:
    day, outlet = line.day, line.day.outlet
    return (
        *(outlet.code, outlet.name, outlet.county, outlet.town, outlet.phone),
        " ".join(line.flags),
        rfc3339(day.logged_in_at) if day.logged_in_at else "",
        int(day.automatic or day.manual > 0),
        sum(day.stock.values()),
        sum(line.standard.values()),
        day.negative,
        day.sales,
        line.typed_percent,
        line.per_minute,
    )
