"""Writing the authority's pages: versions, preview, taking back."""

from __future__ import annotations

import msgspec
from aiohttp import web

from core.actions import content
from core.domain.content_pages import LONGEST_TEXT
from core.domain.markup import parse_markup
from core.errors import Invalid
from pharmacy_portal.api.bodies import Body, json_response, read_body
from pharmacy_portal.wiring import portal_of, session_of


class PageRequest(Body, frozen=True):
    """A page's texts and fields, written upon ``version``."""

    version: int
    zh: str
    en: str
    fields: dict[str, str] = msgspec.field(default_factory=dict)


class RestoreRequest(Body, frozen=True):
    """Which version to put in force again, over ``version``."""

    version: int
    restores: int


class PreviewRequest(Body, frozen=True):
    """A text to look at before it is saved."""

    text: str


async def put_page(request: web.Request) -> web.Response:
    """Put a further version of a page in force."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, PageRequest)
    edited = await content.edit_page(
        portal.state.stewardship,
        portal.clock,
        by=session.user,
        page=request.match_info["page"],
        version=body.version,
        zh=body.zh,
        en=body.en,
        fields=body.fields,
    )
    return json_response({"page": edited.page, "version": edited.version})


async def post_restore(request: web.Request) -> web.Response:
    """Put an old version in force again."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, RestoreRequest)
    again = await content.restore_page(
        portal.state.stewardship,
        portal.clock,
        by=session.user,
        page=request.match_info["page"],
        version=body.version,
        restores=body.restores,
    )
    return json_response({"page": again.page, "version": again.version})


async def post_preview(request: web.Request) -> web.Response:
    """Return a text as the page would show it: a tree, never HTML.

    Raises:
        Invalid: it is too long.
    """
    body = await read_body(request, PreviewRequest)
    if len(body.text) > LONGEST_TEXT:
        raise Invalid(f"the text is longer than {LONGEST_TEXT} characters; write less")
    return json_response({"blocks": parse_markup(body.text)})
