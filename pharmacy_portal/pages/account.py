"""我的帳號: what I may do where, my cards, passkeys, and the card programs of my institution."""

from __future__ import annotations

from aiohttp import web

from pharmacy_portal.api.account import account_of
from pharmacy_portal.pages.shell import render_counter
from pharmacy_portal.sessions import is_locked
from pharmacy_portal.wiring import session_of


async def get_account(request: web.Request) -> web.Response:
    """Show one's own account; a locked session shows its frame alone."""
    if is_locked(session_of(request)):
        return await render_counter(request, "people_locked.html", task="", tabs=[])
    return await render_counter(request, "account.html", account=await account_of(request))
