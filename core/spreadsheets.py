"""Texts that a spreadsheet would run as formulas, made harmless. Source: OWASP ASVS 5.0, 1.2.10."""

from __future__ import annotations

import re

# Half-width and full-width signs that begin a formula, also behind blanks, and control characters
# that some programs skip on their way to one. Quotes before them are told apart from ours.
_WOULD_RUN = re.compile(r"'*(?:[\s]*[=+\-@＝＋－＠]|[\t\r\n\0])")


def guarded(text: str) -> str:
    """Prefix a text that a spreadsheet would run with a quote; others stay as they are."""
    return f"'{text}" if _WOULD_RUN.match(text) else text


def unguarded(text: str) -> str:
    """Undo ``guarded``, exactly."""
    return text[1:] if text.startswith("'") and _WOULD_RUN.match(text) else text
