"""Counties, towns and distances: where an outlet is, and how far away.

The town table is ``data/reference/towns.csv``; its source stands in ``SOURCES.md`` beside it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import asin, atan2, cos, degrees, radians, sin, sqrt

from core.domain.text import Text
from core.resources import data_path

# The mean earth radius of the IUGG, the one geopy uses, so that both give the same metres.
EARTH_RADIUS_M = 6_371_009.0
# West, south, east, north: Taiwan with Kinmen, Wuqiu, Matsu and Penghu.
TAIWAN_BOX = (118.1, 21.8, 122.1, 26.5)

DIRECTIONS = (
    Text("北", "north"),
    Text("東北", "north-east"),
    Text("東", "east"),
    Text("東南", "south-east"),
    Text("南", "south"),
    Text("西南", "south-west"),
    Text("西", "west"),
    Text("西北", "north-west"),
)

_FULL_WIDTH = {
    code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum()
}
# 巿 (U+5DFF) and 郷 (U+90F7) are look-alikes of 市 and 鄉 found in official addresses.
_SPELLING = _FULL_WIDTH | {0x3000: " ", 0x5DFF: "市", 0x90F7: "鄉", ord("台"): "臺"}
_POSTCODE = re.compile(r"^[0-9]{3,6}")
_LONGEST = len("高雄市那瑪夏區")
_REALMS = ("中華民國", "臺灣省", "福建省")
# County names before the mergers of 2010 and 2014, and what people write on Matsu.
_FORMER_COUNTIES = {
    "臺北縣": "新北市",
    "桃園縣": "桃園市",
    "臺中縣": "臺中市",
    "臺南縣": "臺南市",
    "高雄縣": "高雄市",
    "馬祖": "連江縣",
}
# Towns renamed or raised in rank on their own (county and town as written then → town now).
_FORMER_TOWNS = {
    "苗栗縣頭份鎮": "苗栗縣頭份市",
    "彰化縣員林鎮": "彰化縣員林市",
    "高雄縣三民鄉": "高雄市那瑪夏區",
    "臺南市中區": "臺南市中西區",
    "臺南市西區": "臺南市中西區",
}


@dataclass(frozen=True, slots=True)
class Town:
    """One of the 368 towns (鄉鎮市區), with the codes of the Ministry of the Interior.

    ``lon`` and ``lat`` are a settled place inside the town (WGS 84); ``radius_km`` reaches from
    there to the farthest point of the town. ``outlets`` counts the outlets seen there in 2020.
    ``nhi_prefixes`` are characters 3–6 of the institution codes issued there.
    """

    town_code: str
    county_code: str
    county_zh: str
    county_en: str
    town_zh: str
    town_en: str
    lon: float
    lat: float
    outlets: int
    nhi_prefixes: tuple[str, ...]
    radius_km: float


def parse_towns(lines: Iterable[str]) -> tuple[Town, ...]:
    """Read the town table from its CSV lines."""
    return tuple(_town(row) for row in csv.DictReader(lines))


def _town(row: Mapping[str, str]) -> Town:
    return Town(
        town_code=row["town_code"],
        county_code=row["county_code"],
        county_zh=row["county_zh"],
        county_en=row["county_en"],
        town_zh=row["town_zh"],
        town_en=row["town_en"],
        lon=float(row["lon"]),
        lat=float(row["lat"]),
        outlets=int(row["outlets"]),
        nhi_prefixes=tuple(row["nhi_prefixes"].split()),
        radius_km=float(row["radius_km"]),
    )


@cache
def load_towns() -> tuple[Town, ...]:
    """Return the 368 towns in the order of their codes; read once."""
    return parse_towns(data_path("reference/towns.csv").read_text("utf-8").splitlines())


@cache
def towns_by_code() -> Mapping[str, Town]:
    """Return the towns by their eight-digit code."""
    return {town.town_code: town for town in load_towns()}


def town_of_code(outlet_code: str) -> Town | None:
    """Find the town that issued an institution code (its characters 3–6)."""
    return _towns_by_prefix().get(outlet_code[2:6])


def normalise_address(text: str) -> str:
    """Spell an address for comparison: half-width letters, digits and spaces, 臺, 市, 鄉; trimmed.

    Never publish the result: published addresses stay as the source wrote them.
    """
    return text.translate(_SPELLING).strip()


def town_of_address(address: str) -> Town | None:
    """Find the town at the head of an address; None when it names none, or more than one.

    Knows county names from before the mergers (臺北縣板橋市 → 新北市板橋區), postcodes, and
    addresses without a county where the town's name is unique.
    """
    text = _POSTCODE.sub("", normalise_address(address)).replace(" ", "")
    for realm in _REALMS:
        text = text.removeprefix(realm)
    names = _towns_by_spelling()
    # The longest name first: 臺南市中西區 before anything shorter.
    return next((names[text[:n]] for n in range(_LONGEST, 2, -1) if text[:n] in names), None)


def town_named(county: str, town: str) -> Town | None:
    """Find a town by the names of county and town; a missing 鄉, 鎮, 市 or 區 is forgiven."""
    names = _towns_by_spelling()
    stem = normalise_address(county) + normalise_address(town)
    return next((names[stem + end] for end in ("", *"鄉鎮市區") if stem + end in names), None)


@cache
def address_heads() -> Mapping[str, tuple[str, ...]]:
    """Return every way to write county and town at the head of an address → the words it means.

    臺北縣板橋市 means (新北市, 板橋區); 中正區, which several counties have, means (中正區,).
    """
    heads: dict[str, tuple[str, ...]] = {}
    for town in load_towns():
        heads[town.county_zh] = (town.county_zh,)
        heads[town.town_zh] = (town.town_zh,)
    heads |= {then: (now,) for then, now in _FORMER_COUNTIES.items()}
    for spelling, town in _towns_by_spelling().items():
        if spelling != town.town_zh:
            heads[spelling] = (town.county_zh, town.town_zh)
    return heads


@cache
def town_stems() -> Mapping[str, tuple[str, ...]]:
    """Return towns and counties without their last character: 板橋, 新北板橋, 新北市板橋, 新北."""
    stems: dict[str, tuple[str, ...]] = {}
    for town in load_towns():
        county, stem = town.county_zh, town.town_zh[:-1]
        stems[county[:2]] = (county[:2],)
        if len(stem) > 1:
            stems.setdefault(stem, (stem,))
            stems[county[:2] + stem] = stems[county + stem] = (county, stem)
    return stems


def great_circle_m(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the distance of two points in metres on a sphere; degrees in (haversine)."""
    rise, turn = radians(lat2 - lat1), radians(lon2 - lon1)
    half = sin(rise / 2) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(turn / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(min(1.0, sqrt(half)))


def bearing_deg(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the first course from point 1 to point 2: degrees from north, clockwise, below 360."""
    here, there, turn = radians(lat1), radians(lat2), radians(lon2 - lon1)
    east = sin(turn) * cos(there)
    north = cos(here) * sin(there) - sin(here) * cos(there) * cos(turn)
    return degrees(atan2(east, north)) % 360


def direction(lat1: float, lon1: float, lat2: float, lon2: float) -> Text:
    """Say in one of eight words where point 2 lies, seen from point 1."""
    return DIRECTIONS[round(bearing_deg(lat1, lon1, lat2, lon2) / 45) % 8]


def inside_taiwan(lon: float, lat: float) -> bool:
    """Tell whether a point lies in Taiwan's box, Kinmen, Matsu and Penghu included."""
    west, south, east, north = TAIWAN_BOX
    return west <= lon <= east and south <= lat <= north


@cache
def _towns_by_prefix() -> Mapping[str, Town]:
    return {prefix: town for town in load_towns() for prefix in town.nhi_prefixes}


@cache
def _towns_by_spelling() -> Mapping[str, Town]:
    """Every way to write a town; a way that fits two towns is left out, official ones win."""
    official = {town.county_zh + town.town_zh: town for town in load_towns()}
    loose: dict[str, set[Town]] = {}
    for town in load_towns():
        for spelling in _loose_spellings(town):
            loose.setdefault(spelling, set()).add(town)
    unique = {text: towns.pop() for text, towns in loose.items() if len(towns) == 1}
    former = {old: official[now] for old, now in _FORMER_TOWNS.items()}
    return unique | former | official


def _loose_spellings(town: Town) -> Iterable[str]:
    """Yield the town alone, and with its county's short or former name and former rank."""
    yield town.town_zh
    yield town.county_zh[:2] + town.town_zh
    for then, now in _FORMER_COUNTIES.items():
        if now == town.county_zh:
            yield from (then + name for name in _with_former_ranks(town))
            yield from (now + name for name in _with_former_ranks(town))


def _with_former_ranks(town: Town) -> tuple[str, ...]:
    if town.county_zh == "連江縣" or not town.town_zh.endswith("區"):
        return (town.town_zh,)
    return (town.town_zh, *(town.town_zh[:-1] + rank for rank in "鄉鎮市"))
