"""Stations as places to search around: 臺北車站, 捷運中山站, 高鐵左營.

A name that is also a town, a road or an outlet means those: who types 板橋 reads the town. A
station is meant where the text says so (站, 捷運, 火車, 臺鐵, 高鐵, station, MRT), or, when the
caller asks ``loosely`` because nothing else was found, where it is exactly a station's name.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from core.domain.text import Text
from core.resources import data_path
from public_site.folding import fold, visible

RAILWAY, METRO, HIGH_SPEED = "railway", "metro", "high_speed_rail"
_NAMES = {
    RAILWAY: Text("{name}車站", "{name} Station"),
    METRO: Text("捷運{name}站", "{name} Metro Station"),
    HIGH_SPEED: Text("高鐵{name}站", "{name} High Speed Rail Station"),
}
_LONGEST = 60
_STATION = re.compile(
    r"(?:火車站|車站|總站|站)$|(?:railway|train|mainrail|mrt|metro|thsr|hsr)?(?:main)?station$"
)
_SYSTEMS = (
    (METRO, re.compile(r"捷運站?|地鐵|mrt|metro")),
    (HIGH_SPEED, re.compile(r"高速鐵路|高鐵站?|thsr|hsr|highspeedrail")),
    (RAILWAY, re.compile(r"臺灣鐵路|臺鐵|火車站?|railway|(?<=[a-z])train|tra(?=$)")),
)
_CITY = re.compile(r"^(臺北|新北|桃園|臺中|高雄)市?(?=(?:捷運|mrt)(?!站?$))")
_OF_CITY = {
    "臺北": ("tdx-trtc", "tdx-ntmc"),
    "新北": ("tdx-ntmc", "tdx-trtc"),
    "桃園": ("tdx-tymc",),
    "臺中": ("tdx-tmrt",),
    "高雄": ("tdx-krtc",),
}
# Which one is meant where several systems have a stop of that name and the text names none.
_USUAL = (METRO, RAILWAY, HIGH_SPEED)
# 車站 and 火車站 are what people call the railway's.
_USUAL_FOR_TRAINS = (RAILWAY, METRO, HIGH_SPEED)


@dataclass(frozen=True, slots=True)
class Place:
    """A station: its name, kind, position (WGS 84 degrees), and the key of its source."""

    name: Text
    kind: str
    lat: float
    lon: float
    source: str


def find_place(text: str, *, loosely: bool = False) -> Place | None:
    """Find the station a text names; None where it names none, or plainly something else."""
    if len(text) > _LONGEST:
        return None
    wanted = fold(visible(text)).removeprefix("臺灣")
    trains = "車站" in wanted or "火車" in wanted or "train" in wanted
    system = next((kind for kind, sign in _SYSTEMS if sign.search(_apart(wanted))), "")
    said = bool(system) or _STATION.search(wanted) is not None
    if not (said or loosely):
        return None
    order = (system,) if system else _USUAL_FOR_TRAINS if trains else _USUAL
    city = _CITY.match(wanted)
    found = [
        place
        for place in (*_known().get(wanted, ()), *_known().get(_bare(wanted), ()))
        if place.kind in order and (city is None or place.source in _OF_CITY[city[1]])
    ]
    return min(found, key=lambda place: order.index(place.kind), default=None)


@cache
def load_places() -> Sequence[Place]:
    """Return all stations in the order of their table; read once."""
    rows = csv.DictReader(data_path("reference/places.csv").read_text("utf-8").splitlines())
    return tuple(map(_place, rows))


def _place(row: Mapping[str, str]) -> Place:
    zh, en, kind = row["name_zh"], row["name_en"], row["kind"]
    english = en if en.endswith("Station") else _NAMES[kind].en.format(name=en)
    chinese = _NAMES[kind].zh.format(name=zh.removesuffix("站"))
    return Place(Text(chinese, english), kind, float(row["lat"]), float(row["lon"]), row["source"])


@cache
def _known() -> Mapping[str, Sequence[Place]]:
    """Return the stations by folded name, with and without a word for station."""
    rows = csv.DictReader(data_path("reference/places.csv").read_text("utf-8").splitlines())
    known: dict[str, list[Place]] = {}
    for row, place in zip(rows, load_places(), strict=True):
        for name in dict.fromkeys(_spellings(row["name_zh"], row["name_en"])):
            known.setdefault(name, []).append(place)
    return known


def _spellings(chinese: str, english: str) -> Iterable[str]:
    for name in (chinese, *chinese.split("/"), english, *english.split("/")):
        yield fold(name)
        yield _bare(fold(name))


def _apart(wanted: str) -> str:
    """Leave a station's own name out, so that 捷運 inside a name is no word for its system."""
    return "" if wanted in _known() and not _STATION.search(wanted) else wanted


def _bare(wanted: str) -> str:
    """Take away the words for station and system at both ends: 臺北捷運中山站 is 中山."""
    bare = _CITY.sub("", wanted)
    for _, sign in _SYSTEMS:
        bare = re.sub(f"^(?:{sign.pattern})|(?:{sign.pattern})$", "", _STATION.sub("", bare))
    return _STATION.sub("", bare) or wanted
