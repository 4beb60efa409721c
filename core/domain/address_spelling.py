"""One spelling for the marks and numbers of an address, whoever wrote it."""

from __future__ import annotations

import re

from core.domain.geography import normalise_address

# Dashes are 之; dots, commas and their likes part the members of a list.
_MARKS = (
    dict.fromkeys(map(ord, "－─—–‐‑−ー﹣"), "-")
    | dict.fromkeys(map(ord, "，,．.˙·•‧・;；。､﹑/／"), "、")
    | dict.fromkeys(map(ord, "～~〜∼"), "~")
    | dict.fromkeys(map(ord, "（〈《【［[﹙"), "(")
    | dict.fromkeys(map(ord, "）〉》】］]﹚"), ")")
    | {ord("ㄧ"): "一", ord("衖"): "弄", ord("○"): "〇"}
)
_FIGURES = {"〇": 0, "零": 0, "O": 0, "0": 0} | {
    char: n for n, char in enumerate("一二三四五六七八九", 1)
}
_NUMERAL = "一二三四五六七八九十百廿卅〇零O"
# No number is longer than six; one without end is no number, and would not fit an int's text.
_NUMERALS = re.compile(
    rf"[{_NUMERAL}][{_NUMERAL}0]{{0,5}}(?=(?:、[{_NUMERAL}]{{1,6}})*[段巷弄號樓鄰層之-])"
    rf"|(?<=[之附])[{_NUMERAL}]{{1,6}}"
)
_ROAD_NUMBER = re.compile(r"[0-9]{1,2}(?=路|街|大道)")
_BRACKETS = re.compile(r"\([^()]*\)?")
# The base list of 2020 lost its dashes on the way through Big5: 26\uf8481號 is 26-1號.
_OF = re.compile("(?<=[0-9])[之附\ue000-\uf8ff](?=[0-9])")
# 12號之3 is 12-3號; 12號之1、之3 are two doors. But 12號-1樓 is a floor.
_BEHIND = re.compile(r"([0-9]+)號((?:、?[之附-][0-9]+(?![0-9]*[樓層F]))+)號?")


def spelled(text: str) -> str:
    """Spell an address in one way: without blanks and brackets, numbers in digits, 之 as a hyphen.

    中山2路１２號之３（1樓）, 中山二路十二之三號 and 中山二路12-3號 become the last.
    """
    local = _BRACKETS.sub("", normalise_address(text).translate(_MARKS).upper())
    local = _NUMERALS.sub(_arabic, "".join(local.split()))
    return _OF.sub("-", _BEHIND.sub(_in_front, _ROAD_NUMBER.sub(_chinese, local)))


def _in_front(found: re.Match[str]) -> str:
    """Write 376號之1、之3 as 376-1、376-3號."""
    return "、".join(f"{found[1]}-{of}" for of in re.findall("[0-9]+", found[2])) + "號"


def _arabic(found: re.Match[str]) -> str:
    """Write a Chinese number in digits: 六十三 or 六三 as 63."""
    text, total, figures = found[0], 0, 0
    for char in text:
        if char in "廿卅":
            total += 20 if char == "廿" else 30
        elif char in "十百":
            total += (figures or 1) * (10 if char == "十" else 100)
            figures = 0
        else:
            figures = figures * 10 + _FIGURES[char]
    return str(total + figures)


def _chinese(found: re.Match[str]) -> str:
    """Write the number in a road's name as its sign does: 中山2路 as 中山二路."""
    tens, ones = divmod(int(found[0]), 10)
    names = "〇一二三四五六七八九"
    return ("" if tens == 0 else "十" if tens == 1 else f"{names[tens]}十") + (
        names[ones] if ones or not tens else ""
    )
