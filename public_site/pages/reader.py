"""Who reads: in which language, as text only or not, and how links keep both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode

import msgspec
from aiohttp import web
from msgspec.structs import replace

from public_site.words import word

CHINESE, ENGLISH = "zh-TW", "en"
TEXT_MODE = "text"
_NAMES = {"zh": CHINESE, "zh-tw": CHINESE, "zh-hant": CHINESE, "en": ENGLISH}


class Reader(msgspec.Struct, frozen=True):
    """``sticky``: the address names the language, so links must too.

    ``text_only``: pages without style sheet, script and pictures, for a thin line (``?mode=text``).
    """

    language: str
    sticky: bool = False
    text_only: bool = False

    def word(self, key: str, **values: object) -> str:
        """Return words of the table in the reader's language."""
        return word(key, self.language, **values)

    def link(self, path: str, parameters: Mapping[str, object] | None = None) -> str:
        """Return an address on this site; empty parameters are left out."""
        kept = {name: str(value) for name, value in (parameters or {}).items() if value}
        if self.sticky:
            kept["lang"] = self.language
        if self.text_only:
            kept["mode"] = TEXT_MODE
        return f"{path}?{urlencode(kept)}" if kept else path

    def listed(self, parts: Iterable[str]) -> str:
        """Join what stands side by side."""
        return ("、" if self.language == CHINESE else ", ").join(parts)

    def labelled(self, label: str, words: str) -> str:
        """Put a label before words."""
        return f"{label}{'：' if self.language == CHINESE else ': '}{words}"

    @property
    def other(self) -> Reader:
        """The reader of the other language."""
        language = ENGLISH if self.language == CHINESE else CHINESE
        return Reader(language, sticky=True, text_only=self.text_only)

    @property
    def other_mode(self) -> Reader:
        """The reader who wants text only; the one who wants all, if this is that one."""
        return replace(self, text_only=not self.text_only)


def reader_of(request: web.Request) -> Reader:
    """Choose the language: ``?lang=``, else the browser's wish, else Chinese; and the mode."""
    text_only = request.query.get("mode") == TEXT_MODE
    named = _NAMES.get(request.query.get("lang", "").lower())
    if named:
        return Reader(named, sticky=True, text_only=text_only)
    return Reader(_wished(request.headers.get("Accept-Language", "")), text_only=text_only)


def _wished(header: str) -> str:
    """Return the best of both languages; who wishes neither reads English."""
    best, best_weight = "", 0.0
    for part in header.lower().split(",")[:20]:
        tag, _, weight_text = part.partition(";q=")
        language = _language_of(tag.strip())
        weight = _weight(weight_text)
        if language and weight > best_weight:
            best, best_weight = language, weight
    if best:
        return best
    return ENGLISH if header.strip() and "*" not in header else CHINESE


def _language_of(tag: str) -> str:
    return _NAMES.get(tag.partition("-")[0], "")


def _weight(text: str) -> float:
    try:
        return float(text) if text else 1.0
    except ValueError:
        return 0.0
