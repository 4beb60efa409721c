"""What the map shows of an outlet when its marker is opened: the same row as in the list."""

from __future__ import annotations

from aiohttp import web

from public_site.api import unknown_outlet
from public_site.keys import SNAPSHOTS
from public_site.pages.reader import reader_of
from public_site.pages.rendering import page_answer
from public_site.pages.rows import row_of

routes = web.RouteTableDef()


@routes.get("/outlets/{code}/card")
async def map_card(request: web.Request) -> web.StreamResponse:
    """Answer a piece of a page: name, numbers, what stands in the way, the ways on."""
    look, reader = request.app[SNAPSHOTS].look(), reader_of(request)
    code = request.match_info["code"]
    place = look.view.by_code.get(code)
    if place is None:
        raise unknown_outlet(code)
    record = look.view.entries[place].record
    return page_answer(
        request,
        look,
        reader,
        "_map_card.html",
        code,
        lambda: {"row": row_of(record, look, reader), "record": record},
    )
