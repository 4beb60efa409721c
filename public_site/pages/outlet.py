"""The page of one outlet: its numbers first, then everything known of it."""

from __future__ import annotations

from aiohttp import web

from core.domain.calendar import TAIPEI, taipei_day
from core.domain.guidance import price_and_quota
from core.domain.outlets import KINDS
from core.domain.sale_windows import parse_windows, windows_in_words
from core.domain.snapshot import OutletRecord
from public_site.api import unknown_outlet
from public_site.courses import COURSES, Courses
from public_site.hours import known_periods
from public_site.keys import SNAPSHOTS
from public_site.pages.course import course_of
from public_site.pages.long_course import long_course_of
from public_site.pages.reader import Reader, reader_of
from public_site.pages.rendering import page_answer
from public_site.pages.rows import (
    geo_url,
    osm_url,
    periods_table,
    row_of,
    safe_website,
)
from public_site.pages.times import clock_of, clock_time, day_label
from public_site.snapshots import Look

routes = web.RouteTableDef()

# Codes that the register itself writes; any other is the name of a collector or a list.
_SOURCES = {
    "correction": "correction",
    "register": "register",
    "town": "town",
    "town_centre": "town",
    "demo": "demo",
    "": "not_stated",
}


@routes.get("/outlets/{code}")
async def outlet_page(request: web.Request) -> web.StreamResponse:
    """Answer the page of an outlet, or the designed page for a code that nobody has."""
    look = request.app[SNAPSHOTS].look()
    courses = request.app[COURSES]
    reader = reader_of(request)
    code = request.match_info["code"].strip().upper()
    place = look.view.by_code.get(code)
    if place is None:
        raise unknown_outlet(code)
    record = look.view.entries[place].record
    return page_answer(
        request,
        look,
        reader,
        "outlet.html",
        (code, courses.version),
        lambda: _context(record, look, courses, reader),
    )


def _context(
    record: OutletRecord, look: Look, courses: Courses, reader: Reader
) -> dict[str, object]:
    row = row_of(record, look, reader)
    kind = KINDS.get(record.kind)
    course = course_of(record, look, courses, reader)
    today = taipei_day(look.now)
    return {
        "row": row,
        "record": record,
        "kind": kind.in_language(reader.language) if kind else record.kind,
        "periods": periods_table(record) if known_periods(record) else [],
        "weekday": today.weekday(),
        "website": safe_website(record.website),
        "geo": geo_url(record),
        "osm": osm_url(record),
        "map_outlet": record,
        "precision": reader.word(f"precision_{record.coordinate_precision}"),
        "source": source_words(record.coordinate_source, reader),
        "as_of": clock_time(look.view.manifest.as_of),
        "changed_at": clock_time(record.changed_at),
        "quota": [
            line.in_language(reader.language)
            for line in price_and_quota(look.view.programme, today)
        ],
        "windows": windows_of(record, reader),
        "window_now": _selling_now(record, look, reader),
        "course": course,
        "course_day": day_label(course.day, reader),
        "findings": course.findings,
        "long": long_course_of(record.code, look.view.programme, courses.long, reader),
        "town_url": reader.link(
            "/", {"county": record.county_code, "town": record.town_code, "in_stock": "1"}
        ),
        "back_url": reader.link("/"),
    }


def source_words(code: str, reader: Reader) -> str:
    """Say in words where a position comes from; a collector is called by its name."""
    if code in _SOURCES:
        return reader.word(f"source_{_SOURCES[code]}")
    return reader.word("position_from_collector", name=code)


def windows_of(record: OutletRecord, reader: Reader) -> list[str]:
    """Return the sale windows in words, one each; none where the text is free text."""
    return [
        windows_in_words([window]).in_language(reader.language)
        for window in parse_windows(record.sale_windows)
    ]


def _selling_now(record: OutletRecord, look: Look, reader: Reader) -> str:
    """Say which window is open at this moment, where people can buy at all."""
    if look.stale or record.availability != "buyable":
        return ""
    moment = look.now.astimezone(TAIPEI)
    for window in parse_windows(record.sale_windows):
        if window.holds(moment):
            return reader.word("selling_until", until=clock_of(60 * window.end))
    return ""
