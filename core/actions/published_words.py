"""Texts that the authority publishes: cleaned of what rewrites the line, refused where wrong."""

from __future__ import annotations

import re
import unicodedata

from core.domain.identity import checksum_holds
from core.domain.text import Text
from core.errors import Invalid

_MARKS = ("Cc", "Cf", "Cs", "Co")
# No characters at all: with one of them inside, a feed is no XML any more.
_NO_XML = "\ufffe\uffff"
_NUMBER_LIKE = re.compile(r"(?<![A-Z0-9])[A-Z][A-Z0-9][0-9]{8}(?![0-9])")


def published(text: str, longest: int, *, lines: bool = False) -> str:
    """Return a text fit to be published; ``lines`` keeps its line breaks.

    Raises:
        Invalid: it is too long, or holds an identity number.
    """
    normal = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    kept = "".join(sign for sign in normal if sign == "\n" or _is_text(sign))
    shown = kept.strip() if lines else " ".join(kept.split())
    if len(shown) > longest:
        raise Invalid(f"the text is longer than {longest} characters; write less")
    narrow = unicodedata.normalize("NFKC", shown).upper()
    if any(checksum_holds(found) for found in _NUMBER_LIKE.findall(narrow)):
        raise Invalid("do not publish identity numbers; leave the number out")
    return shown


def _is_text(sign: str) -> bool:
    return sign not in _NO_XML and unicodedata.category(sign) not in _MARKS


def in_both(zh: str, en: str, longest: int, *, lines: bool = False) -> Text:
    """Return words fit to be published, given in both languages.

    Raises:
        Invalid: one language is missing, too long, or holds an identity number.
    """
    words = Text(published(zh, longest, lines=lines), published(en, longest, lines=lines))
    if not words.zh or not words.en:
        raise Invalid("write both languages: Chinese and English")
    return words
