"""Read lists of outlets strictly: whole and undamaged, or refused whole with every reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from core.errors import Invalid
from publisher.register import cells
from publisher.register.faults import BadCell, Faults
from publisher.register.geojson import looks_like_json, read_geojson
from publisher.register.layouts import MASK
from publisher.register.records import MaskFile, MaskRow, Point, RegisterFile, RegisterRow
from publisher.register.source import read_text
from publisher.register.table import Table, read_table

_Coded = TypeVar("_Coded", RegisterRow, MaskRow)


def read_register(path: Path) -> RegisterFile:
    """Read any known list of outlets, recognised by its columns.

    Raises:
        Invalid: the list is damaged or unknown; names file, lines, reasons and what to do.
    """
    faults = Faults(path)
    text = read_text(path, faults)
    if looks_like_json(text):
        return RegisterFile(path=path, layout="geojson", rows=read_geojson(text, path, faults))
    table = read_table(text, faults)
    if table.heading.layout is MASK:
        _source_time(table, faults)
    rows = _all_rows(table, _row_reader(table, collector_name(path)), faults)
    faults.refuse_if_any()
    heading = table.heading
    return RegisterFile(path=path, layout=heading.layout.name, rows=rows, ignored=heading.ignored)


def read_mask_file(path: Path) -> MaskFile:
    """Read an official mask CSV with its counts and its one source time.

    Raises:
        Invalid: the file is damaged, is no mask CSV, or has no source time.
    """
    faults = Faults(path)
    table = read_table(read_text(path, faults), faults)
    if table.heading.layout is not MASK:
        raise Invalid(f"{path}: this is {table.heading.layout.title}, not {MASK.title}")
    rows = _all_rows(table, partial(_mask_row, table), faults)
    time = _source_time(table, faults)
    faults.refuse_if_any()
    if time is None:
        raise Invalid(f"{path}: the column 來源資料時間 is missing; a replay needs it")
    return MaskFile(time, rows)


def _all_rows(
    table: Table, read: Callable[[int, Sequence[str]], _Coded], faults: Faults
) -> tuple[_Coded, ...]:
    """Read every row; each code may stand once."""
    first_lines: dict[str, int] = {}
    rows = []
    for line, row in table.rows:
        try:
            record = read(line, [*map(cells.readable, row)])
            first = first_lines.setdefault(record.code, line)
            if first != line:
                raise BadCell(f"code {record.code} stands on line {first} already; keep one row")
            rows.append(record)
        except BadCell as fault:
            faults.add(line, str(fault))
    return tuple(rows)


def _mask_row(table: Table, _line: int, row: Sequence[str]) -> MaskRow:
    return MaskRow(
        cells.read_code(table.cell(row, "code")),
        cells.read_name(table.cell(row, "name")),
        table.cell(row, "address"),
        table.cell(row, "phone"),
        cells.read_count(table.cell(row, "adult"), "the adult count"),
        cells.read_count(table.cell(row, "child"), "the child count"),
    )


def _source_time(table: Table, faults: Faults) -> datetime | None:
    """Return the one source time; each further one is a fault of the line it first stands on."""
    if "source_time" not in table.heading.columns:
        return None
    first_lines: dict[str, int] = {}
    for line, row in table.rows:
        first_lines.setdefault(table.cell(row, "source_time"), line)
    times = []
    for text, line in first_lines.items():
        try:
            times.append(cells.read_source_time(text))
            if len(times) > 1:
                faults.add(line, _two_times(next(iter(first_lines)), text))
        except BadCell as fault:
            faults.add(line, str(fault))
    return times[0] if times else None


def _two_times(first: str, other: str) -> str:
    return (
        f"two source times in one file, {first} and {other}; "
        "it was collected while it changed: fetch it again"
    )


def collector_name(path: Path) -> str:
    """Name the collector of a list with one pair of coordinates: the file's name, unadorned."""
    return path.name.split(".")[0]


def _row_reader(table: Table, collector: str) -> Callable[[int, Sequence[str]], RegisterRow]:
    if table.heading.layout is MASK:
        return partial(_mask_register_row, table)
    return partial(_register_row, table, collector)


def _mask_register_row(table: Table, line: int, row: Sequence[str]) -> RegisterRow:
    mask = _mask_row(table, line, row)
    return RegisterRow(
        line=line, code=mask.code, name=mask.name, address=mask.address, phone=mask.phone
    )


def _register_row(table: Table, collector: str, line: int, row: Sequence[str]) -> RegisterRow:
    def cell(name: str) -> str:
        return table.cell(row, name)

    named = "name" in table.heading.columns
    area = cell("area")
    return RegisterRow(
        line=line,
        code=cells.read_code(cell("code")),
        name=cells.read_name(cell("name")) if named else "",
        address=cell("address"),
        phone=f"({area}){cell('phone')}" if area else cell("phone"),
        county=cell("county"),
        town=cell("town"),
        note=cell("note"),
        service_periods=cells.read_business_week(cell("business_week")),
        website=cell("website"),
        # Our own full CSV shows an outlet without coordinates at its town's centre: no witness.
        points=() if cell("precision") == "town" else tuple(_points(table, row, collector)),
    )


def _points(table: Table, row: Sequence[str], collector: str) -> Iterator[Point]:
    for column, (lon, lat) in table.heading.pairs.items():
        point = cells.read_point(row[lon], row[lat])
        if point:
            yield Point(column or collector, *point)
