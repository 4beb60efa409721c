"""The last weeks of an outlet: pieces sold each day, and when it is usually sold out by weekday."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median_low

from core.domain.programme import Product, Programme
from public_site.long_days import Day, LongDays
from public_site.pages.reader import Reader
from public_site.pages.rows import unit_of
from public_site.pages.times import clock_of, day_label

# Pixels: room for the highest number, the bars, the marks and the days below them.
ABOVE, HIGH, BELOW = 22, 96, 34
# Fewer days of one weekday with goods say nothing of what is usual.
FEWEST_DAYS = 2
WEEKDAYS = range(7)


@dataclass(frozen=True)
class Bar:
    """One day: places are percent across, pixels down."""

    x: float
    width: float
    y: float
    height: float
    sold_out: bool


@dataclass(frozen=True)
class Weeks:
    """One product's weeks as a picture, and what it says. ``highest`` names the tallest bar."""

    name: str
    finding: str
    bars: Sequence[Bar]
    highest: int
    highest_x: float
    unit: str
    first: str
    last: str
    days: Sequence[Day]


@dataclass(frozen=True)
class Usual:
    """What is usual on one weekday, for each product in words."""

    weekday: str
    words: Sequence[str]


@dataclass(frozen=True)
class LongCourse:
    """All that the page shows of the last weeks."""

    weeks: Sequence[Weeks]
    usual: Sequence[Usual]


def long_course_of(
    code: str, programme: Programme, long: LongDays | None, reader: Reader
) -> LongCourse | None:
    """Return the last weeks of an outlet; None where nothing is known of them."""
    days = long.of(code) if long else {}
    shown = [product for product in programme.product if days.get(product.id)]
    if long is None or not shown:
        return None
    return LongCourse(
        weeks=[_weeks(product, days[product.id], long.days, reader) for product in shown],
        usual=[_usual(weekday, days, shown, reader) for weekday in WEEKDAYS],
    )


def _weeks(product: Product, days: Sequence[Day], known: Sequence[date], reader: Reader) -> Weeks:
    highest = max((day.sold for day in days), default=0)
    best = max(days, key=lambda day: day.sold)
    width = 100 / len(known)
    places = {day: index * width for index, day in enumerate(known)}
    return Weeks(
        name=product.name.in_language(reader.language),
        finding=_finding(product, days, len(known), reader),
        bars=[_bar(day, places[day.day], width, highest) for day in days],
        highest=highest,
        highest_x=round(places[best.day] + width / 2, 2),
        unit=unit_of(product, highest, reader),
        first=day_label(known[0], reader),
        last=day_label(known[-1], reader),
        days=[*reversed(days)],
    )


def _bar(day: Day, x: float, width: float, highest: int) -> Bar:
    height = round(HIGH * max(day.sold, 0) / max(highest, 1), 1)
    return Bar(
        x=round(x + width * 0.12, 2),
        width=round(width * 0.76, 2),
        y=round(ABOVE + HIGH - height, 1),
        height=height,
        sold_out=day.sold_out is not None,
    )


def _finding(product: Product, days: Sequence[Day], known: int, reader: Reader) -> str:
    """Say in words what the bars show; a day without a row had nothing."""
    with_goods = [day for day in days if day.had_stock]
    if not with_goods:
        return reader.word("weeks_nothing", days=known)
    mean = round(sum(day.sold for day in with_goods) / len(with_goods))
    return reader.word(
        "weeks_finding",
        days=known,
        goods=len(with_goods),
        pieces=f"{mean:,} {unit_of(product, mean, reader)}",
        out=sum(day.sold_out is not None for day in with_goods),
    )


def _usual(
    weekday: int, days: Mapping[str, Sequence[Day]], shown: Sequence[Product], reader: Reader
) -> Usual:
    return Usual(
        reader.word(f"day_{weekday}"),
        [
            _usual_words([d for d in days[one.id] if d.day.weekday() == weekday], reader)
            for one in shown
        ],
    )


def _usual_words(days: Sequence[Day], reader: Reader) -> str:
    """Say when a weekday is usually sold out: the median of the days on which it was.

    Only days with goods count; where most of them ended with some left, that is what is usual.
    """
    with_goods = [day for day in days if day.had_stock]
    minutes = [day.sold_out for day in with_goods if day.sold_out is not None]
    if len(with_goods) < FEWEST_DAYS:
        return reader.word("usual_unknown")
    if 2 * len(minutes) < len(with_goods):
        return reader.word("usual_left", out=len(minutes), days=len(with_goods))
    time = clock_of(60 * median_low(minutes))
    return reader.word("usual_time", time=time, out=len(minutes), days=len(with_goods))
