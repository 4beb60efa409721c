"""The pages that the authority edits: their names, and the fields some have beside their text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from core.domain.text import Text

LONGEST_TEXT = 20_000
LONGEST_FIELD = 200


@dataclass(frozen=True, slots=True)
class ContentPage:
    """One page: its official name, and its fields by name. ``footer`` pages stand at the foot."""

    title: Text
    fields: Mapping[str, Text] = MappingProxyType({})
    footer: bool = False


_CONTACT_FIELDS: Mapping[str, Text] = MappingProxyType(
    {
        "phone": Text("服務電話", "Telephone"),
        "hours_zh": Text("服務時間（中文）", "Hours (Chinese)"),
        "hours_en": Text("服務時間（英文）", "Hours (English)"),
        "email": Text("電子郵件", "E-mail"),
        "network_zh": Text("網路服務業者（中文）", "Network provider (Chinese)"),
        "network_en": Text("網路服務業者（英文）", "Network provider (English)"),
        "network_phone": Text("網路障礙電話", "Telephone for network faults"),
    }
)
CONTENT_PAGES: Mapping[str, ContentPage] = MappingProxyType(
    {
        "contact": ContentPage(Text("聯絡窗口", "Contact"), _CONTACT_FIELDS),
        "faq": ContentPage(Text("常見問答", "Questions and answers")),
        "downloads": ContentPage(Text("下載專區", "Downloads")),
        "links": ContentPage(Text("友善連結", "Links")),
        "guide": ContentPage(Text("網站使用說明", "How to use this site")),
        "privacy": ContentPage(Text("隱私權政策", "Privacy policy"), footer=True),
        "security": ContentPage(Text("資訊安全政策", "Security policy"), footer=True),
        "copyright": ContentPage(Text("著作權聲明", "Copyright"), footer=True),
    }
)
