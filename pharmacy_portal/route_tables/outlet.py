"""Addresses of the outlet's own page."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import outlet
from pharmacy_portal.pages import outlet as page
from pharmacy_portal.routes import V1, Route

_SEE, _SPEAK = Permission.SEE_OUTLET, Permission.SPEAK_FOR_OUTLET
_PROPOSALS = f"{V1}/outlet/proposals"

PAGES: tuple[Route, ...] = (Route("GET", "/outlet", page.get_outlet_page, _SPEAK, kind="page"),)
API: tuple[Route, ...] = (
    Route("GET", f"{V1}/outlet", outlet.get_outlet, _SEE, passive=True),
    Route("PUT", f"{V1}/outlet", outlet.put_outlet, _SPEAK),
    Route("GET", _PROPOSALS, outlet.get_proposals, _SEE),
    Route("POST", _PROPOSALS, outlet.post_proposal, _SPEAK),
    Route("DELETE", f"{_PROPOSALS}/{{proposal}}", outlet.delete_proposal, _SPEAK),
)
