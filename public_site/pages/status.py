"""What is published at this moment, for people; machines ask /api/v1/snapshot and /readyz."""

from __future__ import annotations

from aiohttp import web

from public_site.keys import SNAPSHOTS
from public_site.pages.reader import Reader, reader_of
from public_site.pages.rendering import clock_time, page_answer
from public_site.pages.rows import unit_of
from public_site.search import in_stock
from public_site.snapshots import Look

routes = web.RouteTableDef()


@routes.get("/status")
async def status_page(request: web.Request) -> web.Response:
    """Answer which snapshot is served, how old it is, and where it stands in the ledger."""
    look = request.app[SNAPSHOTS].look()
    reader = reader_of(request)
    return page_answer(
        request, look, reader, "status.html", "status", lambda: _context(look, reader)
    )


def _context(look: Look, reader: Reader) -> dict[str, object]:
    manifest, entries = look.view.manifest, look.view.entries
    pieces = []
    for product in look.view.programme.product:
        total = sum(entry.record.counts[product.id] for entry in entries)
        name = product.name.in_language(reader.language)
        pieces.append((name, total, unit_of(product, total, reader)))
    return {
        "manifest": manifest,
        "as_of": clock_time(manifest.as_of),
        "published_at": clock_time(manifest.published_at),
        "outlets": len(entries),
        "with_stock": sum(in_stock(entry) for entry in entries),
        "pieces": pieces,
        "programme_name": look.view.programme.name.in_language(reader.language),
    }
