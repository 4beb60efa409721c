"""Where lists contradict each other: names, addresses, coordinates, presence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

import pandas as pd

from core.domain.geography import normalise_address
from core.domain.outlets import kind_of
from publisher.register.consensus import Place
from publisher.register.records import RegisterFile

ConflictKind = Literal["name", "address", "coordinates", "only_in"]
_COMPARED: tuple[ConflictKind, ...] = ("name", "address")


@dataclass(frozen=True, slots=True)
class Conflict:
    """One contradiction, in words."""

    code: str
    kind: ConflictKind
    detail: str


def list_conflicts(files: Sequence[RegisterFile]) -> list[Conflict]:
    """Compare the lists of one import; a name or address that differs is told once."""
    found = [conflict for pair in combinations(files, 2) for conflict in _compare(*pair)]
    first = {(conflict.code, conflict.kind): conflict for conflict in reversed(found)}
    return [*_single(files), *reversed(first.values())]


def place_conflicts(places: Mapping[str, Place]) -> Iterator[Conflict]:
    """Report the outlets whose collectors differ by more than 200 m."""
    for code, place in places.items():
        if place.doubtful:
            chosen = f"{place.source} was taken"
            yield Conflict(
                code, "coordinates", f"sources differ by {place.spread_m:.0f} m; {chosen}"
            )


def _compare(left: RegisterFile, right: RegisterFile) -> Iterator[Conflict]:
    shared = pd.merge(
        _frame(left),
        _frame(right),
        on="code",
        suffixes=("_left", "_right"),
        validate="one_to_one",
    )
    for kind in _COMPARED:
        differing = shared[_differ(shared[f"{kind}_left"], shared[f"{kind}_right"])]
        columns = differing[["code", f"{kind}_left", f"{kind}_right"]]
        for code, here, there in columns.itertuples(index=False, name=None):
            detail = f"{left.path.name}: {here!r}; {right.path.name}: {there!r}"
            yield Conflict(code, kind, detail)


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


def _frame(file: RegisterFile) -> pd.DataFrame:
    rows = [(row.code, row.name, row.address) for row in file.rows]
    return pd.DataFrame(rows, columns=["code", "name", "address"], dtype="str")


def _differ(left: pd.Series[str], right: pd.Series[str]) -> pd.Series[bool]:
    """Compare as a reader would: half or full width, spaces, 台 or 臺 make no difference."""
    return (left.map(_folded) != right.map(_folded)) & (left != "") & (right != "")


def _folded(text: str) -> str:
    return normalise_address(text).replace(" ", "")
