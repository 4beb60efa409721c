"""日結 and 盤點."""

from __future__ import annotations

from datetime import date, timedelta

from aiohttp import web

from core.domain.calendar import taipei_day
from pharmacy_portal.api.day import close
from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.shell import render_counter
from pharmacy_portal.refusal_words import day_words
from pharmacy_portal.wiring import portal_of

ONE_DAY = timedelta(days=1)


async def get_stocktake(request: web.Request) -> web.Response:
    """Guide through a stocktake: stop selling, count, compare, write the difference."""
    return await render_counter(request, "stocktake.html")


async def get_day(request: web.Request) -> web.Response:
    """Show the close of a day: on screen, on paper, as CSV; works without scripts."""
    found = await close(request)
    today = taipei_day(portal_of(request).clock())
    return await render_counter(
        request,
        "day.html",
        close=found,
        close_words=day_words(found.day, language_of(request)),
        typed_percent=round(100 * found.typed_share),
        is_today=found.day == today,
        before=_link(request, found.day - ONE_DAY),
        after=_link(request, found.day + ONE_DAY) if found.day < today else "",
        csv=str(request.rel_url.with_path("/day.csv").update_query(date=found.day.isoformat())),
    )


def _link(request: web.Request, day: date) -> str:
    return str(request.rel_url.update_query(date=day.isoformat()))
