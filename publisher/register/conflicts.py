"""Where lists contradict each other: names, addresses, coordinates, presence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from core.domain.addresses import parse_address
from core.domain.geography import inside_taiwan, normalise_address
from core.domain.outlets import kind_of
from publisher.register.consensus import Place
from publisher.register.records import RegisterFile

ConflictKind = Literal["name", "address", "coordinates", "only_in", "corrected"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """One contradiction, in words."""

    code: str
    kind: ConflictKind
    detail: str


def list_conflicts(files: Sequence[RegisterFile]) -> Iterator[Conflict]:
    """Compare the lists of one import; a name or address that differs is told once an outlet."""
    yield from _single(files)
    for kind, spelt in _COMPARED.items():
        yield from _differing(_stacked(files, kind), kind, spelt)


def place_conflicts(places: Mapping[str, Place]) -> Iterator[Conflict]:
    """Report the outlets whose collectors differ by more than 200 m."""
    for code, place in places.items():
        if place.doubtful:
            chosen = f"{place.source} was taken"
            yield Conflict(
                code, "coordinates", f"sources differ by {place.spread_m:.0f} m; {chosen}"
            )


def points_abroad(files: Sequence[RegisterFile]) -> Iterator[Conflict]:
    """Report the coordinates that lie outside Taiwan: nobody stands there."""
    for file in files:
        for row in file.rows:
            for point in row.points:
                if not inside_taiwan(point.lon, point.lat):
                    where = f"{point.lon}, {point.lat}"
                    detail = f"{point.source} has {where}, outside Taiwan; not taken"
                    yield Conflict(row.code, "coordinates", detail)


def _stacked(files: Sequence[RegisterFile], kind: ConflictKind) -> pd.DataFrame:
    """Return who says what of an outlet, in the order of the lists; silence is left out."""
    rows = [
        (row.code, file.path.name, text)
        for file in files
        for row in file.rows
        if (text := getattr(row, kind))
    ]
    return pd.DataFrame(rows, columns=["code", "file", "text"], dtype="str")


def _differing(
    stacked: pd.DataFrame, kind: ConflictKind, spelt: Callable[[str], str]
) -> Iterator[Conflict]:
    """Compare every list with the first that names the outlet; the first that differs is told."""
    first = stacked.drop_duplicates("code")
    both = stacked.merge(first, on="code", validate="many_to_one", suffixes=("", "_first"))
    unequal = both[both["text"] != both["text_first"]]
    told = unequal[unequal["text"].map(spelt) != unequal["text_first"].map(spelt)]
    for row in told.drop_duplicates("code").itertuples():
        detail = f"{row.file_first}: {row.text_first!r}; {row.file}: {row.text!r}"
        yield Conflict(str(row.code), kind, detail)


def _single(files: Sequence[RegisterFile]) -> Iterator[Conflict]:
    """Report who is in one list only, though another should have it too.

    A mask CSV leaves out the empty, and the base list has pharmacies only: absence from a list
    says nothing where the list leaves out zeros or has no outlet of that kind.
    """
    codes = {file.path.name: {row.code for row in file.rows} for file in files}
    kinds = {
        file.path.name: set() if file.layout == "mask" else set(map(kind_of, codes[file.path.name]))
        for file in files
    }
    for code in sorted(set().union(*codes.values())):
        present = [name for name, members in codes.items() if code in members]
        absent = [name for name in codes if name not in present and kind_of(code) in kinds[name]]
        if len(present) == 1 and absent:
            yield Conflict(code, "only_in", f"in {present[0]}, not in {', '.join(absent)}")


def _folded(text: str) -> str:
    """Spell a name as a reader compares it: width, spaces, 台 or 臺 make no difference."""
    return normalise_address(text).replace(" ", "")


def _door(address: str) -> str:
    """Spell an address as a postman reads it: to the door, with neither village nor floor."""
    return parse_address(address).comparable()


# How a text is spelt where a difference in spelling alone is none.
_COMPARED: Mapping[ConflictKind, Callable[[str], str]] = {"name": _folded, "address": _door}
