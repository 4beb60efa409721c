"""The search page: one box, filters that are links, the list, and what to try where it is empty."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from public_site.api import understood
from public_site.keys import SNAPSHOTS
from public_site.nearby import nearest
from public_site.pages import filters
from public_site.pages.alternatives import alternatives, nearest_with_stock
from public_site.pages.asked import Asked, read_question
from public_site.pages.reader import reader_of
from public_site.pages.rendering import page_answer
from public_site.pages.rows import Row, row_of
from public_site.ranking import ordered
from public_site.search import FURTHEST_M, can_buy_now, select

routes = web.RouteTableDef()

ROWS_A_PAGE = 20


@routes.get("/")
async def search_page(request: web.Request) -> web.StreamResponse:
    """Answer the list of outlets that a search means."""
    look, reader = request.app[SNAPSHOTS].look(), reader_of(request)
    question = understood(request, look, read_question)
    asked = Asked(look, reader, dict(question.given), question)
    return page_answer(
        request,
        look,
        reader,
        "search.html",
        question,
        lambda: _context(asked),
        given=asked.given,
    )


def _context(asked: Asked) -> dict[str, object]:
    view, query = asked.look.view, asked.query
    places = select(view, query)
    pages = _pages(asked, len(places))
    page = min(asked.page, pages)
    rows = _rows(asked, places, page)
    everything = not asked.given or set(asked.given) == {"page"}
    return {
        "given": asked.given,
        "query": query,
        "near_chip": filters.near_chip(asked),
        "point": asked.point,
        "rows": rows,
        "found_words": _found_words(asked, places, rows),
        "page": page,
        "pages": pages,
        "previous_url": asked.link(page=str(page - 1)) if page > 1 else "",
        "next_url": asked.link(page=str(page + 1)) if page < pages else "",
        "products": list(filters.products(asked)),
        "moments": list(filters.moments(asked)),
        "removable": list(filters.removable(asked)),
        # Who has chosen a county chooses its town next; otherwise the list is worth the room.
        "unfolded": bool(query.county) and not query.town,
        "counties": list(filters.counties(asked)),
        "towns": list(filters.towns(asked)),
        "kinds": list(filters.kinds(asked)),
        "overview": list(filters.overview(asked)) if everything and page == 1 else [],
        "alternatives": [] if rows else list(alternatives(asked)),
        "nearest_rows": [] if rows else nearest_with_stock(asked),
    }


def _pages(asked: Asked, found: int) -> int:
    """Return how many pages a list has; what is near comes as one."""
    return 1 if asked.point is not None else max(1, -(-found // ROWS_A_PAGE))


def _rows(asked: Asked, places: Sequence[int], page: int) -> list[Row]:
    """Return one page of rows: the nearest, or those who have most."""
    look, view = asked.look, asked.look.view
    if asked.point is not None:
        found = nearest(view, asked.query, asked.point, limit=ROWS_A_PAGE, radius_m=FURTHEST_M)
        return [_row(asked, place, distance_m) for distance_m, place in found]
    best = ordered(view, asked.query, places, look.now)
    return [_row(asked, place) for place in best[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]]


def _found_words(asked: Asked, places: Sequence[int], rows: Sequence[Row]) -> str:
    """Say how many were found, and how many of them have some; near a point how far they lie."""
    word, entries = asked.reader.word, asked.look.view.entries
    if asked.point is not None and rows and rows[-1].way:
        distance, place = rows[-1].way.distance, asked.question.place
        if place is None:
            return word("found_near", n=len(rows), distance=distance)
        name = place.name.in_language(asked.reader.language)
        return word("found_near_place", n=len(rows), distance=distance, place=name)
    stock = sum(can_buy_now(entries[place], asked.query.product) for place in places)
    return word("found", total=f"{len(places):,}", stock=f"{stock:,}")


def _row(asked: Asked, place: int, distance_m: float | None = None) -> Row:
    record = asked.look.view.entries[place].record
    return row_of(record, asked.look, asked.reader, asked.point, distance_m, asked.query.product)
