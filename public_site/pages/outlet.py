"""The page of one outlet: its numbers first, then everything known of it."""

from __future__ import annotations

from aiohttp import web

from core.domain.calendar import taipei_day
from core.domain.outlets import KINDS
from core.domain.snapshot import OutletRecord
from public_site.api import unknown_outlet
from public_site.keys import SNAPSHOTS
from public_site.pages.reader import Reader, reader_of
from public_site.pages.rendering import clock_time, page_answer
from public_site.pages.rows import (
    geo_url,
    known_periods,
    osm_url,
    periods_table,
    row_of,
    safe_website,
)
from public_site.snapshots import Look

routes = web.RouteTableDef()


@routes.get("/outlets/{code}")
async def outlet_page(request: web.Request) -> web.Response:
    """Answer the page of an outlet, or the designed page for a code that nobody has."""
    look = request.app[SNAPSHOTS].look()
    reader = reader_of(request)
    code = request.match_info["code"].strip().upper()
    place = look.view.by_code.get(code)
    if place is None:
        raise unknown_outlet(code)
    record = look.view.entries[place].record
    return page_answer(
        request, look, reader, "outlet.html", code, lambda: _context(record, look, reader)
    )


def _context(record: OutletRecord, look: Look, reader: Reader) -> dict[str, object]:
    row = row_of(record, look, reader)
    kind = KINDS.get(record.kind)
    return {
        "row": row,
        "record": record,
        "kind": kind.in_language(reader.language) if kind else record.kind,
        "periods": periods_table(record) if known_periods(record) else [],
        "weekday": taipei_day(look.now).weekday(),
        "website": safe_website(record.website),
        "geo": geo_url(record),
        "osm": osm_url(record),
        "precision": reader.word(f"precision_{record.coordinate_precision}"),
        "source": record.coordinate_source or reader.word("source_not_stated"),
        "as_of": clock_time(look.view.manifest.as_of),
        "changed_at": clock_time(record.changed_at),
        "town_url": reader.link(
            "/", {"county": record.county_code, "town": record.town_code, "in_stock": "1"}
        ),
        "back_url": reader.link("/"),
    }
