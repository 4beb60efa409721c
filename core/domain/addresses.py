"""Addresses taken apart: what has to be equal where two lists mean one door.

Taiwanese addresses fall from the large to the small: county, town, village (里, 村) and
neighbourhood (鄰), road and section (段), lane (巷), alley (弄), door (號), floor (樓). People
write each of them in several ways. What is made here is for comparing and geocoding only: a
published address stays as its source wrote it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from core.domain.address_spelling import spelled
from core.domain.geography import address_heads, load_towns, town_of_address

_POSTCODE = re.compile(r"^[0-9]{3,6}")
_REALM = re.compile(r"^(?:中華民國|臺灣省|福建省)+")
_LONGEST_HEAD = 7
# The longest real address has some 60 characters; no text may keep the patterns busy for seconds.
_LONGEST = 200

_NEIGHBOURHOOD = re.compile(r"[0-9]+鄰")
_BEFORE_VILLAGE = re.compile(r"[^0-9路街弄段號]{1,3}[^0-9弄段號]?")
_USUAL_END = 3
# 里 and 村 also stand in names of roads: 大里路, 里仁街, 八里大道, 新村二路.
_NO_VILLAGE = re.compile(r"[東西南北中0-9一二三四五六七八九十]{0,2}(?:路|街|大道|巷)")

_NUMBER = r"[0-9]{1,9}(?:-[0-9]{1,9})*"
_FLOOR = (
    r"(?:(?:地下|B)?[0-9]+(?:樓|層|F(?![A-Z]))(?:[之-][0-9]+)?"
    r"|夾層樓?|底層|頂樓|地下[室樓]?[0-9]?|B[0-9](?![0-9]))"
)
_FLOORS = re.compile(rf"(?:(?:地下|B)?[0-9]+[、~至及和-]+)*{_FLOOR}(?:[、~至及和-]*{_FLOOR})*")
_FLOORS_TAKEN = "|"
_DOORS = re.compile(rf"(?<![A-Z0-9-])({_NUMBER}(?:[、~至及和]+{_NUMBER})*)[、-]*號")
_SECTION = re.compile(r"([0-9]{1,2})段")
_LANE, _ALLEY = (re.compile(f"({_NUMBER}){unit}") for unit in "巷弄")
_STREET = re.compile(r"(.*(?:大道|路|街))(.*)")


@dataclass(frozen=True, slots=True)
class Address:
    """An address in its parts; what it does not say is empty (a section: 0).

    ``county`` and ``town`` are today's official names. ``road`` is the street without its
    section, or where there is none the settlement (後寮). ``lane``, ``alley`` and each of
    ``doors`` are written in Arabic digits with hyphens (12之3號 is ``12-3``); a lane may have a
    name instead (至誠).
    """

    county: str = ""
    town: str = ""
    village: str = ""
    road: str = ""
    section: int = 0
    lane: str = ""
    alley: str = ""
    doors: tuple[str, ...] = ()
    floor: str = ""
    rest: str = ""

    @property
    def street(self) -> str:
        """The road with its section: 中山北路2段."""
        return f"{self.road}{self.section}段" if self.section else self.road

    def comparable(self) -> str:
        """Write it in the one way, down to the door: without floor, and without village.

        Where no road is named the village stands for it.
        """
        doors = "、".join(self.doors)
        parts = (
            self.county + self.town,
            "" if self.road else self.village,
            self.street,
            self.lane and f"{self.lane}巷",
            self.alley and f"{self.alley}弄",
            doors and f"{doors}號",
        )
        return "".join(parts)


@lru_cache(maxsize=16_384)
def parse_address(text: str) -> Address:
    """Take an address apart; never fails: what is not understood stands in ``rest``."""
    county, town, local = _head(spelled(text[:_LONGEST]))
    village, local = _village(local)
    floors = _FLOORS.findall(local)
    named, numbered = _halves(_FLOORS.sub(_FLOORS_TAKEN, local))
    road, named_lane, rest = _road(named, of_section=_SECTION.match(numbered) is not None)
    within, mark, behind = numbered.partition("號")
    section, within = _taken(_SECTION, within)
    lane, within = _taken(_LANE, within)
    alley, within = _taken(_ALLEY, within)
    doors, unread = _doors(within + mark + behind)
    return Address(
        county=county,
        town=town,
        village=village,
        road=road,
        section=int(section or 0),
        lane=lane or named_lane,
        alley=alley,
        doors=doors,
        floor="、".join(floors),
        rest=rest + unread,
    )


def same_door(one: str, other: str) -> bool:
    """Tell whether two addresses mean the same door, however they are written."""
    return parse_address(one).comparable() == parse_address(other).comparable()


def _head(text: str) -> tuple[str, str, str]:
    """Take county and town off the head, also a town that is named twice."""
    heads, county, town = address_heads(), "", ""
    text = _REALM.sub("", _POSTCODE.sub("", text))
    while not town:
        lengths = range(_LONGEST_HEAD, 1, -1)
        found = next((text[:n] for n in lengths if text[:n] in heads), "")
        if not found:
            break
        words = heads[found]
        county = next((word for word in words if word in _counties()), county)
        town = next((word for word in words if word not in _counties()), "")
        text = text.removeprefix(found)
    if town and not county and (unique := town_of_address(town)):
        county = unique.county_zh
    return county, town, text.removeprefix(town)


@cache
def _counties() -> frozenset[str]:
    return frozenset(town.county_zh for town in load_towns())


def _village(local: str) -> tuple[str, str]:
    """Take the village (里, 村) off the head, and any neighbourhood (鄰)."""
    local = _NEIGHBOURHOOD.sub("", local)
    ends = [
        at + 1
        for at, char in enumerate(local[:5])
        if char in "里村"
        and _BEFORE_VILLAGE.fullmatch(local[:at])
        and not _NO_VILLAGE.match(local, at + 1)
    ]
    if not ends:
        return "", local
    # Nearly all have two characters and 里: 大里里中興路 is in 大里里, 中興里里仁街 in 中興里.
    end = _USUAL_END if _USUAL_END in ends else ends[0]
    return local[:end], local[end:]


def _halves(local: str) -> tuple[str, str]:
    """Part the named from the numbered, at the first digit or floor."""
    found = re.search(rf"[0-9{_FLOORS_TAKEN}]", local)
    return (local[: found.start()], local[found.start() :]) if found else (local, "")


def _road(named: str, *, of_section: bool) -> tuple[str, str, str]:
    """Part a road from the name of a lane (大同路至誠巷) and from anything else behind it.

    What stands before a section belongs to the road: 中豐路南勢2段, 斗苑路芳苑段.
    """
    found = _STREET.fullmatch(named)
    if found is None or of_section or named.endswith("段"):
        return named, "", ""
    road, behind = found.groups()
    return (road, behind[:-1], "") if behind.endswith("巷") else (road, "", behind)


def _taken(part: re.Pattern[str], text: str) -> tuple[str, str]:
    """Take one numbered part out of a text."""
    found = part.search(text)
    return (found[1], text.replace(found[0], "", 1)) if found else ("", text)


def _doors(text: str) -> tuple[tuple[str, ...], str]:
    """Return every door of a text, each once, and what is no door."""
    if "號" in text:
        lists = _DOORS.findall(text)
        rest = _DOORS.sub("", text)
    else:
        lists = re.findall(rf"^{_NUMBER}", text)
        rest = re.sub(rf"^{_NUMBER}", "", text)
    numbers = [number for doors in lists for number in re.findall(_NUMBER, doors)]
    return tuple(dict.fromkeys(numbers)), rest.strip("|、~-號之及和至")
