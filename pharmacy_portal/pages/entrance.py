"""憑證登入, and the files every page needs."""

from __future__ import annotations

from aiohttp import web

from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.shell import render
from pharmacy_portal.static_files import static_response
from pharmacy_portal.wiring import portal_of


async def get_login(request: web.Request) -> web.Response:
    """Show the login page; in demo with a tray of software cards."""
    portal = portal_of(request)
    tray = portal.tray.staff(language_of(request)) if portal.tray else []
    return render(request, "login.html", tray=tray, expired="expired" in request.query)


async def get_static(request: web.Request) -> web.Response:
    """Serve one of the portal's own files; nothing else has a name here.

    Raises:
        HTTPNotFound: there is no such file.
    """
    file = portal_of(request).static.get(request.match_info["name"])
    if file is None:
        raise web.HTTPNotFound
    return static_response(request, file)
