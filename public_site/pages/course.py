"""The course of an outlet's stock: today up to the snapshot's own number, and the days before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from core.domain.calendar import TAIPEI, taipei_day
from core.domain.programme import Product, Programme
from core.domain.snapshot import OutletRecord
from public_site.charts import DAY_S, Chart, Event, Line, draw, events_of
from public_site.courses import Courses, DayCourse, Points
from public_site.pages.reader import CHINESE, Reader
from public_site.pages.rows import unit_of
from public_site.pages.times import clock_of, day_label
from public_site.snapshots import Look

DAYS_BEFORE = 7
# A rise that a handful of sales given back could explain is not called an arrival.
_SALES_GIVEN_BACK = 5
_MOST_EVENTS = 6


@dataclass(frozen=True)
class ProductCourse:
    """One product's line of a day, and what it says in words."""

    name: str
    unit: str
    finding: str
    chart: Chart


@dataclass(frozen=True)
class DayLines:
    """One of the days before."""

    day: date
    label: str
    products: Sequence[ProductCourse]


@dataclass(frozen=True)
class Course:
    """All that the page shows. ``today`` is empty where nothing is known of the day."""

    day: date
    is_today: bool
    until: str
    today: Sequence[ProductCourse]
    findings: Sequence[str]
    table: Sequence[tuple[str, Sequence[int]]]
    before: Sequence[DayLines]


def course_of(record: OutletRecord, look: Look, courses: Courses, reader: Reader) -> Course:
    """Return the courses of an outlet; the last point of today is the snapshot's number."""
    programme = look.view.programme
    now = _last_known(look)
    day = taipei_day(now)
    today = _lines_of_today(record, look, courses, day, now)
    before = _lines_before(record.code, programme, courses, day)
    fewest = _fewest(programme, day)
    highest = {
        product.id: max(
            (lines[product.id].highest for lines in (today, *before.values()) if lines), default=1
        )
        for product in programme.product
    }

    def drawn(lines: Mapping[str, Line], over: bool) -> list[ProductCourse]:
        return [
            _product_course(product, lines[product.id], highest[product.id], fewest, over, reader)
            for product in programme.product
            if product.id in lines
        ]

    shown = drawn(today, over=False)
    return Course(
        day=day,
        is_today=day == taipei_day(look.now),
        until=clock_of(_second(now, day)),
        today=shown,
        findings=[reader.labelled(one.name, one.finding) for one in shown],
        table=_table(today, programme) if today else [],
        before=[
            DayLines(past, day_label(past, reader), drawn(lines, over=True))
            for past, lines in before.items()
        ],
    )


def _last_known(look: Look) -> datetime:
    """Return the instant up to which the numbers are known to be true."""
    return max(look.published.checked_at, datetime.fromisoformat(look.view.manifest.as_of))


def _lines_of_today(
    record: OutletRecord, look: Look, courses: Courses, day: date, now: datetime
) -> dict[str, Line]:
    """Return a line for each product, up to the number that the snapshot gives."""
    as_of = datetime.fromisoformat(look.view.manifest.as_of)
    known = max(0, _second(as_of, day))
    course = courses.of(day)
    points = course.points_of(record.code) if course else []
    if not points and known > 0 and not _unchanged_since(record, day):
        return {}
    lines = {}
    for product, pieces in record.counts.items():
        steps = _steps(course, points, product, known) or [(0, pieces)]
        if steps[-1][1] != pieces:
            second = _when_it_changed(record, day, steps[-1][0], known)
            steps = [*(step for step in steps if step[0] < second), (second, pieces)]
        lines[product] = Line(steps, min(_second(now, day), DAY_S))
    return lines


def _unchanged_since(record: OutletRecord, day: date) -> bool:
    """Tell whether the numbers last changed before a day: at night there is no course yet."""
    try:
        return _second(datetime.fromisoformat(record.changed_at), day) < 0
    except ValueError:
        return False


