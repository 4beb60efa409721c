"""The morning list (晨間清單): outlets that are silent, and numbers that cannot well be true."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time

from core.clock import Clock
from core.domain.calendar import TAIPEI, taipei_day
from core.domain.plausibility import beyond_days
from core.domain.programme import Block, Programme
from core.domain.text import Text
from core.ports.stewardship import OutletMorning, Stewardship

FLAGS: Mapping[str, Text] = {
    "no_login": Text("今日未登入", "Not logged in today"),
    "no_intake": Text("未確認到貨", "Intake not confirmed"),
    "stock": Text("庫存過高", "Stock too high"),
    "negative": Text("人工扣減", "Pieces taken off by hand"),
    "typed": Text("手動輸入比例高", "Many typed sales"),
    "rate": Text("銷售過快", "Sold too fast"),
}


@dataclass(frozen=True, slots=True)
class MorningLimits:
    """From where on something is worth a look.

    ``by`` is when goods should be confirmed (Taipei); ``times_standard`` days' goods are too much
    stock; ``typed_percent`` of at least ``least_sales`` sales typed, or ``per_minute`` sales a
    minute over the day, are too many.
    """

    by: time = time(10, 0)
    times_standard: int = 5
    typed_percent: int = 50
    least_sales: int = 10
    per_minute: float = 4.0


@dataclass(frozen=True, slots=True)
class MorningLine:
    """One outlet with what is worth a look, and the numbers it was judged by."""

    day: OutletMorning
    standard: Mapping[str, int]
    flags: tuple[str, ...]
    typed_percent: int
    per_minute: float


async def morning_list(
    stewardship: Stewardship, programme: Programme, clock: Clock, limits: MorningLimits
) -> list[MorningLine]:
    """Return every outlet with a flag, by code."""
    now = clock()
    day = taipei_day(now)
    block = programme.block_on(day)
    days = await stewardship.outlet_days(day, programme.id)

    def judged() -> list[MorningLine]:
        lines = (judge(one, block, now, limits) for one in days)
        return [line for line in lines if line.flags]

    # Thousands of outlets: not on the loop that also answers the counters.
    return await asyncio.to_thread(judged)


def judge(
    day: OutletMorning, block: Block | None, now: datetime, limits: MorningLimits
) -> MorningLine:
    """Judge one outlet's day; pure."""
    outlet = day.outlet
    standard = (
        block.supply_for(outlet=outlet.code, kind=outlet.kind, county=outlet.county)
        if block
        else {}
    )
    typed = round(100 * day.typed / day.sales) if day.sales else 0
    rate = _per_minute(day)
    flags = tuple(_flags(day, standard, now, limits, typed, rate))
    return MorningLine(day, standard, flags, typed, rate)


def _flags(
    day: OutletMorning,
    standard: Mapping[str, int],
    now: datetime,
    limits: MorningLimits,
    typed: int,
    rate: float,
) -> Iterator[str]:
    today = taipei_day(now)
    late = now.astimezone(TAIPEI).time() >= limits.by
    if day.logged_in_at is None or taipei_day(day.logged_in_at) != today:
        yield "no_login"
    if late and not day.automatic and day.manual == 0 and any(standard.values()):
        yield "no_intake"
    if beyond_days(day.stock, standard, limits.times_standard):
        yield "stock"
    if day.negative:
        yield "negative"
    if day.sales >= limits.least_sales and typed >= limits.typed_percent:
        yield "typed"
    if day.sales >= limits.least_sales and rate > limits.per_minute:
        yield "rate"


def _per_minute(day: OutletMorning) -> float:
    """Return sales a minute between the first and the last, at least over one minute."""
    if day.first_sale is None or day.last_sale is None:
        return 0.0
    minutes = max((day.last_sale - day.first_sale).total_seconds() / 60, 1.0)
    return round(day.sales / minutes, 1)
