"""From text to a table whose rows all have every field, with the line each row begins on."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from publisher.register.faults import BadCell, Faults
from publisher.register.layouts import Heading, recognise


@dataclass(frozen=True, slots=True)
class Table:
    """A list whose lines are all of one width: (line number, cells)."""

    heading: Heading
    rows: tuple[tuple[int, list[str]], ...]

    def cell(self, row: Sequence[str], name: str) -> str:
        """Return a cell by its field's name; empty where the list has no such column."""
        index = self.heading.columns.get(name)
        return "" if index is None else row[index]


def read_table(text: str, faults: Faults) -> Table:
    """Read the heading and every whole row; broken rows are noted in ``faults``.

    Raises:
        Invalid: the heading is unknown, or no row follows it.
    """
    lines = _csv_lines(text, faults)
    _, first = next(lines, (1, []))
    try:
        heading = recognise(first)
    except BadCell as fault:
        faults.add(1, str(fault))
        faults.refuse_if_any()
        raise
    rows = tuple(_whole_rows(lines, heading.width, text, faults))
    if not rows:
        faults.add(1, "there is a heading and no row; fetch the file again")
        faults.refuse_if_any()
    return Table(heading, rows)


def _csv_lines(text: str, faults: Faults) -> Iterator[tuple[int, list[str]]]:
    """Yield each record with the number of the line it begins on; blank lines have no cells."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        reason = f"the record that begins here cannot be read ({error}): a quotation mark is open"
        faults.add(line, f"{reason}, or the file ends in the middle of a row")


def _whole_rows(
    lines: Iterator[tuple[int, list[str]]], width: int, text: str, faults: Faults
) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows that have every field; blank lines are fine at the end only."""
    blank: list[int] = []
    short: list[tuple[int, int]] = []
    for line, row in lines:
        if not row:
            blank.append(line)
            continue
        _note_blank(blank, faults)
        if len(row) == width:
            _note_short(short, width, faults)
            yield line, row
        else:
            _note_short(short, width, faults)
            short.append((line, len(row)))
    at_end = not blank and not text.endswith(("\n", "\r"))
    _note_short(short, width, faults, at_end=at_end)


def _note_blank(blank: list[int], faults: Faults) -> None:
    for line in blank:
        faults.add(line, "an empty line between rows; a row may be lost: fetch the file again")
    blank.clear()


def _note_short(
    short: list[tuple[int, int]], width: int, faults: Faults, *, at_end: bool = False
) -> None:
    for line, found in short:
        faults.add(line, _width_reason(found, width, at_end))
    short.clear()


def _width_reason(found: int, width: int, at_end: bool) -> str:
    if found > width:
        return f"too many fields: {found} instead of {width}; a comma inside a field needs quotes"
    if at_end:
        return (
            f"the file ends in the middle of this row ({found} of {width} fields); fetch it again"
        )
    return f"the row is cut short: {found} of {width} fields; fetch the file again"
