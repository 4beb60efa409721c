"""What operators and supervisors ask."""

from __future__ import annotations

import msgspec
from aiohttp import web

from core.errors import Unavailable
from public_site.answers import JSON, NEVER, envelope
from public_site.keys import METRICS, SNAPSHOTS
from public_site.metrics import CONTENT_TYPE

routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(request: web.Request) -> web.Response:
    """Answer that the process lives."""
    return _json({"status": "ok"})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """Answer whether a snapshot is served; a stale one still is, and says so.

    Raises:
        Unavailable: there is none yet; the reason is in the answer.
    """
    snapshots = request.app[SNAPSHOTS]
    if snapshots.published is None:
        raise Unavailable(
            f"no snapshot has been found good yet ({snapshots.fault_code or 'none seen'})",
            code="NO_SNAPSHOT",
        )
    look = snapshots.look()
    rules = look.view.manifest.rules
    shown = {"programme": rules.programme, "block": rules.block or None, "hash": rules.hash}
    fault = snapshots.fault_code or None
    return _json({"status": "ready", **envelope(look), "rules": shown, "fault": fault})


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Answer the counters in the text format of Prometheus."""
    snapshots = request.app[SNAPSHOTS]
    if snapshots.published is None:
        body = request.app[METRICS].text(0, 0)
    else:
        look = snapshots.look()
        body = request.app[METRICS].text(look.view.sequence, look.age_s)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE, "Cache-Control": NEVER})


def _json(value: object) -> web.Response:
    return web.Response(
        body=msgspec.json.encode(value),
        content_type=JSON,
        charset="utf-8",
        headers={"Cache-Control": NEVER},
    )
