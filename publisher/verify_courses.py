"""Is the course of a day one that can have been, and do the entries give it?"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from core.domain.calendar import TAIPEI
from core.domain.snapshot import Course
from core.storage.feed import LedgerFeed
from publisher.courses import SLOT_S, is_over
from publisher.stock_days import SLOT, SLOTS_A_DAY, StockDays, slot_of
from publisher.times import parse_rfc3339


def odd_points(course: Course) -> Iterator[str]:
    """Yield what no course can say."""
    if course.slot_s != SLOT_S:
        yield f"its slots have {course.slot_s} s, not {SLOT_S}"
        return
    if list(course.outlets) != sorted(course.outlets):
        yield "its outlets do not ascend by code"
    passed = _passed(course)
    for code, points in course.outlets.items():
        slots = [point[0] for point in points if len(point) == 1 + len(course.products)]
        if len(slots) != len(points) or slots[:1] != [-1] or slots != sorted(set(slots)):
            yield f"the points of outlet {code} are not one a slot from 00:00 on"
        elif slots[-1] >= passed:
            yield f"outlet {code} has a point in slot {slots[-1]}, which had not passed"
        elif any(number < 0 for point in points for number in point[1:]):
            yield f"outlet {code} has less than nothing"


def course_against_ledger(course: Course, feed: LedgerFeed) -> Iterator[str]:
    """Recompute a course from the entries up to its position, by their own times."""
    upto, day = int(course.ledger_position), date.fromisoformat(course.date)
    if upto > feed.position():
        yield f"it states ledger position {upto}; the ledger ends at {feed.position()}"
        return
    midnight = datetime.combine(day, time(), TAIPEI)
    days = StockDays(day, feed.recompute(upto, midnight))
    days.fold(feed.moves(0, upto, SLOT, since=midnight))
    truth = days.points(_passed(course), course.outlets, course.products)
    for code, points in course.outlets.items():
        if points != truth[code]:
            yield f"outlet {code}: published {points}, the entries give {truth[code]}"


def _passed(course: Course) -> int:
    """Return how many slots of its day had passed."""
    if is_over(course):
        return SLOTS_A_DAY
    return slot_of(parse_rfc3339(course.as_of)) % SLOTS_A_DAY
