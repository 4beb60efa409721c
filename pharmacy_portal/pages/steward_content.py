"""The pages by which the authority edits its pages: list, editor with preview, versions."""

from __future__ import annotations

from aiohttp import web

from core.actions.content import page_history, page_in_force
from core.domain.content_pages import CONTENT_PAGES, LONGEST_TEXT
from core.domain.markup import parse_markup
from core.errors import NotFound
from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.content import changed_words
from pharmacy_portal.pages.shell import render_counter
from pharmacy_portal.wiring import portal_of
from pharmacy_portal.words import say


async def get_pages(request: web.Request) -> web.Response:
    """List the pages that can be edited, and when each was changed."""
    stewardship, language = portal_of(request).state.stewardship, language_of(request)
    pages = []
    for page in CONTENT_PAGES:
        version = await page_in_force(stewardship, page)
        pages.append((page, say(f"ct_{page}", language), changed_words(version, language), version))
    return await render_counter(request, "steward_pages.html", pages=pages)


async def get_page(request: web.Request) -> web.Response:
    """Edit one page; ``?version=`` shows an old one beside it."""
    stewardship, language = portal_of(request).state.stewardship, language_of(request)
    page = request.match_info["page"]
    history = await page_history(stewardship, page)
    asked = request.query.get("version", "")
    old = next((one for one in history if str(one.version) == asked), None)
    if asked and old is None:
        raise NotFound(f"page {page} has no version {asked}")
    return await render_counter(
        request,
        "steward_page.html",
        page=page,
        title=say(f"ct_{page}", language),
        current=history[0],
        history=[(one, changed_words(one, language)) for one in history],
        old=old,
        old_blocks=parse_markup(old.words.in_language(language)) if old else (),
        fields=[(key, words.in_language(language)) for key, words in CONTENT_PAGES[page].items()],
        longest=LONGEST_TEXT,
    )
