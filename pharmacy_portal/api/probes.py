"""What an operator's probes ask: alive, ready, numbers."""

from __future__ import annotations

from aiohttp import web

from core.errors import Unavailable
from core.rules_watch import in_use
from pharmacy_portal.api.bodies import json_response
from pharmacy_portal.wiring import portal_of

_ANY_OUTLET = "0000000000"


async def get_health(request: web.Request) -> web.Response:
    """Say that the process answers."""
    return json_response({"status": "alive"})


async def get_ready(request: web.Request) -> web.Response:
    """Say whether the ledger answers, and by which rules the counter sells.

    Raises:
        Unavailable: the ledger does not answer.
    """
    portal = portal_of(request)
    try:
        await portal.ledger.outlet(_ANY_OUTLET)
    except OSError:
        raise Unavailable("the ledger does not answer") from None
    rules = in_use(portal.desk.rules, portal.clock)
    return json_response({"status": "ready", "rules": rules, "demo": portal.settings.demo})


async def get_metrics(request: web.Request) -> web.Response:
    """Return metrics for Prometheus."""
    metrics = portal_of(request).metrics
    return web.Response(body=metrics.exposition(), headers={"Content-Type": metrics.content_type})
