"""The known layouts of lists, told apart by the names of their columns, in any order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from publisher.register.faults import BadCell
from publisher.register.records import LayoutName


@dataclass(frozen=True, slots=True)
class Layout:
    """Headings → fields. ``required`` must all be there, of ``marks`` (if any) at least one."""

    name: LayoutName
    title: str
    fields: Mapping[str, str]
    required: frozenset[str]
    marks: frozenset[str] = frozenset()


# Both adult headings: the authority renamed 成人口罩總剩餘數 on 10 February 2020.
MASK = Layout(
    "mask",
    "the official mask CSV",
    {
        "醫事機構代碼": "code",
        "醫事機構名稱": "name",
        "醫事機構地址": "address",
        "醫事機構電話": "phone",
        "成人口罩剩餘數": "adult",
        "成人口罩總剩餘數": "adult",
        "兒童口罩剩餘數": "child",
        "來源資料時間": "source_time",
    },
    frozenset({"code", "name", "adult", "child"}),
)
BASE = Layout(
    "base",
    "the NHI base list",
    {
        "醫事機構代碼": "code",
        "醫事機構名稱": "name",
        "縣市別": "county",
        "鄉鎮別": "town",
        "機構地址": "address",
        "電話區域號碼": "area",
        "電話號碼": "phone",
    },
    frozenset({"code", "name"}),
    frozenset({"county", "town", "address", "area", "phone"}),
)
COORDINATES = Layout(
    "coordinates",
    "a coordinates file",
    {
        "code": "code",
        "id": "code",
        "name": "name",
        "addr": "address",
        "address": "address",
        "tel": "phone",
        "phone": "phone",
        "business_week": "business_week",
        "memo": "note",
        "note": "note",
        "website": "website",
        "coordinate_precision": "precision",
    },
    frozenset({"code"}),
    frozenset({"coordinates"}),
)
LAYOUTS = (MASK, BASE, COORDINATES)

_LON_NAMES = ("lng", "lon", "longitude")
_LAT_NAMES = ("lat", "latitude")
# A column pair such as lng_best is somebody's conclusion from the others, not a witness.
_DERIVED = frozenset({"best"})


@dataclass(frozen=True, slots=True)
class Heading:
    """What the heading line means: field → column, collector → (lon column, lat column)."""

    layout: Layout
    width: int
    columns: Mapping[str, int]
    pairs: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()


def recognise(cells: Sequence[str]) -> Heading:
    """Find the layout of a heading line.

    Raises:
        BadCell: no layout fits, or two columns mean the same; says which column is missing.
    """
    names = [cell.strip() for cell in cells]
    pairs = _coordinate_pairs(names)
    for layout in LAYOUTS:
        present = {layout.fields[name] for name in names if name in layout.fields}
        present |= {"coordinates"} if pairs else set()
        if layout.required <= present and (not layout.marks or layout.marks & present):
            return _heading(layout, names, pairs if layout is COORDINATES else {})
    raise BadCell(_unknown(names))


def _heading(layout: Layout, names: list[str], pairs: Mapping[str, tuple[int, int]]) -> Heading:
    columns: dict[str, int] = {}
    for index, name in enumerate(names):
        meaning = layout.fields.get(name)
        if meaning in columns:
            raise BadCell(f"columns {names[columns[meaning]]} and {name} mean the same; drop one")
        if meaning is not None:
            columns[meaning] = index
    used = {*columns.values(), *(index for pair in pairs.values() for index in pair)}
    ignored = tuple(name for index, name in enumerate(names) if index not in used)
    return Heading(layout, len(names), columns, pairs, ignored)


def _coordinate_pairs(names: list[str]) -> dict[str, tuple[int, int]]:
    """Find lng/lat (collector "") and lng_X/lat_X (collector X)."""
    pairs: dict[str, tuple[int, int]] = {}
    for index, name in enumerate(names):
        stem, _, collector = name.partition("_")
        lats = [f"{lat}{name[len(stem) :]}" for lat in _LAT_NAMES]
        found = next((names.index(lat) for lat in lats if lat in names), None)
        if stem in _LON_NAMES and found is not None and collector not in _DERIVED:
            pairs[collector] = (index, found)
    return pairs


def _unknown(names: list[str]) -> str:
    shown = ",".join(names[:12])
    nearest = max(LAYOUTS, key=lambda layout: len(set(names) & set(layout.fields)))
    if not set(names) & set(nearest.fields):
        known = "; ".join(f"{layout.title}: {','.join(layout.fields)}" for layout in LAYOUTS)
        return f"unknown headings {shown!r}; known are: {known}"
    have = {nearest.fields[name] for name in names if name in nearest.fields}
    lacking = nearest.required - have or nearest.marks - have
    missing = [name for name, meaning in nearest.fields.items() if meaning in lacking]
    missing += ["lng", "lat"] if "coordinates" in lacking else []
    return (
        f"unknown headings {shown!r}; as {nearest.title} it lacks {', '.join(missing)}: "
        "restore the heading line as it was published"
    )
