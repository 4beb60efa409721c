"""The real outlets of 6 March 2020 as records of a release, and the ways people type addresses."""

from __future__ import annotations

import csv
import gzip
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from core.domain.geography import Town, load_towns, town_of_address, town_of_code
from core.domain.outlets import kind_of
from core.domain.snapshot import OutletRecord
from tests.public_site.releases import an_outlet

_NUMERALS = "一二三四五六七八九"


def real_outlets(folder: Path, rng: random.Random) -> list[OutletRecord]:
    """Return the 6 620 outlets with their real texts; a third of them sold out."""
    with gzip.open(folder / "data/outlets_20200306.csv.gz", "rt", encoding="utf-8-sig") as lines:
        return [_record(row, rng) for row in csv.DictReader(lines)]


def _record(row: dict[str, str], rng: random.Random) -> OutletRecord:
    town = town_of_address(row["addr"]) or town_of_code(row["id"]) or load_towns()[0]
    return an_outlet(
        row["id"],
        name=row["name"],
        kind=kind_of(row["id"]),
        address=row["addr"],
        phone=row["tel"],
        county_code=town.county_code,
        county=town.county_zh,
        town_code=town.town_code,
        town=town.town_zh,
        lat=float(row["lat"]) if row["lat"] else town.lat,
        lon=float(row["lng"]) if row["lng"] else town.lon,
        adult=rng.choice([0, 0, 50, 200]),
        child=rng.choice([0, 0, 50, 100]),
        service_periods=row["business_week"].replace("O", "N").replace("X", "Y")[:21],
        availability=rng.choice(["buyable"] * 5 + ["sold_out", "paused", "closed"]),
    )


Variant = Callable[[str, Town, random.Random], str]


def variants() -> dict[str, Variant]:
    """Return each way of typing an address by its name."""
    return {
        "as it is": lambda text, town, rng: text,
        "台 for 臺": lambda text, town, rng: text.replace("臺", "台"),
        "巿 for 市": lambda text, town, rng: text.replace("市", "巿", 1),
        "full-width digits": lambda text, town, rng: text.translate(_WIDE),
        "half-width digits": lambda text, town, rng: _half(text),
        "section in Chinese": lambda text, town, rng: _sections(text),
        "之 for -": lambda text, town, rng: re.sub(r"(?<=\d)[-－](?=\d)", "之", text),
        "- for 之": lambda text, town, rng: re.sub(r"(?<=\d)之(?=\d)", "-", text),
        "without floor": lambda text, town, rng: _without_floor(text),
        "without county": lambda text, town, rng: _from(text, town, len(town.county_zh)),
        "without county's 市": lambda text, town, rng: _short_county(text, town),
        "without 區": lambda text, town, rng: _short_town(text, town),
        "without county and town": lambda text, town, rng: _behind(text, town),
        "postcode": lambda text, town, rng: f"{rng.randrange(100, 984)}{text}",
        "long postcode": lambda text, town, rng: f"{rng.randrange(10000, 98400)} {text}",
        "台灣": lambda text, town, rng: f"台灣{text}",
        "中華民國": lambda text, town, rng: f"中華民國 {text}",
        "spaces": lambda text, town, rng: _spaced(text, " "),
        "wide spaces": lambda text, town, rng: _spaced(text, "　"),
        "commas": lambda text, town, rng: _spaced(text, "，"),
        "space in the middle": lambda text, town, rng: _split_once(text, rng),
        "without 號": lambda text, town, rng: re.sub(r"號$", "", _without_floor(text)),
        "without village": lambda text, town, rng: _without_village(text, town),
        "a direction mark": lambda text, town, rng: "\u200e" + text + "\u200f",
    }


# Put before the address: one is enough.
_PREFIXES = ("postcode", "long postcode", "台灣", "中華民國")
_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")


def _half(text: str) -> str:
    return text.translate({wide: narrow for narrow, wide in _WIDE.items()})


def _sections(text: str) -> str:
    return re.sub(r"([1-9１-９])(?=段)", lambda d: _NUMERALS[int(d[0]) - 1], text)


def _without_floor(text: str) -> str:
    return re.sub(r"(?<=號)[^號]*[樓Ff].*$", "", text)


def _names(text: str, town: Town) -> tuple[str, str] | None:
    """Return county and town as they are written at the head of an address."""
    for county in (town.county_zh, town.county_zh.replace("臺", "台")):
        if text.startswith(county + town.town_zh):
            return county, town.town_zh
    return None


def _from(text: str, town: Town, start: int) -> str:
    return text[start:] if _names(text, town) else text


def _short_county(text: str, town: Town) -> str:
    names = _names(text, town)
    return names[0][:2] + text[len(names[0]) :] if names else text


def _short_town(text: str, town: Town) -> str:
    names = _names(text, town)
    if names is None or len(town.town_zh) < 3:
        return text
    return names[0] + town.town_zh[:-1] + text[len(names[0] + town.town_zh) :]


def _behind(text: str, town: Town) -> str:
    names = _names(text, town)
    return text[len("".join(names)) :] if names else text


def _spaced(text: str, space: str) -> str:
    return re.sub(r"(?<=[縣市區鄉鎮路街段巷弄])(?=.)", space, _half(text), count=5)


def _split_once(text: str, rng: random.Random) -> str:
    ends = [found.end() for found in re.finditer(r"[市區鄉鎮路街段巷]", text)] or [len(text)]
    place = rng.choice(ends)
    return f"{text[:place]} {text[place:]}"


def _without_village(text: str, town: Town) -> str:
    behind = _behind(text, town)
    return text[: len(text) - len(behind)] + re.sub(
        r"^[^路街段巷0-9０-９]{2,4}[里村](?=..+[路街])(\d+鄰)?", "", behind
    )


def typed(record: OutletRecord, rng: random.Random) -> Iterator[tuple[str, str]]:
    """Yield one to three ways of typing at once, applied to an outlet's address."""
    town = town_of_address(record.address)
    kinds = variants()
    names = rng.sample(list(kinds), k=rng.choice([1, 1, 2]))
    names = [name for name in names if name not in _PREFIXES] or names[:1]
    text = record.address
    for name in names:
        if town is not None:
            text = kinds[name](text, town, rng)
    yield " + ".join(names), text
