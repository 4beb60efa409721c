"""Texts that a spreadsheet would run as formulas, made harmless. Source: OWASP ASVS 5.0, 1.2.10."""

from __future__ import annotations

import re

# Signs of both widths that begin a formula, also behind what nobody sees (blanks, control
# characters, marks of width and direction) and some programs skip on their way to one. Quotes
# before them are told apart from ours.
_UNSEEN = "\\s\0-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
_WOULD_RUN = re.compile(rf"'*(?:[{_UNSEEN}]*[=+\-@＝＋－＠]|[\t\r\n\0])")


def guarded(text: str) -> str:
    """Prefix a text that a spreadsheet would run with a quote; others stay as they are."""
    return f"'{text}" if _WOULD_RUN.match(text) else text


def unguarded(text: str) -> str:
    """Undo ``guarded``, exactly."""
    return text[1:] if text.startswith("'") and _WOULD_RUN.match(text) else text
