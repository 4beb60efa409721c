"""Addresses of the card agent: enrolment, nonces, 電腦設定."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import agents
from pharmacy_portal.pages import setup
from pharmacy_portal.routes import V1, Route

_SELL, _SESSION = Permission.SELL, Permission.SESSION

PAGES = (
    Route("GET", "/setup", setup.get_setup, Permission.PUBLIC, kind="page", passive=True),
    Route("GET", "/setup/check", setup.get_check, Permission.PUBLIC, kind="page", passive=True),
)
API: tuple[Route, ...] = (
    # A page fetches the next nonce by itself: that is no sign of somebody at the counter.
    Route("POST", f"{V1}/readings/nonce", agents.post_nonce, _SELL, passive=True, in_practice=True),
    Route("POST", f"{V1}/agents/challenge", agents.post_challenge, _SESSION),
    Route("POST", f"{V1}/agents", agents.post_agent, _SESSION),
    Route("GET", f"{V1}/agents", agents.get_agents, _SESSION),
    Route("DELETE", f"{V1}/agents/{{agent}}", agents.delete_agent, _SESSION),
)
