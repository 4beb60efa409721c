"""Under which address the site is reached: for links that must be whole."""

from __future__ import annotations

import re

from aiohttp import web

from public_site.keys import SETTINGS

_HOST = re.compile(r"[A-Za-z0-9._-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


def origin_of(request: web.Request) -> str:
    """Return the operator's address of the site, else the one asked, without a last stroke.

    A host that is none is left out: such links then stay on whatever host was asked.
    """
    public_url: str = request.app[SETTINGS].public_url.rstrip("/")
    if public_url:
        return public_url
    return f"{request.scheme}://{request.host}" if _HOST.fullmatch(request.host) else ""
