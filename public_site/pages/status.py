"""What is published at this moment, for people; machines ask /api/v1/snapshot and /readyz."""

from __future__ import annotations

from aiohttp import web

from core.domain.calendar import taipei_day
from core.settings import Settings
from public_site.announcements import ANNOUNCEMENTS
from public_site.courses import COURSES
from public_site.feed_status import feed_status
from public_site.keys import SETTINGS, SNAPSHOTS
from public_site.pages.reader import Reader, reader_of
from public_site.pages.rendering import bare_page, page_answer
from public_site.pages.rows import unit_of
from public_site.pages.times import clock_time
from public_site.snapshots import Look, Snapshots

routes = web.RouteTableDef()

# The faults that have words of their own; whatever else happens is a fault of the disk.
_FAULTS = {
    "SNAPSHOT_UNTRUSTED": "untrusted",
    "SNAPSHOT_OLDER": "older",
    "SNAPSHOT_SHRUNKEN": "shrunken",
    "NOT_FOUND": "missing",
    "FileNotFoundError": "missing",
}


@routes.get("/status")
async def status_page(request: web.Request) -> web.StreamResponse:
    """Answer which snapshot is served, how old it is, and where it stands in the ledger."""
    snapshots, settings = request.app[SNAPSHOTS], request.app[SETTINGS]
    reader = reader_of(request)
    if snapshots.published is None:
        return _starting(snapshots, reader)
    look = snapshots.look()
    courses, news = request.app[COURSES], request.app[ANNOUNCEMENTS].now()
    return page_answer(
        request,
        look,
        reader,
        "status.html",
        (snapshots.fault_code, courses.version, news),
        lambda: {
            **_context(look, settings, reader),
            "fault": fault_words(snapshots.fault_code, reader),
            "fault_code": snapshots.fault_code,
            "news": news,
            "course_days": [day.isoformat() for day in courses.days],
        },
    )


def _starting(snapshots: Snapshots, reader: Reader) -> web.Response:
    """Answer that nothing is served yet, and why, if that is known."""
    fault = fault_words(snapshots.fault_code, reader)
    text = reader.word("empty_text")
    if fault and snapshots.fault_code not in ("", "NOT_FOUND"):
        text = f"{text} {reader.word('status_fault')}{fault}"
    return bare_page(
        "message.html",
        reader,
        503,
        "/status",
        title=reader.word("empty_title"),
        text=text,
        picture="unsure",
        reload=True,
    )


def fault_words(code: str, reader: Reader) -> str:
    """Say why the newest snapshot was not taken; empty where it was."""
    return reader.word(f"fault_{_FAULTS.get(code, 'other')}") if code else ""


def _context(look: Look, settings: Settings, reader: Reader) -> dict[str, object]:
    manifest, programme = look.view.manifest, look.view.programme
    pieces = []
    for product in programme.product:
        total = manifest.counts[product.id]
        pieces.append(
            (product.name.in_language(reader.language), total, unit_of(product, total, reader))
        )
    block = programme.block_on(taipei_day(look.now))
    state = feed_status(look, settings.sunset)
    return {
        "manifest": manifest,
        "state": state,
        "state_words": reader.word(f"feed_{state}"),
        "as_of": clock_time(manifest.as_of),
        "published_at": clock_time(manifest.published_at),
        "outlets": manifest.counts["outlets"],
        "with_stock": manifest.counts["outlets_with_stock"],
        "pieces": pieces,
        "programme_name": programme.name.in_language(reader.language),
        "block": block.effective.isoformat() if block else reader.word("status_no_block"),
        "pinned": programme.pinned,
        "sunset": settings.sunset.isoformat() if settings.sunset else "",
        "contact": settings.contact,
        "contact_words": settings.contact.removeprefix("mailto:"),
    }
