"""Addresses of institutions and users."""

from __future__ import annotations

from pharmacy_portal.routes import Route

PAGES: tuple[Route, ...] = ()
API: tuple[Route, ...] = ()
