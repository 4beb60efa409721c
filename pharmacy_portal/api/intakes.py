"""進貨登錄 and what is in stock."""

from __future__ import annotations

from typing import Any

from aiohttp import web
from msgspec.structs import replace

from core.actions import intakes
from core.domain.calendar import rfc3339, roc_minute
from pharmacy_portal.api.bodies import (
    Body,
    canonical,
    idempotency_key,
    json_response,
    read_body,
    whole_pieces,
)
from pharmacy_portal.wiring import Portal, desk_of, portal_of, session_of

HISTORY_LINES = 200


class IntakeRequest(Body, frozen=True):
    """Pieces to add, or to take off with a minus; ``confirmation`` = the same numbers again."""

    pieces: dict[str, Any]
    note: str | None = None
    confirmation: dict[str, Any] | None = None


async def get_today(request: web.Request) -> web.Response:
    """Tell what the morning question needs."""
    session = session_of(request)
    today = await intakes.intakes_today(desk_of(request), outlet=session.institution)
    body = {
        "day": today.day.isoformat(),
        "standard": dict(today.standard),
        "automatic_done": today.automatic_done,
        "positive_manual": today.positive_manual,
        "unanswered": today.unanswered,
    }
    return json_response(body)


async def post_automatic(request: web.Request) -> web.Response:
    """Take the day's standard goods: once, however often it is clicked."""
    session = session_of(request)
    reply = await intakes.automatic_intake(
        desk_of(request), by=session.user, outlet=session.institution
    )
    return json_response(reply.body, 201)


async def post_intake(request: web.Request) -> web.Response:
    """Record goods that came, or were spoilt."""
    session = session_of(request)
    key = idempotency_key(request)
    body = await read_body(request, IntakeRequest)
    pieces = whole_pieces(body.pieces)
    reply = await intakes.manual_intake(
        desk_of(request),
        by=session.user,
        outlet=session.institution,
        pieces=pieces,
        note=body.note or "",
        confirmation=_confirmed(body.confirmation),
        key=key,
        body=canonical(replace(body, pieces=pieces)),
    )
    return json_response(reply.body, 201)


async def get_history(request: web.Request) -> web.Response:
    """List this outlet's intakes, newest first."""
    portal, session = portal_of(request), session_of(request)
    lines = await intakes.intake_history(
        desk_of(request), outlet=session.institution, limit=HISTORY_LINES
    )
    return json_response({"intakes": [_line(portal, line) for line in lines]})


async def get_stock(request: web.Request) -> web.Response:
    """Return this outlet's stock, every product named."""
    portal, session = portal_of(request), session_of(request)
    stock = await intakes.stock_now(desk_of(request), outlet=session.institution)
    return json_response({"stock": stock, "as_of": rfc3339(portal.clock())})


def _confirmed(typed: dict[str, Any] | None) -> dict[str, int] | None:
    if typed is None:
        return None
    return {p: count for p, count in whole_pieces(typed).items() if count is not None}


def _line(portal: Portal, line: intakes.IntakeLine) -> dict[str, object]:
    return {
        "intake_id": line.intake_id,
        "at": rfc3339(line.at),
        "at_roc": roc_minute(line.at),
        "pieces": {p: line.pieces.get(p, 0) for p in portal.programme.product_ids},
        "note": line.note,
        "origin": line.origin,
        "by": line.by,
        "flagged": line.flagged,
    }
