"""Addresses of 公告事項 and the other pages that the authority edits."""

from __future__ import annotations

from pharmacy_portal.routes import Route

PAGES: tuple[Route, ...] = ()
API: tuple[Route, ...] = ()
