"""Fold texts, so that the many ways to write one name or address find each other.

Both sides are folded: what an outlet says of itself, once per snapshot, and what is typed. A mark
stands before each number, so that 9號 does not find 49號, and 49號 finds 49號 only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from core.domain.geography import normalise_address, towns_by_code
from core.domain.outlets import KINDS
from core.domain.snapshot import OutletRecord

NUMBER_MARK = "·"
# The lines of a search text, in their order.
NAME, CODE, PHONES, AREA, STREET, ADDRESS, OTHER = range(7)

# The texts of the real nation twice over.
_MOST_TEXTS = 16_384
_DIGITS = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九")} | {"零": 0}
_NUMERALS = "〇零一二三四五六七八九十百"
# 忠孝東路四段 is 4段, 中山一路 is 1路 and 四十九號 is 49號; but 一心路 keeps its name.
_LETTER_NOUGHT = re.compile(f"(?<=[{_NUMERALS}])[o0](?=[{_NUMERALS}])")
_COUNTED = re.compile(
    f"[{_NUMERALS}]+(?=[段路街道巷弄鄰號樓]|[之、,.\\-][0-9{_NUMERALS}]+號)"
    f"|(?<=[路街段巷弄])[{_NUMERALS}]+(?=之|$)|(?<=之)[{_NUMERALS}]+$"
)
# Signs that people and offices write for a dash, for "and", for nought.
_SIGNS = str.maketrans(
    dict.fromkeys("‐‑‒–—―−－﹣─━", "-") | dict.fromkeys("˙•‧・·∙", "、") | {"○": "〇", "◯": "〇"}
)
# 5之1號 and 5-1號; 5號之1 is the same door.
_SUB_NUMBER = re.compile(r"(?<=[0-9])之(?=[0-9])")
_SUB_DOOR = re.compile(r"([0-9]+)號[之-]([0-9]+)(?![0-9]*[樓f號])")
# 326、328號 is two doors.
_DOORS = re.compile(r"([0-9]+)[、,.。及和與](?=[0-9、,.。\-及和與]*號)")
_ONE_FLOOR = (
    r"(?:地下|b)?[0-9一二三四五六七八九十][0-9一二三四五六七八九十、,.\-~至及和與]*(?:[樓層]|f)"
)
_FLOOR = re.compile(rf"(?<=號)[、,.。( ]*(?:{_ONE_FLOOR}(?:[之-][0-9]+)?|b[0-9]+)")
# Which floors are used, in brackets.
_ROOMS = re.compile(r"\([^()]{0,40}[樓層室][^()]{0,40}\)")
_PUNCTUATION = re.compile(r"[^\w\-]|_")
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
    text = _LETTER_NOUGHT.sub("〇", text)
    text = _COUNTED.sub(lambda numeral: _as_digits(numeral[0]), text)
    text = _SUB_NUMBER.sub("-", text)
    text = _DOORS.sub(r"\1號", _SUB_DOOR.sub(r"\1-\2號", without_floors(text)))
    return _NUMBER.sub(NUMBER_MARK, _LONE_DASH.sub("", _PUNCTUATION.sub("", text)))


def visible(text: str) -> str:
    """Spell a text half-width, dashes alike, without what nobody sees (control, direction)."""
    folded = unicodedata.normalize("NFKC", text.translate(_SIGNS))
    if folded.isprintable():
        return folded
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


def without_floors(text: str) -> str:
    """Take floors and rooms from behind a door number; lower case in."""
    return _FLOOR.sub("", _ROOMS.sub("", text))


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
    names = (town.county_zh, town.town_zh) if town else (record.county, record.town)
    other = _other_words(record.town_code, record.kind)
    return _text(record.name, record.code, record.phone, record.address, *names, other)


@lru_cache(maxsize=_MOST_TEXTS)
def _text(
    name: str, code: str, phone: str, address: str, county: str, town: str, other: str
) -> str:
    """Spell an outlet; remembered, since its numbers change all day and its words do not."""
    folded, area = fold(address), fold(county + town)
    lines = [fold(name), code.lower(), " ".join(phones_of(phone)), area]
    return "\n".join([*lines, without_village(_behind(folded, area, fold(county))), folded, other])


@lru_cache(maxsize=4096)
def _other_words(town_code: str, kind: str) -> str:
    """Return English names of town and county, and the kind in both languages."""
    town, named = towns_by_code().get(town_code), KINDS.get(kind)
    words = [f"{town.town_en}, {town.county_en}"] if town else []
    return " ".join(map(fold, [*words, *((named.zh, named.en) if named else ())]))


def _behind(address: str, area: str, county: str) -> str:
    """Return a folded address without county and town at its head."""
    for head in (area, county):
        if head and address.startswith(head):
            return address[len(head) :]
    return address
