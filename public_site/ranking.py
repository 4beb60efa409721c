"""In which order people see what a search found: what they named first, then what they can buy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from core.domain.calendar import taipei_day
from public_site.folding import AREA, CODE, NAME, PHONES, STREET
from public_site.hours import closed_on
from public_site.readings import Words, area_words
from public_site.search import Query, can_buy_now
from public_site.view import View

# A door number at the end of a word: 忠孝西路·1段·49號, or without 號.
_DOOR = re.compile(r"·[0-9]+(?:-[0-9]+)?號?$")
_FEWEST_PHONE_DIGITS = 7


def ordered(view: View, query: Query, places: Iterable[int], now: datetime) -> list[int]:
    """Return the places a query found, best first.

    What the words name exactly comes first: code, telephone, name, door; then names that begin
    so, names, streets. Among equals: what can be bought now, what is open today, most pieces.
    """
    nearness = _nearness(query.words)
    entries, today, product = view.entries, taipei_day(now), query.product

    def rank(place: int) -> tuple[int, bool, bool, int, int]:
        entry = entries[place]
        counts = entry.record.counts
        pieces = counts[product] if product else sum(counts.values())
        closed = closed_on(entry.record, today)
        return nearness(entry.text), not can_buy_now(entry, product), closed, -pieces, place

    return sorted(places, key=rank)


def _nearness(words: Words) -> Callable[[str], int]:
    """Return how far from the words an outlet's search text is; 0 is what they name exactly."""
    if not words:
        return lambda text: 0
    areas = [word for word in words if word in area_words()]
    named = [word for word in words if word not in area_words()]
    if not named:
        return lambda text: 0 if _within(areas, text.split("\n")[AREA]) else 1
    doors = [word if word.endswith("號") else f"{word}號" for word in named if _DOOR.search(word)]
    whole, all_of_it = "".join(named), "".join(words)
    return lambda text: _steps(text.split("\n"), named, doors, {whole, all_of_it, *named})


def _within(words: Iterable[str], area: str) -> bool:
    return all(word in area for word in words)


def _steps(lines: list[str], named: list[str], doors: list[str], names: set[str]) -> int:
    if lines[CODE] in named:
        return 0
    if any(_is_phone(word, lines[PHONES]) for word in named):
        return 1
    if lines[NAME] in names:
        return 2
    if doors and all(door in lines[STREET] for door in doors):
        return 3 if any(lines[STREET].startswith(word) for word in (*doors, *named)) else 4
    if lines[NAME].startswith(tuple(names)):
        return 5
    if any(word in lines[NAME] for word in named):
        return 6
    return 7 if any(lines[STREET].startswith(word) for word in named) else 8


def _is_phone(word: str, phones: str) -> bool:
    if not (len(word) >= _FEWEST_PHONE_DIGITS and word.isdigit()):
        return False
    return any(phone.endswith(word) for phone in phones.split(" "))
