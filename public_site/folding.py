"""Fold texts, so that the many ways to write one name or address find each other.

Both sides are folded: what an outlet says of itself, once per snapshot, and what is typed. A mark
stands before each number, so that 9號 does not find 49號, and 49號 finds 49號 only.
"""

from __future__ import annotations

import re
import unicodedata

from core.domain.geography import normalise_address, towns_by_code
from core.domain.outlets import KINDS
from core.domain.snapshot import OutletRecord

NUMBER_MARK = "·"
# The lines of a search text, in their order.
NAME, CODE, PHONES, AREA, STREET, ADDRESS, OTHER = range(7)

_DIGITS = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")} | {"零": 0}
_NUMERALS = "〇零一二三四五六七八九十百"
# 忠孝東路四段 is 4段, 中山一路 is 1路 and 四十九號 is 49號; but 一心路 keeps its name.
_COUNTED = re.compile(f"[{_NUMERALS}]+(?=[段路街道巷弄鄰號樓])")
_DASHES = str.maketrans("‐‑‒–—―−－﹣", "---------")
# 5之1號 and 5-1號; 5號之1 is the same door.
_SUB_NUMBER = re.compile(r"(?<=[0-9])之(?=[0-9])")
_SUB_DOOR = re.compile(r"([0-9]+)號[之-]([0-9]+)(?![0-9]*[樓f號])")
# 326、328號 is two doors.
_DOORS = re.compile(r"([0-9]+)[、,.及和與](?=[0-9、,.\-及和與]*號)")
_ONE_FLOOR = (
    r"(?:地下|b)?[0-9一二三四五六七八九十][0-9一二三四五六七八九十、,.\-~至及和與]*(?:樓|f)"
)
_FLOOR = re.compile(rf"(?<=號)[、,.( ]*(?:{_ONE_FLOOR}(?:[之-][0-9]+)?|b[0-9]+)")
# A dash that does not join two numbers.
_LONE_DASH = re.compile(r"(?<![0-9])-|-(?![0-9])")
_NUMBER = re.compile(r"(?<![0-9\-])(?=[0-9])")
# 五權里 and 5鄰 before a road; not 大里路, and not where no road follows.
_VILLAGE = re.compile(
    r"^[^路街道段巷弄號0-9·]{1,4}?[里村](?=(?:·[0-9]+鄰)?[^路街道段巷弄號·]{2,}[·0-9]*[路街道段巷])"
)
_NEIGHBOURHOOD = re.compile(r"·[0-9]+鄰")
_EXTENSION = re.compile(r"(?:分機|轉|ext\.?|#)\s*[0-9]+.*$", re.IGNORECASE)
_NOT_PHONE = re.compile(r"[^0-9()\-\s.+]+")


def fold(text: str) -> str:
    """Spell a text for comparison only: half-width, lower case, 臺, 市, 4段, 5-1號.

    Spaces and punctuation are gone, a mark stands before each number.
    """
    text = normalise_address(visible(text)).lower().replace(" ", "")
    text = _COUNTED.sub(lambda numeral: _as_digits(numeral[0]), text)
    text = _SUB_NUMBER.sub("-", text)
    text = _DOORS.sub(r"\1號", _SUB_DOOR.sub(r"\1-\2號", _FLOOR.sub("", text)))
    text = "".join(sign for sign in text if sign.isalnum() or sign == "-")
    return _NUMBER.sub(NUMBER_MARK, _LONE_DASH.sub("", text))


def visible(text: str) -> str:
    """Spell a text half-width, dashes alike, without what nobody sees (control, direction)."""
    folded = unicodedata.normalize("NFKC", text).translate(_DASHES)
    return "".join(s if s.isprintable() else " " if s.isspace() else "" for s in folded)


def _as_digits(numeral: str) -> str:
    """Spell 四十九 as 49; 二〇 as 20."""
    if not any(sign in numeral for sign in "十百"):
        return "".join(str(_DIGITS[sign]) for sign in numeral)
    total, last = 0, None
    for sign in numeral:
        if sign in _DIGITS:
            last = _DIGITS[sign]
        else:
            total += (1 if last is None else last) * (10 if sign == "十" else 100)
            last = 0
    return str(total + (last or 0))


def without_village(street: str) -> str:
    """Take village and neighbourhood (里, 村, 鄰) from a folded address behind its town."""
    return _NEIGHBOURHOOD.sub("", _VILLAGE.sub("", street))


def phones_of(text: str) -> list[str]:
    """Return the digits of each telephone number in a text, without extensions."""
    parts = _NOT_PHONE.split(_EXTENSION.sub("", visible(text)))
    numbers = ("".join(sign for sign in part if sign in "0123456789") for part in parts)
    return [number for number in numbers if number]


def search_text(record: OutletRecord) -> str:
    """Join what free text looks at; the line breaks keep a word from spanning two fields."""
    town = towns_by_code().get(record.town_code)
    address = fold(record.address)
    area = fold(town.county_zh + town.town_zh if town else record.county + record.town)
    kind = KINDS.get(record.kind)
    other = [f"{town.town_en}, {town.county_en}"] if town else []
    other += [kind.zh, kind.en] if kind else []
    return "\n".join(
        [
            fold(record.name),
            record.code.lower(),
            " ".join(phones_of(record.phone)),
            area,
            without_village(_behind(address, area, record)),
            address,
            " ".join(map(fold, other)),
        ]
    )


def _behind(address: str, area: str, record: OutletRecord) -> str:
    """Return a folded address without county and town at its head."""
    for head in (area, fold(record.county + record.town), fold(record.county)):
        if head and address.startswith(head):
            return address[len(head) :]
    return address
