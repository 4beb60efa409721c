"""One application in the directory: its fields, its words, and what a submission must fulfil.

Source: the community's list of February 2020 (口罩供需資訊平台, 應用清冊), and PDIS/mask-static for
the categories.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import urlsplit

import msgspec

from core.domain.text import Text
from core.errors import Invalid

CATEGORIES: Mapping[str, Text] = MappingProxyType(
    {
        "map": Text("地圖", "Map"),
        "line": Text("LINE 機器人", "LINE bot"),
        "telegram": Text("Telegram 機器人", "Telegram bot"),
        "chat": Text("其他聊天機器人", "Other chat bot"),
        "app": Text("手機 App", "Phone app"),
        "voice": Text("語音助理", "Voice assistant"),
        "list": Text("清單查詢", "List"),
        "dashboard": Text("儀表板", "Dashboard"),
        "analysis": Text("資料分析", "Analysis"),
    }
)
PLATFORMS: Mapping[str, Text] = MappingProxyType(
    {
        "web": Text("網頁", "Web"),
        "line": Text("LINE", "LINE"),
        "telegram": Text("Telegram", "Telegram"),
        "android": Text("Android", "Android"),
        "ios": Text("iOS", "iOS"),
        "voice": Text("智慧音箱", "Smart speaker"),
        "other": Text("其他", "Other"),
    }
)
LONGEST = {"name": 80, "author": 80, "author_url": 500, "url": 500, "description": 300}
_REQUIRED = ("name", "url", "author", "category", "platform")
_PORT = re.compile(r":[0-9]{1,5}")
_HOST = re.compile(r"([\w-]{1,63}\.)+[^\W\d_][\w-]{0,62}")


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """What the directory says of an application. Links are http or https addresses."""

    name: str
    url: str
    author: str
    category: str
    platform: str
    author_url: str = ""
    description: str = ""


class BadField(Invalid):
    """A field of a submission cannot be taken. ``field`` names it; ``words`` say why and what to
    write instead."""

    code = "FIELD_INVALID"

    def __init__(self, field: str, words: Text) -> None:
        super().__init__(f"{field}: {words.en}")
        self.field, self.words = field, words


def read_listing(sent: Mapping[str, str]) -> Listing:
    """Read a submission.

    Raises:
        BadField: the first field that cannot be taken.
    """
    fields = {name: plain_line(sent.get(name, "")) for name in LONGEST}
    fields |= {name: sent.get(name, "") for name in ("category", "platform")}
    for name in _REQUIRED:
        if not fields[name]:
            raise BadField(name, Text("請填寫這一欄", "please fill in this field"))
    for name, longest in LONGEST.items():
        if len(fields[name]) > longest:
            raise BadField(
                name,
                Text(f"最多 {longest} 個字，請縮短", f"at most {longest} characters; shorten it"),
            )
    for name, known in (("category", CATEGORIES), ("platform", PLATFORMS)):
        if fields[name] not in known:
            raise BadField(name, Text("請從清單中選擇", "choose one of the list"))
    for name in ("url", "author_url"):
        if fields[name] and not is_public_link(fields[name]):
            raise BadField(
                name,
                Text(
                    "請填完整網址，以 https:// 開頭，例如 https://example.org/map",
                    "write the whole address, beginning with https://, such as"
                    " https://example.org/map",
                ),
            )
    return Listing(**fields)


def plain_line(text: str) -> str:
    """Return a text as one line without control, format and direction marks."""
    line = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(mark for mark in line if unicodedata.category(mark) not in ("Cc", "Cf", "Cs"))


def is_public_link(text: str) -> bool:
    """Tell whether a text is a link to a named public host, safe to put on a page."""
    if any(mark.isspace() or unicodedata.category(mark) in ("Cc", "Cf", "Cs") for mark in text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        return False
    after = parts.netloc[len(host) :]
    if parts.scheme not in ("http", "https") or (after and not _PORT.fullmatch(after)):
        return False
    return bool(_HOST.fullmatch(host)) and not _is_number(host)


def same_link(url: str) -> str:
    """Return a link in the form by which two submissions of one application are told."""
    parts = urlsplit(url)
    host = (parts.hostname or "").removeprefix("www.")
    query = f"?{parts.query}" if parts.query else ""
    return f"{host}{parts.path.rstrip('/')}{query}"


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
