"""Tables to download, as spreadsheets open them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from aiohttp import web

from core.spreadsheets import guarded


def sheet(name: str, rows: Iterable[Sequence[object]]) -> web.Response:
    """Answer with CSV: a byte order mark for spreadsheets, and no text that they would run."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    for row in rows:
        table.writerow([guarded(cell) if isinstance(cell, str) else cell for cell in row])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    body = text.getvalue().encode("utf-8-sig")
    return web.Response(body=body, content_type="text/csv", charset="utf-8", headers=headers)
