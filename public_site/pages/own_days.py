"""On which days may I buy? By last digit and day of the last purchase; never by a whole number."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import msgspec

from core.domain.calendar import parse_birth_date
from core.domain.eligibility import weekday_reason
from core.domain.next_day import next_day
from core.domain.phrases import group_name
from core.domain.programme import Block, Programme
from public_site.pages.reader import CHINESE, Reader
from public_site.pages.times import day_of_sentence

DIGITS = tuple("0123456789")
LETTER = "letter"
_WEEKS, _DAYS = 2, 7
_ODD, _EVEN = 1, 2


class Asked(msgspec.Struct, frozen=True):
    """What was asked, understood. ``fault`` names what cannot be answered."""

    digit: str = ""
    bought: date | None = None
    fault: str = ""

    @property
    def number(self) -> int | None:
        """The last digit; None for a letter."""
        return int(self.digit) if self.digit in DIGITS else None


@dataclass(frozen=True)
class Day:
    """One field of the calendar. ``may_come`` is None where nothing was asked, or it is over."""

    iso: str
    label: str
    who: str
    today: bool
    over: bool
    may_come: bool | None


def ask(programme: Programme, today: date, digit: str, bought: str) -> Asked:
    """Understand what was sent. A day may be spelt as the counter does (109/02/06) too."""
    if not bought:
        return Asked(digit)
    day = parse_birth_date(bought)
    if day is None:
        return Asked(digit, fault="unreadable")
    if day > today:
        return Asked(digit, fault="future")
    if day < programme.block[0].effective:
        return Asked(digit, fault="too_early")
    return Asked(digit, day)


def answer_of(programme: Programme, today: date, asked: Asked, reader: Reader) -> list[str]:
    """Return the answer in sentences; empty where nothing was asked."""
    block = programme.block_on(today)
    if block is None or not (asked.digit or asked.bought):
        return []
    if asked.digit or all(group.weekdays == "any" for group in block.group):
        return _for_groups(programme, block, today, asked, reader)
    return [
        _sentence(programme, today, asked.bought, digit, None, reader.word(key), reader)
        for digit, key in ((_ODD, "own_odd"), (_EVEN, "own_even"), (None, "own_letter"))
    ]


def _for_groups(
    programme: Programme, block: Block, today: date, asked: Asked, reader: Reader
) -> list[str]:
    """Answer for everybody, and first for those whose day differs, such as children."""
    who = ""
    if asked.digit:
        name = reader.word("own_letter") if asked.digit == LETTER else asked.digit
        who = reader.word("own_digit", digit=name)
    usual = next_day(programme, asked.number, asked.bought, today)
    lines = [_sentence(programme, today, asked.bought, asked.number, None, who, reader)]
    for group in block.group[:-1]:
        if next_day(programme, asked.number, asked.bought, today, group.id) != usual:
            name = group_name(block, group).in_language(reader.language)
            lines.append(
                _sentence(programme, today, asked.bought, asked.number, group.id, name, reader)
            )
    return lines


def _sentence(
    programme: Programme,
    today: date,
    bought: date | None,
    digit: int | None,
    group_id: str | None,
    who: str,
    reader: Reader,
) -> str:
    day = next_day(programme, digit, bought, today, group_id)
    if day is None:
        words = reader.word("own_next_round")
    elif day == today:
        words = reader.word("own_today")
    else:
        words = reader.word("own_next", day=day_of_sentence(day, today, reader))
    if not who:
        return words[:1].upper() + words[1:]
    return reader.labelled(who, words)


def calendar(programme: Programme, today: date, asked: Asked, reader: Reader) -> list[list[Day]]:
    """Return this week and the next, Monday to Sunday."""
    monday = today - timedelta(days=today.weekday())
    return [
        [
            _field(programme, monday + timedelta(days=_DAYS * week + n), today, asked, reader)
            for n in range(_DAYS)
        ]
        for week in range(_WEEKS)
    ]


def _field(programme: Programme, day: date, today: date, asked: Asked, reader: Reader) -> Day:
    return Day(
        iso=day.isoformat(),
        label=f"{day.month}/{day.day}" if reader.language == CHINESE else f"{day.day} {day:%b}",
        who=_whose(programme, day, reader),
        today=day == today,
        over=day < today,
        may_come=_may_come(programme, day, asked) if asked.digit and day >= today else None,
    )


def _whose(programme: Programme, day: date, reader: Reader) -> str:
    """Say in a word whose day it is, for those who are no exception."""
    block = programme.block_on(day)
    if block is None:
        return reader.word("day_of_nobody")
    odd, even = (weekday_reason(block.group[-1], digit, day) is None for digit in (_ODD, _EVEN))
    if odd and even:
        return reader.word("day_of_all")
    return reader.word("day_of_odd") if odd else reader.word("day_of_even")


def _may_come(programme: Programme, day: date, asked: Asked) -> bool:
    block = programme.block_on(day)
    if block is None or (asked.bought and block.window.holds(asked.bought, day)):
        return False
    return weekday_reason(block.group[-1], asked.number, day) is None
