"""Merge lists of outlets and the register as it stands into one table, and report conflicts.

Each text comes from the first that has it: mask CSVs, base lists (of each kind the last given
first), then the register as it stands, then community lists. So an official correction enters,
and what a pharmacist wrote (a note) is never overwritten by a collector.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
from msgspec.structs import replace

from core.domain.geography import inside_taiwan, town_of_code
from core.domain.outlets import Outlet, kind_of
from core.domain.text import TORN
from publisher.register.building import (
    at_place,
    in_town,
    named_town,
    own_point,
    towns_of_places,
)
from publisher.register.conflicts import (
    Conflict,
    list_conflicts,
    place_conflicts,
    points_abroad,
)
from publisher.register.consensus import CORRECTION, add_evidence, places
from publisher.register.records import Point, RegisterFile

TEXTS = ["name", "address", "phone", "county", "town", "note", "service_periods", "website"]
_RANK = {"mask": 0, "base": 1, "geojson": 3, "coordinates": 3}
_STANDING = 2
# Characters lost on the way through Big5: the base list of 2020 has 藥\uf848藥局 for 藥粧藥局.
# A text without them is better, whoever wrote it.
_LOST = "[\ue000-\uf8ff\ufffd]"


@dataclass(frozen=True, slots=True)
class Merge:
    """What an import would write, and what it has to tell. ``refused``: code → reason."""

    outlets: tuple[Outlet, ...]
    evidence: pd.DataFrame
    conflicts: tuple[Conflict, ...]
    refused: Mapping[str, str]


def merge_registers(
    files: Sequence[RegisterFile], known: Mapping[str, Outlet], evidence: pd.DataFrame
) -> Merge:
    """Merge undamaged lists into the register; only outlets that the lists name are returned."""
    texts = merged_texts(files, known)
    evidence = add_evidence(evidence, list(_told(files, known, evidence)))
    named = {
        code: named_town(row["address"], row["county"], row["town"]) for code, row in texts.items()
    }
    found = places(evidence, {code: town or town_of_code(code) for code, town in named.items()})
    # One place abroad would withhold every release of the nation.
    chosen = {code: place for code, place in found.items() if inside_taiwan(place.lon, place.lat)}
    unnamed = {code: texts[code]["address"] for code, town in named.items() if town is None}
    stands_in = towns_of_places(chosen, unnamed)
    towns = {
        code: town or stands_in.get(code) or town_of_code(code) for code, town in named.items()
    }
    refused = {code: reason for code, row in texts.items() if (reason := _unfit(row))}
    outlets = tuple(
        in_town(at_place(_outlet(code, row, known.get(code)), chosen.get(code)), towns[code])
        for code, row in texts.items()
        if code not in refused
    )
    conflicts = (*list_conflicts(files), *place_conflicts(chosen), *points_abroad(files))
    return Merge(outlets, evidence, conflicts, refused)


def _unfit(row: Mapping[str, str]) -> str:
    """Say why no release could carry an outlet with these texts; empty where it can."""
    if not row["name"]:
        return "no list gives it a name"
    torn = [name for name in ("name", "address", "phone") if TORN.search(row[name])]
    return f"its {torn[0]} has lost characters (U+FFFD): fetch the list again" if torn else ""


def merged_texts(
    files: Sequence[RegisterFile], known: Mapping[str, Outlet]
) -> dict[str, dict[str, str]]:
    """Merge the texts of every outlet that the lists name, in the order of codes."""
    newest_first = [*reversed(files)]
    lists = sorted(newest_first, key=lambda file: _RANK[file.layout])
    frames = [text_frame(file) for file in lists]
    named = set().union(*(frame.index for frame in frames))
    official = sum(_RANK[file.layout] < _STANDING for file in lists)
    standing = _standing_frame(outlet for code, outlet in known.items() if code in named)
    stacked = pd.concat([*frames[:official], standing, *frames[official:]]).replace("", None)
    clean = stacked.mask(stacked.apply(lambda column: column.str.contains(_LOST, na=False)))
    merged = _first(clean).fillna(_first(stacked)).fillna("")
    return {str(code): row for code, row in merged.to_dict("index").items()}


def _first(stacked: pd.DataFrame) -> pd.DataFrame:
    return stacked.groupby(level="code", sort=True).first()


def text_frame(file: RegisterFile) -> pd.DataFrame:
    """Return the texts of a list as a table of strings, one row per code."""
    return _frame((row.code, *(getattr(row, name) for name in TEXTS)) for row in file.rows)


def _standing_frame(outlets: Iterable[Outlet]) -> pd.DataFrame:
    return _frame((outlet.code, *(getattr(outlet, name) for name in TEXTS)) for outlet in outlets)


def _frame(rows: Iterable[tuple[str, ...]]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=["code", *TEXTS], dtype="str").set_index("code")


def _told(
    files: Sequence[RegisterFile], known: Mapping[str, Outlet], evidence: pd.DataFrame
) -> Iterable[tuple[str, Point]]:
    """Yield every point: what the register holds without evidence for it, then the lists'."""
    proved = set(evidence["code"])
    for code, outlet in known.items():
        point = own_point(outlet)
        if point and (code not in proved or point.source == CORRECTION):
            yield code, point
    for file in files:
        for row in file.rows:
            for point in row.points:
                yield row.code, point


def _outlet(code: str, row: Mapping[str, str], known: Outlet | None) -> Outlet:
    """Make the row; status, the test flag and everything a list does not know stay as they are."""
    texts = {name: row[name] for name in TEXTS if name not in ("county", "town")}
    return replace(known or Outlet(code=code, name="", kind=kind_of(code)), **texts)
