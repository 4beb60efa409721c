"""The pages that the authority edits, and the fields some have beside their text."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.domain.text import Text

LONGEST_TEXT = 8_000
LONGEST_FIELD = 200

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
_NO_FIELDS: Mapping[str, Text] = MappingProxyType({})
CONTENT_PAGES: Mapping[str, Mapping[str, Text]] = MappingProxyType(
    {
        "contact": _CONTACT_FIELDS,
        "faq": _NO_FIELDS,
        "downloads": _NO_FIELDS,
        "links": _NO_FIELDS,
        "guide": _NO_FIELDS,
        "privacy": _NO_FIELDS,
        "security": _NO_FIELDS,
        "copyright": _NO_FIELDS,
    }
)
