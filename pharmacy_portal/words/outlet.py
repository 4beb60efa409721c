"""Words of the outlet's own page."""

from __future__ import annotations

from core.domain.text import Text

PAGE: dict[str, Text] = {}
SCRIPT: dict[str, Text] = {}