def _when_it_changed(record: OutletRecord, day: date, after: int, known: int) -> int:
    """Return when a number became what it is: as the record says, where that is possible."""
    try:
        second = _second(datetime.fromisoformat(record.changed_at), day)
    except ValueError:
        return known
    return second if after <= second <= known else known


def _lines_before(
    code: str, programme: Programme, courses: Courses, day: date
) -> dict[date, dict[str, Line]]:
    """Return the lines of the days before that are known, the newest first."""
    found = {}
    for past in (day - timedelta(days=n) for n in range(1, DAYS_BEFORE + 1)):
        course = courses.of(past)
        points = course.points_of(code) if course else []
        if course and points:
            found[past] = {
                product: Line(_steps(course, points, product, DAY_S), DAY_S)
                for product in programme.product_ids
                if product in course.products
            }
    return found


def _steps(
    course: DayCourse | None, points: Points, product: str, until: int
) -> list[tuple[int, int]]:
    """Return one product's changes up to a second of the day."""
    if course is None or product not in course.products:
        return []
    column = course.products.index(product) + 1
    steps: list[tuple[int, int]] = []
    for point in points:
        second, pieces = min((point[0] + 1) * course.slot_s, DAY_S), point[column]
        if second <= until and (not steps or steps[-1][1] != pieces):
            steps.append((second, pieces))
    return steps


def _fewest(programme: Programme, day: date) -> int:
    """Return the smallest rise that is called an arrival of goods."""
    block = programme.block_on(day)
    quota = max(group.total for group in block.group) if block else 1
    return _SALES_GIVEN_BACK * quota


def _product_course(
    product: Product, line: Line, highest: int, fewest: int, over: bool, reader: Reader
) -> ProductCourse:
    events = list(events_of(line, fewest))
    arrivals = [event for event in events if event.kind == "arrival"]
    return ProductCourse(
        name=product.name.in_language(reader.language),
        unit=unit_of(product, line.last, reader),
        finding=_finding(product, line, events, over, reader),
        chart=draw(line, highest, arrivals),
    )


def _finding(
    product: Product, line: Line, events: Sequence[Event], over: bool, reader: Reader
) -> str:
    """Say in words what the line shows."""

    def pieces(count: int) -> str:
        return f"{count:,} {unit_of(product, count, reader)}"

    if len(line.steps) == 1:
        return reader.word("course_flat", pieces=pieces(line.last))
    if len(events) > _MOST_EVENTS:
        events = [*events[: _MOST_EVENTS // 2], *events[-_MOST_EVENTS // 2 :]]
    parts = [reader.word("course_opening", pieces=pieces(line.first))] if line.first else []
    for event in events:
        time = clock_of(event.second)
        if event.kind == "arrival":
            parts.append(reader.word("course_arrival", time=time, pieces=pieces(event.pieces)))
        else:
            parts.append(reader.word("course_sold_out", time=time))
    if line.last and over:
        parts.append(reader.word("course_left", pieces=pieces(line.last)))
    elif not over:
        parts.append(reader.word("course_now", time=clock_of(line.end), pieces=pieces(line.last)))
    return ("，" if reader.language == CHINESE else ", ").join(parts)


def _table(lines: Mapping[str, Line], programme: Programme) -> list[tuple[str, list[int]]]:
    """Return every change as a row: the time, and the pieces of each product from then on."""
    seconds = sorted({second for line in lines.values() for second, _ in line.steps})
    return [
        (clock_of(second), [_at(lines[product], second) for product in programme.product_ids])
        for second in seconds
    ]


def _at(line: Line, second: int) -> int:
    return next(pieces for at, pieces in reversed(line.steps) if at <= second)


def _second(instant: datetime, day: date) -> int:
    """Return the second of a Taipei day at which an instant lies; beyond it on other days."""
    midnight = datetime(day.year, day.month, day.day, tzinfo=TAIPEI)
    return int((instant - midnight).total_seconds())
