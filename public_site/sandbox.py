"""The sandbox: the same handlers over a small fictional snapshot whose answers never change.

``/sandbox/api/v1/…`` and ``/sandbox/data/{file}`` are the interface itself, as applications of
their own with their own snapshot and a clock that stands still. What a program meets rarely has
an address too: ``/sandbox/stale/…`` answers with old data, ``/sandbox/unavailable/…`` with 503.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from types import ModuleType

from aiohttp import web

from core.domain.calendar import TAIPEI
from core.resources import data_path
from core.settings import Settings
from public_site.beside import BESIDE_FILES, Beside
from public_site.keys import BASE, CLOCK, METRICS, SETTINGS, SNAPSHOTS
from public_site.metrics import Metrics
from public_site.serving.connections import uninvited
from public_site.snapshots import Snapshots

BASE_PATH = "/sandbox"
# Five seconds after the publisher of the sandbox last looked; and ten minutes.
FRESH = datetime(2020, 2, 6, 10, 30, 10, tzinfo=TAIPEI)
STALE = datetime(2020, 2, 6, 10, 40, 5, tzinfo=TAIPEI)


def add_sandbox(
    app: web.Application, settings: Settings, metrics: Metrics, modules: Iterable[ModuleType]
) -> None:
    """Put the sandbox into the site; ``modules`` hold the routes that it has too."""
    modules = tuple(modules)
    for path, now, filled in (
        (BASE_PATH, FRESH, True),
        (f"{BASE_PATH}/stale", STALE, True),
        (f"{BASE_PATH}/unavailable", FRESH, False),
    ):
        app.add_subapp(path, _one(path, now, settings, metrics, modules, filled=filled))


def _one(
    path: str,
    now: datetime,
    settings: Settings,
    metrics: Metrics,
    modules: Iterable[ModuleType],
    *,
    filled: bool,
) -> web.Application:
    """Return the interface over the fixed snapshot; without one where it is not ``filled``."""
    app = web.Application()
    app[BASE] = path
    app[SETTINGS] = settings
    app[CLOCK] = lambda: now
    app[METRICS] = metrics
    app[SNAPSHOTS] = Snapshots(
        data_path("sandbox/snapshots"),
        data_path("sandbox/public-key.pem"),
        lambda: now,
        metrics.fault,
    )
    app[BESIDE_FILES] = Beside(app[SNAPSHOTS])
    for module in modules:
        app.add_routes(uninvited(module.routes))
    if filled:
        app.cleanup_ctx.append(_read_once)
    return app


async def _read_once(app: web.Application) -> AsyncIterator[None]:
    """Look at the folder once, and back at what changed: it never changes."""
    await app[SNAPSHOTS].poll()
    await app[SNAPSHOTS].look_back()
    yield
