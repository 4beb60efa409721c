"""Every word of the portal's pages, both languages side by side: a table for each area.

Source of the official words: slides of 109.2.5 and the manual (screens, dialogs, 購買說明); words
of refusals stand in ``core.domain.refusals``, of rules in ``core.domain.wording``. Each area has
``PAGE`` for templates and ``SCRIPT`` for what is handed to scripts; ``{name}`` is filled in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from core.domain.text import Text
from pharmacy_portal.words import (
    cards,
    content,
    counter,
    day,
    entrance,
    frame,
    outlet,
    people,
    steward,
)

AREAS = (frame, entrance, counter, cards, people, outlet, day, steward, content)


def _merged(tables: Iterator[Mapping[str, Text]]) -> Mapping[str, Text]:
    merged: dict[str, Text] = {}
    for table in tables:
        twice = merged.keys() & table.keys()
        if twice:
            raise ValueError(f"words defined twice: {sorted(twice)}")
        merged |= table
    return MappingProxyType(merged)


PAGE_WORDS: Mapping[str, Text] = _merged(area.PAGE for area in AREAS)
SCRIPT_WORDS: Mapping[str, Text] = _merged(area.SCRIPT for area in AREAS)


def say(key: str, language: str, **values: object) -> str:
    """Return the words of a key in one language, with its places filled in."""
    return PAGE_WORDS[key].in_language(language).format(**values)
