"""Words of the day: stocktake, close, dispute, practice."""

from __future__ import annotations

from core.domain.text import Text

PAGE: dict[str, Text] = {}
SCRIPT: dict[str, Text] = {}
