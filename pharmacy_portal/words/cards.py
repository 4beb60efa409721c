"""Words of the card agent, 電腦設定 and the check."""

from __future__ import annotations

from core.domain.text import Text
from pharmacy_portal.words.card_states import explanations

PAGE: dict[str, Text] = {
    "old_browser": Text(
        "本系統不支援 Internet Explorer 11。請改用 Microsoft Edge、Chrome 或 Firefox 開啟本頁；"
        "Windows 10 以上已內建 Edge。",
        "Internet Explorer 11 is not supported. Open this page with Microsoft Edge, Chrome or"
        " Firefox; Edge is part of Windows 10 and later.",
    ),
}
SCRIPT: dict[str, Text] = explanations()
