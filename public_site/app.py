"""The application: everything is wired here, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web

from core.clock import Clock, system_clock
from core.community.store import CommunityStore
from core.settings import Settings
from public_site import (
    announcements,
    api,
    beside,
    course_files,
    downloads,
    health,
    map_points,
    offline,
    openapi,
    samples,
    static_files,
)
from public_site.announcements import ANNOUNCEMENTS, Announcements
from public_site.beside import BESIDE_FILES, Beside
from public_site.courses import COURSES, Courses
from public_site.directory import DIRECTORY, Directory
from public_site.frame import frame
from public_site.keys import BASE, CLOCK, METRICS, POLICY, SETTINGS, SNAPSHOTS
from public_site.last_slash import without_last_slash
from public_site.metrics import Metrics
from public_site.mirror.puller import PULLER, puller_of
from public_site.pages import apps, data, map_card, outlet, rules, search, status
from public_site.sandbox import add_sandbox
from public_site.serving.connections import LONGEST_WAIT_S, connections, uninvited
from public_site.serving.forms import MOST_BYTES, PATIENCE_S
from public_site.serving.policy import Policy
from public_site.snapshots import Snapshots

_ROUTES = (
    *(api, downloads, health, static_files, search, outlet, rules, data, status),
    *(announcements, openapi, samples, course_files, beside, map_points, map_card, offline, apps),
)
# What the sandbox has too: the interface itself, over a snapshot that never changes.
_SANDBOX_ROUTES = (api, map_points, downloads)


def make_app(
    settings: Settings, clock: Clock = system_clock, patience_s: float = LONGEST_WAIT_S
) -> web.Application:
    """Return the site. It answers at once, with 503 until the first snapshot is found good."""
    metrics = Metrics()
    app = web.Application(
        middlewares=[frame, without_last_slash],
        client_max_size=MOST_BYTES,
        handler_args=connections(metrics, patience_s),
    )
    app[PATIENCE_S] = patience_s
    app[POLICY] = Policy(settings)
    app[BASE] = ""
    app[SETTINGS] = settings
    app[CLOCK] = clock
    app[METRICS] = metrics
    app[SNAPSHOTS] = Snapshots(
        settings.site_snapshots_folder, settings.public_key_file, clock, metrics.fault
    )
    app[ANNOUNCEMENTS] = Announcements(
        settings.announcements_file, settings.sunset, announced=settings.announced_file
    )
    app[DIRECTORY] = Directory(CommunityStore(settings.community_path), clock)
    app[BESIDE_FILES] = Beside(app[SNAPSHOTS])
    app[COURSES] = Courses(settings.site_snapshots_folder, app[SNAPSHOTS].public_key)
    if puller := puller_of(settings, app[SNAPSHOTS], metrics.fault):
        app[PULLER] = puller
        app.cleanup_ctx.append(_pulling)
    app.cleanup_ctx.append(_watching)
    for module in _ROUTES:
        app.add_routes(uninvited(module.routes))
    add_sandbox(app, settings, metrics, _SANDBOX_ROUTES)
    return app


async def _pulling(app: web.Application) -> AsyncIterator[None]:
    async with app[PULLER].pulling():
        yield


async def _watching(app: web.Application) -> AsyncIterator[None]:
    async with app[SNAPSHOTS].watching(), app[COURSES].watching():
        yield
