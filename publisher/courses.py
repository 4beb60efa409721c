"""courses/YYYY-MM-DD.json: how each outlet's stock went through the last Taipei days.

A day is written when a slot of it has passed and something changed, and last when it is over. All
follows from the entries: after a restart only the days that are not complete are read again.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.clock import Clock, system_clock
from core.domain.calendar import rfc3339, taipei_day
from core.domain.snapshot import Course
from core.errors import NotFound
from core.log import get_logger
from core.releases import COURSES, SIGNATURE, Untrusted, course_days, read_course
from core.storage.feed import LedgerFeed
from publisher.followers import Told
from publisher.signing import replace_signed
from publisher.stock_days import SLOT, SLOTS_A_DAY, StockDays, day_of, slot_of
from publisher.times import parse_rfc3339

DAYS_KEPT = 8
# An act gets its time before it is committed, and is given up after 10 s: what is older is whole.
SETTLES = timedelta(seconds=15)
# A replay states many source times a second; its courses are written this often, and each day.
SELDOM = timedelta(seconds=5)
SLOT_S = int(SLOT.total_seconds())

_log = get_logger(__name__)


class Courses:
    """Writes the courses of one snapshot folder."""

    def __init__(
        self, feed: LedgerFeed, folder: Path, key: Ed25519PrivateKey, clock: Clock = system_clock
    ) -> None:
        self._feed, self._folder, self._key, self._clock = feed, folder, key, clock
        self._days: StockDays | None = None
        self._position = 0
        self._slot: int | None = None
        self._written: tuple[date, bytes] | None = None
        self._seldom_at = clock()
        self._put_off: Told | None = None

    def keep_up(self, told: Told) -> None:
        """Write the days in which a slot has passed since the last time; else do nothing.

        In a hurry most slots wait.
        """
        if told.hurried:
            self._keep_up_seldom(told)
        else:
            self._keep_up(told)

    def _keep_up(self, told: Told) -> None:
        settled = told.as_of - SETTLES
        slot = slot_of(settled)
        if self._slot is not None and slot <= self._slot:
            return
        days = self._folded(taipei_day(settled), told.position)
        if days is not None:
            self._write_until(slot, days, told)
        self._slot = slot

    def _keep_up_seldom(self, told: Told) -> None:
        new_day = self._slot is None or day_of(self._slot) != taipei_day(told.as_of - SETTLES)
        self._put_off = told
        if new_day or self._clock() >= self._seldom_at:
            self.finish()

    def finish(self) -> None:
        """Write what was put off."""
        if self._put_off is not None:
            self._keep_up(self._put_off)
            self._put_off, self._seldom_at = None, self._clock() + SELDOM

    def _folded(self, today: date, upto: int) -> StockDays | None:
        """Bring the days in memory to a position; None while the ledger is empty."""
        if self._days is None:
            self._days = self._load(today, upto)
        else:
            self._days.fold(self._feed.moves(self._position, upto, SLOT))
        self._position = upto
        return self._days

    def _load(self, today: date, upto: int) -> StockDays | None:
        """Read the days that are not complete, back from the running sums."""
        feed = self._feed
        first = feed.entries_after(0, limit=1)
        if not first or not upto:
            return None
        begin = max(today - timedelta(days=DAYS_KEPT - 1), min(first[0].day, today))
        while begin < today and self._is_complete(begin):
            begin += timedelta(days=1)
        with feed.instant():
            stock = {of: balance.pieces for of, balance in feed.balances().items()}
            later, moves = feed.changes(upto), feed.moves_since(begin, upto, SLOT)
        for change in (*later, *moves):
            stock[change.outlet, change.product] -= change.pieces
        days = StockDays(begin, stock)
        days.fold(moves)
        return days

    def _write_until(self, slot: int, days: StockDays, told: Told) -> None:
        """Write the days that are over for good, then today's as far as it has come."""
        today = day_of(slot)
        oldest = today - timedelta(days=DAYS_KEPT - 1)
        while days.day < today:
            if days.day >= oldest and not self._is_complete(days.day):
                self._write(days, SLOTS_A_DAY, told)
            days.close()
        if days.day == today:
            self._write(days, slot % SLOTS_A_DAY, told)
        self._remove_before(oldest)

    def _write(self, days: StockDays, passed: int, told: Told) -> None:
        outlets = days.points(passed, told.codes, told.products)
        written = (days.day, msgspec.json.encode(outlets))
        if written == self._written and passed < SLOTS_A_DAY:
            return
        course = Course(
            date=days.day.isoformat(),
            as_of=rfc3339(told.as_of - SETTLES),
            ledger_position=str(self._position),
            slot_s=SLOT_S,
            products=list(told.products),
            outlets=outlets,
        )
        place = self._folder / COURSES / f"{days.day}.json"
        place.parent.mkdir(exist_ok=True)
        replace_signed(place, msgspec.json.encode(course), self._key)
        self._written = written

    def _is_complete(self, day: date) -> bool:
        """Tell whether a day's file is ours, and was written after the day."""
        try:
            course = read_course(self._folder, day, self._key.public_key())
            return is_over(course)
        except NotFound:
            return False
        except Untrusted as error:
            _log.error("alarm: the course of a day is damaged", day=str(day), reason=str(error))
            return False

    def _remove_before(self, oldest: date) -> None:
        """Remove older days, each before its signature."""
        for day in course_days(self._folder):
            if day < oldest:
                place = self._folder / COURSES / f"{day}.json"
                place.unlink()
                place.with_name(place.name + SIGNATURE).unlink(missing_ok=True)


def is_over(course: Course) -> bool:
    """Tell whether a course was written after its day, so that it will never change."""
    return taipei_day(parse_rfc3339(course.as_of)).isoformat() > course.date
