"""The site with a memory of no pages and no answers: each request renders its page anew.

It listens and guards as the real one does.
"""

from __future__ import annotations

import asyncio
import os

from core.settings import load_settings
from public_site import front, view
from public_site.app import make_app
from public_site.server import serve

try:
    from uvloop import new_event_loop
except ImportError:
    from asyncio import new_event_loop

if __name__ == "__main__":
    view._MOST_PAGE_BYTES = 0
    front.MOST_BYTES = 0
    settings = load_settings(None, os.environ)
    site = serve(make_app(settings), settings.site_address, reuse_port=False, listening=print)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(site)
