"""The rules in plain words, from the programme that the snapshot carries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web

from core.domain.calendar import taipei_day
from core.domain.programme import Programme
from core.domain.wording import buyers_today, days_for_digit, rules_in_words
from public_site import parameters
from public_site.keys import SNAPSHOTS
from public_site.pages.reader import CHINESE, Reader, reader_of
from public_site.pages.rendering import page_answer
from public_site.snapshots import Look

routes = web.RouteTableDef()

DAYS = 7
_DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Day:
    """One line of the week ahead. ``may_come`` is None where no digit was asked for."""

    label: str
    iso: str
    who: str
    today: bool
    may_come: bool | None


@routes.get("/rules")
async def rules_page(request: web.Request) -> web.Response:
    """Answer who may buy today and in the next days; the last digit may be given."""
    look = request.app[SNAPSHOTS].look()
    reader = reader_of(request)
    digit = parameters.one_of(request.query, "digit", _DIGITS)
    return page_answer(
        request, look, reader, "rules.html", digit, lambda: _context(look, reader, digit)
    )


def _context(look: Look, reader: Reader, digit: str) -> dict[str, object]:
    programme, today = look.view.programme, taipei_day(look.now)
    sentences = rules_in_words(programme, today)[reader.language]
    return {
        "today_words": buyers_today(programme, today).in_language(reader.language),
        "today": day_label(today, reader),
        "pinned_sentence": sentences[0] if programme.pinned else "",
        "sentences": sentences[1:] if programme.pinned else sentences,
        "week": _week(programme, today, reader, digit),
        "digit": digit,
        "digits": _DIGITS,
        "programme_name": programme.name.in_language(reader.language),
    }


def _week(programme: Programme, today: date, reader: Reader, digit: str) -> list[Day]:
    answers = dict(days_for_digit(programme, int(digit), today, DAYS)) if digit else {}
    return [
        Day(
            label=day_label(day, reader),
            iso=day.isoformat(),
            who=buyers_today(programme, day).in_language(reader.language),
            today=day == today,
            may_come=answers.get(day),
        )
        for day in (today + timedelta(days=n) for n in range(DAYS))
    ]


def day_label(day: date, reader: Reader) -> str:
    """Spell a day of this week: ``2月6日（週四）``, ``Thu 6/2`` in the reader's way."""
    weekday = reader.word(f"day_{day.weekday()}")
    if reader.language == CHINESE:
        return f"{day.month}月{day.day}日（{weekday}）"
    return f"{weekday}, {day.day} {day:%B}"
