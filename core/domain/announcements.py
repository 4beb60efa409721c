"""Announcements (公告事項): their kinds, whom they are for, and how one is told to everybody."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from core.domain.text import Text

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "notice": Text("公告", "Notice"),
        "change": Text("異動", "Change"),
        "incident": Text("事件", "Incident"),
    }
)
AUDIENCES: Mapping[str, Text] = MappingProxyType(
    {
        "portal": Text("販售點（本系統）", "Outlets (this portal)"),
        "data": Text("資料使用者（開放資料）", "Users of the open data"),
        "both": Text("兩者", "Both"),
    }
)
LONGEST_WORDS = 1_000


def is_for_portal(audience: str) -> bool:
    """Tell whether an announcement stands in the portal."""
    return audience in ("portal", "both")


def is_for_data(audience: str) -> bool:
    """Tell whether an announcement stands in the feeds of the open data."""
    return audience in ("data", "both")
