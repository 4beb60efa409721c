"""The application: everything is wired here, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from core.clock import Clock, system_clock
from core.settings import Settings
from public_site import announcements, api, downloads, health, samples, static_files
from public_site.announcements import ANNOUNCEMENTS, Announcements
from public_site.frame import frame
from public_site.keys import BASE, METRICS, SETTINGS, SNAPSHOTS
from public_site.metrics import Metrics
from public_site.pages import data, outlet, rules, search, status
from public_site.sandbox import add_sandbox
from public_site.snapshots import Snapshots

# Everything here is asked with GET; no request has a body worth reading.
LARGEST_BODY_BYTES = 1024
# The longest line and header that the server reads; a query of 4 kB and a browser's own fit.
LONGEST_LINE = LONGEST_HEADER = 8190

_ROUTES = (api, downloads, health, static_files, search, outlet, rules, data, status)
_ROUTES += (announcements, samples)
# What the sandbox has too: the interface itself, over a snapshot that never changes.
_SANDBOX_ROUTES = (api, downloads)


def make_app(settings: Settings, clock: Clock = system_clock) -> web.Application:
    """Return the site. It answers at once, with 503 until the first snapshot is found good."""
    app = web.Application(middlewares=[frame], client_max_size=LARGEST_BODY_BYTES)
    metrics = Metrics()
    app[BASE] = ""
    app[SETTINGS] = settings
    app[METRICS] = metrics
    app[SNAPSHOTS] = Snapshots(
        settings.snapshots_folder, settings.public_key_file, clock, metrics.fault
    )
    app[ANNOUNCEMENTS] = Announcements(settings.announcements_file, settings.sunset)
    app.cleanup_ctx.append(_watching)
    for module in _ROUTES:
        app.add_routes(module.routes)
    add_sandbox(app, settings, metrics, _SANDBOX_ROUTES)
    return app


async def _watching(app: web.Application) -> AsyncIterator[None]:
    async with app[SNAPSHOTS].watching():
        yield
