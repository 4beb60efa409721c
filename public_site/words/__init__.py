"""Every word of the pages, Chinese and English side by side: one table a module, merged here.

A test compares the tables with what templates and code ask for: nothing may be missing, nothing
may be left over, and no key may stand in two tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from core.domain.text import Text
from public_site.words import apps, data, frame, map, offline, outlet, rules, search, status

TABLES = (frame, search, map, outlet, rules, data, apps, status, offline)
WORDS: Mapping[str, Text] = MappingProxyType(
    dict(chain.from_iterable(table.WORDS.items() for table in TABLES))
)


def word(key: str, language: str, **values: object) -> str:
    """Return words by key in a language, placeholders filled."""
    text = WORDS[key].in_language(language)
    return text.format(**values) if values else text
