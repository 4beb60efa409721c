"""The site with a memory of no pages: each request renders its page anew."""

from __future__ import annotations

import os

from aiohttp import web

from core.settings import load_settings
from public_site import view
from public_site.app import make_app

try:
    from uvloop import new_event_loop
except ImportError:
    from asyncio import new_event_loop

if __name__ == "__main__":
    view._MOST_PAGE_BYTES = 0
    settings = load_settings(None, os.environ)
    address = settings.site_address
    loop = new_event_loop()
    web.run_app(
        make_app(settings), host=address.host, port=address.port, loop=loop, access_log=None
    )
