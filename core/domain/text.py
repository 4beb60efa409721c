"""Words in both languages side by side, and what no text may hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

LANGUAGES = ("zh-TW", "en")
# Signs that nobody writes: they come of damage, and no format has to carry them.
UNREADABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
TORN = re.compile(f"{UNREADABLE.pattern}|\ufffd")


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence or name in Traditional Chinese and in English."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        """Return the words for ``zh-TW`` (or anything Chinese) or ``en``."""
        return self.en if language.startswith("en") else self.zh

    def format(self, **values: object) -> Text:
        """Fill the same placeholders in both languages."""
        return Text(self.zh.format(**values), self.en.format(**values))
