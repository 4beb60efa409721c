"""Words of 公告事項, 聯絡窗口 and the other pages of the entrance."""

from __future__ import annotations

from core.domain.text import Text

PAGE: dict[str, Text] = {}
SCRIPT: dict[str, Text] = {}
