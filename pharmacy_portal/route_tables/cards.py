"""Addresses of the card agent: enrolment, nonces, 電腦設定."""

from __future__ import annotations

from pharmacy_portal.routes import Route

PAGES: tuple[Route, ...] = ()
API: tuple[Route, ...] = ()
