"""What is written on a synthetic outlet's door: name, address, phone, hours, note.

The words come from ``data/reference/names.toml``; every combination is made up. Phones begin with
a digit that no subscriber's number has, so that a click on one rings nowhere.
"""

from __future__ import annotations

import tomllib
from functools import cache
from random import Random

from core.domain.geography import Town
from core.resources import data_path

# County → area code, and how many digits follow it.
_PHONES = {
    "臺北市": ("02", 8), "新北市": ("02", 8), "基隆市": ("02", 8), "桃園市": ("03", 7),
    "新竹市": ("03", 7), "新竹縣": ("03", 7), "宜蘭縣": ("03", 7), "花蓮縣": ("03", 7),
    "苗栗縣": ("037", 6), "臺中市": ("04", 8), "彰化縣": ("04", 7), "南投縣": ("049", 7),
    "雲林縣": ("05", 7), "嘉義市": ("05", 7), "嘉義縣": ("05", 7), "臺南市": ("06", 7),
    "澎湖縣": ("06", 7), "高雄市": ("07", 7), "屏東縣": ("08", 7), "臺東縣": ("089", 6),
    "金門縣": ("082", 6), "連江縣": ("0836", 5),
}  # fmt: skip
_FULL_WIDTH = {ord("0") + n: 0xFF10 + n for n in range(10)}
_SECTION_DIGITS = str.maketrans("一二三四五六七八九", "１２３４５６７８９")
_SHARE_WITH_NOTE = 0.25
# Seven mornings, seven afternoons, seven evenings, Monday first; N = open, Y = closed.
_HOURS = (
    "NNNNNNY" + "NNNNNNY" + "NNNNNYY",
    "NNNNNNN" + "NNNNNNN" + "NNNNNNN",
    "NNNNNNY" + "NNNNNYY" + "NNNNNYY",
    "NNNNNYY" + "NNNNNYY" + "YYYYYYY",
    "NNNNNNN" + "NNNNNNN" + "NNNNNYY",
)
_OFFICE_HOURS = _HOURS[3]
_CLOSED_ON_SUNDAY = "週日休息"


@cache
def words() -> dict[str, list[str]]:
    """Return the word lists."""
    return tomllib.loads(data_path("reference/names.toml").read_text("utf-8"))


def pharmacy_name(random: Random) -> str:
    """Compose a pharmacy's name, such as 健安藥局."""
    parts = ("pharmacy_first", "pharmacy_second", "pharmacy_suffixes")
    first, second, suffix = (random.choice(words()[part]) for part in parts)
    return f"{first}{second if second != first else '生'}{suffix}"


def health_centre_name(town: Town) -> str:
    """Name a town's public health centre as the official list does."""
    return f"{town.county_zh}{town.town_zh}衛生所"


def address(random: Random, town: Town) -> str:
    """Compose an address with full-width digits: 臺北市松山區八德路３段１２號１樓."""
    section = random.choice(words()["sections"]).translate(_SECTION_DIGITS)
    road = random.choice(words()["roads"])
    lane = f"{random.randrange(2, 400)}巷" if random.random() < 0.2 else ""
    number = f"{random.randrange(1, 600)}號" + ("1樓" if random.random() < 0.4 else "")
    plain = f"{section if road.endswith('路') else ''}{lane}{number}"
    return f"{town.county_zh}{town.town_zh}{road}{plain.translate(_FULL_WIDTH)}"


def phone(random: Random, town: Town) -> str:
    """Compose a number of the town's area: ``(02)01234567``, which nobody has."""
    area, digits = _PHONES[town.county_zh]
    return f"({area})0{random.randrange(10 ** (digits - 1)):0{digits - 1}d}"


def service_periods(random: Random, kind: str, note: str) -> str:
    """Choose opening hours (21 characters) that do not contradict the note."""
    if kind == "health_centre":
        return _OFFICE_HOURS
    if note.startswith(_CLOSED_ON_SUNDAY):
        return _HOURS[0]
    return random.choice(_HOURS) if random.random() < 0.95 else ""


def website(code: str) -> str:
    """Give every twentieth outlet a page, at a domain that is kept for examples (RFC 2606)."""
    return f"https://example.org/{code}" if int(code[-3:]) % 20 == 0 else ""


def note(random: Random) -> str:
    """Write a note (備註) for some, nothing for most."""
    return random.choice(words()["notes"]) if random.random() < _SHARE_WITH_NOTE else ""
