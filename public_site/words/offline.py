"""The installed site without a connection, Chinese and English side by side."""

from __future__ import annotations

from core.domain.text import Text

WORDS: dict[str, Text] = {}
