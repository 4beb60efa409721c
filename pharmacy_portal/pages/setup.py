"""電腦設定 and 檢測: what a computer needs before the counter works; open to everybody."""

from __future__ import annotations

from aiohttp import web

from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.shell import render
from pharmacy_portal.wiring import ORIGIN, SESSION
from pharmacy_portal.words import say

_START = "maskmap agent --portal {origin}"


async def get_setup(request: web.Request) -> web.Response:
    """Show STEP 1–3, the system environment, and this computer's own settings."""
    language, origin = language_of(request), request[ORIGIN]
    return render(
        request,
        "setup.html",
        title=say("setup_title", language),
        origin=origin,
        start=_START.format(origin=origin),
        logged_in=SESSION in request,
    )


async def get_check(request: web.Request) -> web.Response:
    """Show the test of everything between this page and a card."""
    return render(
        request,
        "check.html",
        title=say("check_title", language_of(request)),
        logged_in=SESSION in request,
    )
