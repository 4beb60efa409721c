"""The map, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {}
