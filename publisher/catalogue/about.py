"""What is true of the data whatever their numbers: whose, from where, under which licence.

Source: 健保特約機構口罩剩餘數量明細清單 (A21030000I-D50001-001, data.gov.tw dataset 116285);
政府資料開放授權條款－第1版, in the SPDX list OGDL-Taiwan-1.0.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from core.domain.calendar import taipei_day
from core.domain.snapshot import Manifest
from core.domain.text import Text
from core.settings import Settings
from publisher.times import parse_rfc3339

IDENTIFIER = "A21030000I-D50001-001"
TITLE = Text(
    "口罩地圖開放資料：健保特約機構口罩剩餘數量明細清單",
    "maskmap open data: masks in stock at each NHI-contracted outlet",
)
DESCRIPTION = Text(
    "每一個販售點的口罩剩餘數量、等級、販售狀態、座標與販售時段。數量依帳冊，從不修飾；所有檔案出自"
    "同一份資料集，帶簽章，可自行驗證。口罩數量以藥局實際存量為主，線上查詢之數量僅供參考。",
    "Masks in stock at every outlet, their level, whether they can be bought now, coordinates and"
    " hours of sale. Numbers are the ledger's, never altered; all files of a release come from one"
    " snapshot, signed, for anybody to verify. What the pharmacy really has prevails.",
)
KEYWORDS = (
    Text("口罩", "mask"),
    Text("口罩實名制", "rationing by name"),
    Text("剩餘數量", "stock"),
    Text("藥局", "pharmacy"),
    Text("衛生所", "public health centre"),
    Text("健保特約機構", "NHI-contracted institution"),
    Text("臺灣", "Taiwan"),
)
LICENCE_ID = "OGDL-Taiwan-1.0"
LICENCE_URL = "https://data.gov.tw/license"
LICENCE = Text("政府資料開放授權條款－第1版", "Open Government Data License, version 1.0")
SOURCE_TITLE = Text(
    "健保特約機構口罩剩餘數量明細清單", "Masks in stock at NHI-contracted institutions"
)
SOURCE_URL = "https://data.gov.tw/dataset/116285"
SOURCE_OWNER = Text(
    "衛生福利部中央健康保險署",
    "National Health Insurance Administration, Ministry of Health and Welfare",
)
PUBLISHER = Text("口罩地圖開放資料", "maskmap open data")
PLACE = Text("臺灣", "Taiwan")
HISTORY_TITLE = Text("口罩剩餘數量的每日歷史", "The daily history of masks in stock")
API_TITLE = Text("口罩地圖 API", "The maskmap API")

FeedStatus = Literal["active", "ended"]


@dataclass(frozen=True, slots=True)
class Operator:
    """What the operator of this installation says; each may be missing.

    ``public_url`` has no slash at its end, ``contact`` is a mail or web address, ``sunset`` is the
    last day with data.
    """

    public_url: str = ""
    contact: str = ""
    sunset: date | None = None

    @property
    def mail(self) -> str:
        """Return the mail address, if that is how to ask."""
        return self.contact.removeprefix("mailto:") if self.contact.startswith("mailto:") else ""

    @property
    def page(self) -> str:
        """Return the web address, if that is how to ask."""
        return "" if self.mail else self.contact

    def address_of(self, file: str) -> str:
        """Return where the public finds a file of the snapshot folder; empty if unknown."""
        return f"{self.public_url}/data/{file}" if self.public_url else ""

    def status_of(self, manifest: Manifest) -> FeedStatus:
        """Tell whether the feed goes on after a release, or has ended before it."""
        day = taipei_day(parse_rfc3339(manifest.as_of))
        return "ended" if self.sunset is not None and day > self.sunset else "active"


def operator_of(settings: Settings) -> Operator:
    """Read what the operator says from the settings."""
    return Operator(settings.public_url.rstrip("/"), settings.contact, settings.sunset)
