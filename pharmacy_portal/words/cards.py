"""Words of the card agent, 電腦設定 and the check."""

from __future__ import annotations

from core.domain.text import Text

PAGE: dict[str, Text] = {}
SCRIPT: dict[str, Text] = {}
