"""CSV text: quoting only where it is needed, and no cell that a spreadsheet would run.

Source: RFC 4180; OWASP ASVS 5.0, 1.2.10.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator

BOM = b"\xef\xbb\xbf"

_NEEDS_QUOTES = re.compile(r'[",\r\n]')
# Half-width and full-width signs that begin a formula, also behind blanks, and control characters
# that some programs skip on their way to one. Quotes before them are told apart from ours.
_WOULD_RUN = re.compile(r"'*(?:[\s]*[=+\-@＝＋－＠]|[\t\r\n\0])")


def cell(text: str) -> str:
    """Return a text as a CSV cell, quoted only if it has a comma, a quote or a line break."""
    if _NEEDS_QUOTES.search(text):
        return '"' + text.replace('"', '""') + '"'
    return text


def row(cells: Iterable[str]) -> str:
    """Join texts to a CSV row without a line end."""
    return ",".join(map(cell, cells))


def guarded(text: str) -> str:
    """Prefix a text that a spreadsheet would run with a quote; others stay as they are."""
    return f"'{text}" if _WOULD_RUN.match(text) else text


def safe_cell(text: str) -> str:
    """Return a text as a cell that no spreadsheet runs."""
    # Most texts are letters and digits only; the test for that is the cheapest.
    return text if not text or text.isalnum() else cell(guarded(text))


def unguarded(text: str) -> str:
    """Undo ``guarded``, exactly."""
    return text[1:] if text.startswith("'") and _WOULD_RUN.match(text) else text


def read_rows(body: bytes, columns: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield the rows of a published CSV by column name.

    Raises:
        ValueError: it has no byte order mark, another heading, or a row of another length.
    """
    if not body.startswith(BOM):
        raise ValueError("no byte order mark at the beginning")
    reader = csv.reader(io.StringIO(body.decode("utf-8-sig"), newline=""), strict=True)
    heading = next(reader, [])
    if heading != list(columns):
        raise ValueError(f"the heading is {','.join(heading)!r}")
    try:
        for cells in reader:
            yield dict(zip(heading, cells, strict=True))
    except csv.Error as error:
        raise ValueError(f"line {reader.line_num}: {error}") from None
