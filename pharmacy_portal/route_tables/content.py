"""Addresses of 公告事項 and the other pages that the authority edits: open to everybody."""

from __future__ import annotations

from core.domain.access import Permission
from core.domain.content_pages import CONTENT_PAGES
from pharmacy_portal.pages import content
from pharmacy_portal.routes import Route

_PUBLIC = Permission.PUBLIC

PAGES = (
    Route("GET", "/news", content.get_news, _PUBLIC, kind="page", passive=True),
    *(
        Route("GET", f"/{page}", content.get_content, _PUBLIC, kind="page", passive=True)
        for page in CONTENT_PAGES
    ),
)
API: tuple[Route, ...] = ()
