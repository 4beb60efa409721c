"""CSV text: quoting only where it is needed, and no cell that a spreadsheet would run.

Source: RFC 4180.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from core.spreadsheets import guarded

BOM = b"\xef\xbb\xbf"

_NEEDS_QUOTES = re.compile(r'[",\r\n]')


def cell(text: str) -> str:
    """Return a text as a CSV cell, quoted only if it has a comma, a quote or a line break."""
    if _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def row(cells: Iterable[str]) -> str:
    """Join texts to a CSV row without a line end."""
    return ",".join(map(cell, cells))


def safe_cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs."""
    # Most texts are letters and digits only; the test for that is the cheapest.
    return text if not text or text.isalnum() else cell(guarded(text))


def read_columns(body: bytes, columns: Sequence[str], wanted: Sequence[str]) -> list[list[str]]:
    """Read a published CSV; return the wanted columns, each as the texts of all rows.

    Raises:
        ValueError: it lacks its byte order mark or its end, or a row or the heading is another.
    """
    if not body.startswith(BOM):
        raise ValueError("no byte order mark at the beginning")
    if not body.endswith(b"\n"):
        raise ValueError("the last line has no end")
    reader = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
    try:
        heading, *rows = reader
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None
    if heading != list(columns):
        raise ValueError(f"the heading is {','.join(heading)!r}")
    for number, row_cells in enumerate(rows, start=1):
        if len(row_cells) != len(heading):
            raise ValueError(f"row {number} has {len(row_cells)} cells")
    places = [heading.index(name) for name in wanted]
    return [[cells[place] for cells in rows] for place in places]
