"""Words in both languages side by side."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("zh-TW", "en")


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
