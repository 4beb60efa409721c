"""Fold texts, so that the many ways to write one name or address find each other."""

from __future__ import annotations

import re
import unicodedata

from core.domain.geography import normalise_address

# 忠孝東路四段 and 忠孝東路4段 are one road; no section has a number above nine.
_SECTION = re.compile(r"[一二三四五六七八九](?=段)")
_NUMERALS = {numeral: str(value) for value, numeral in enumerate("一二三四五六七八九", start=1)}
_SPACE = re.compile(r"\s+")
# The head of an address; who leaves the town out, as people do, still finds the road.
_ADDRESS = re.compile(r"(..[縣市])([^路街段巷弄號]{1,3}[鄉鎮市區])?(.+)")
# 5之1號 and 5-1號.
_SUB_NUMBER = re.compile(r"(?<=[0-9])之(?=[0-9])")


def fold(text: str) -> str:
    """Spell a text for comparison only: half-width, lower case, 臺, 市, 4段, 5-1號, no spaces."""
    text = normalise_address(unicodedata.normalize("NFKC", text)).lower()
    text = _SECTION.sub(lambda numeral: _NUMERALS[numeral[0]], _SPACE.sub("", text))
    return _SUB_NUMBER.sub("-", text)


def words_of(text: str) -> tuple[str, ...]:
    """Take a query apart at its spaces, and an address behind county and town; fold each word."""
    return tuple(word for part in text.split() for word in _apart(fold(part)))


def _apart(word: str) -> list[str]:
    address = _ADDRESS.fullmatch(word)
    return [part for part in (address.groups() if address else (word,)) if part]
