"""Words of institutions and users."""

from __future__ import annotations

from core.domain.text import Text

PAGE: dict[str, Text] = {}
SCRIPT: dict[str, Text] = {}
