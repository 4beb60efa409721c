"""What the demo's card tray does: sign a login, read a buyer's card. Served in demo only."""

from __future__ import annotations

import msgspec
from aiohttp import web

from core.domain.calendar import rfc3339
from core.errors import NotFound
from pharmacy_portal.api.bodies import Body, json_response, read_body
from pharmacy_portal.api.login import address_of, log_in
from pharmacy_portal.demo.tray import Tray
from pharmacy_portal.wiring import ORIGIN, portal_of, session_of


class TrayLogin(Body, frozen=True):
    """The card clicked, and the institution chosen if it opens several."""

    card: str
    institution: str | None = None
    invitation: str | None = None


class TrayRead(Body, frozen=True):
    """The buyer's card put into the reader; without a nonce the tray fetches one itself."""

    card: str
    nonce: str | None = None
    reader: str | None = None


async def post_login(request: web.Request) -> web.Response:
    """Log in with a software card: signed here, verified like any other login."""
    portal = portal_of(request)
    portal.budgets.spend_login(address_of(request))
    body = await read_body(request, TrayLogin)
    secret, challenge = portal.challenges.issue()
    signed = _tray(request).sign(body.card, request[ORIGIN], challenge.text, body.institution)
    wanted = msgspec.structs.replace(signed, invitation=body.invitation)
    return await log_in(request, wanted, portal.challenges.take(secret))


async def post_read(request: web.Request) -> web.Response:
    """Read a buyer's card, as an agent that is enrolled wherever it is used."""
    portal, session, tray = portal_of(request), session_of(request), _tray(request)
    body = await read_body(request, TrayRead)
    nonce = body.nonce or portal.readings.issue(session).text
    await tray.agent.enrol(portal.state.agents, session.institution, portal.clock)
    read_at = rfc3339(portal.clock())
    origin = request[ORIGIN]
    return json_response(tray.read(body.card, origin=origin, nonce=nonce, read_at=read_at))


def _tray(request: web.Request) -> Tray:
    tray = portal_of(request).tray
    if tray is None:
        raise NotFound("there are no software cards here")
    return tray
