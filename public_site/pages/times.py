"""Times and days as people read them, in Taipei and in the reader's language."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from core.domain.calendar import TAIPEI
from public_site.pages.reader import CHINESE, Reader
from public_site.words import word


def ago(seconds: float, language: str) -> str:
    """Say how long ago something was, in the largest unit that fits."""
    seconds = max(0, int(seconds))
    for length, key in ((86400, "days_ago"), (3600, "hours_ago"), (60, "minutes_ago")):
        if seconds >= length:
            return word(key, language, n=seconds // length)
    return word("seconds_ago", language, n=seconds) if seconds >= 2 else word("just_now", language)


def since(text: str, now: datetime, language: str) -> str:
    """Say how long ago a published time was, in whole minutes; empty where there is none."""
    try:
        seconds = (now - datetime.fromisoformat(text)).total_seconds()
    except (ValueError, TypeError):
        return ""
    return ago(seconds, language) if seconds >= 60 else word("just_now", language)


def clock_time(text: str) -> str:
    """Spell a published time for people: ``2020-02-06 10:30:05``; as it is where it is none."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(TAIPEI):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return text


def moment(text: str, now: datetime) -> str:
    """Spell a published time as short as today allows: ``09:12``, else ``2/7 09:12``."""
    try:
        local = datetime.fromisoformat(text).astimezone(TAIPEI)
    except ValueError:
        return text
    if local.date() == now.astimezone(TAIPEI).date():
        return f"{local:%H:%M}"
    return f"{local.month}/{local.day} {local:%H:%M}"


def ends_with_today(text: str, now: datetime) -> bool:
    """Tell whether a published time is the midnight that ends today."""
    try:
        end = datetime.fromisoformat(text).astimezone(TAIPEI)
    except ValueError:
        return False
    today = now.astimezone(TAIPEI).date()
    return end == datetime.combine(today + timedelta(days=1), time(), TAIPEI)


def clock_of(second: int) -> str:
    """Spell a second of the day: ``08:10``, ``24:00``."""
    return f"{second // 3600:02d}:{second % 3600 // 60:02d}"


def day_of_rule(day: date, reader: Reader) -> str:
    """Spell today shortly: ``2/6（四）``, ``Thu 6 Feb``."""
    if reader.language == CHINESE:
        return f"{day.month}/{day.day}（{reader.word(f'day_{day.weekday()}')}）"
    return f"{day:%a} {day.day} {day:%b}"


def day_label(day: date, reader: Reader, *, year: bool = False) -> str:
    """Spell a day: ``2月6日（四）``, ``Thu, 6 February``; with its year where asked."""
    weekday = reader.word(f"day_{day.weekday()}")
    if reader.language == CHINESE:
        return f"{f'{day.year}年' if year else ''}{day.month}月{day.day}日（{weekday}）"
    return f"{weekday}, {day.day} {day:%B}{f' {day.year}' if year else ''}"


def day_of_sentence(day: date, today: date, reader: Reader) -> str:
    """Spell a day as ``day_label``; the year only where it is another one."""
    return day_label(day, reader, year=day.year != today.year)
