"""資格審核, 購買, 更正 and 最近購買紀錄."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from msgspec.structs import replace

from core.actions import purchases
from core.actions.card_readings import CardReading, NoReading, verified_by
from core.domain.calendar import rfc3339, roc_minute, taipei_day
from core.domain.eligibility import Claim, Verdict
from core.ports import Session
from pharmacy_portal.api.bodies import (
    Buyer,
    canonical,
    idempotency_key,
    json_response,
    read_body,
    whole_pieces,
)
from pharmacy_portal.languages import language_of
from pharmacy_portal.readings import Reading
from pharmacy_portal.refusal_words import next_date_words, words_of
from pharmacy_portal.wiring import ORIGIN, Portal, desk_of, portal_of, session_of

AskReadings = Callable[[Session, str, Claim, Reading | None], Awaitable[CardReading]]


class EligibilityRequest(Buyer, frozen=True):
    """Who is to be checked; ``manual_reason`` says why a number was typed."""

    manual_reason: str | None = None


class SaleRequest(Buyer, frozen=True, kw_only=True):
    """Who buys what. ``on_behalf`` is recorded, nothing is enforced."""

    pieces: dict[str, Any]
    on_behalf: bool | None = None


async def post_eligibility(request: web.Request) -> web.Response:
    """Judge a buyer; this call alone counts against the look-up budget."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, EligibilityRequest)
    claim = body.claim()
    portal.budgets.spend_look_up(session.user)
    reading = await reading_of(request, body, claim, portal.readings.for_check)
    verdict = await purchases.check_eligibility(
        desk_of(request),
        by=session.user,
        outlet=session.institution,
        claim=claim,
        reading=reading,
        manual_reason=body.manual_reason or "",
    )
    return json_response(_verdict(portal, verdict, language_of(request)))


async def post_sale(request: web.Request) -> web.Response:
    """Sell, once per key; a repeat is answered with the same bytes."""
    portal, session = portal_of(request), session_of(request)
    key = idempotency_key(request)
    body = await read_body(request, SaleRequest)
    pieces = whole_pieces(body.pieces)
    claim = body.claim()
    reading = await reading_of(request, body, claim, portal.readings.for_sale)
    reply = await purchases.record_sale(
        desk_of(request),
        by=session.user,
        outlet=session.institution,
        claim=claim,
        pieces=pieces,
        on_behalf=bool(body.on_behalf),
        reading=reading,
        key=key,
        body=canonical(replace(body, pieces=pieces)),
    )
    if not reply.repeated and not portal.practice.practises(session):
        portal.metrics.count_sale(verified_by(claim.identity_type))
    return json_response(reply.body, 201)


async def post_void(request: web.Request) -> web.Response:
    """Reverse a sale of this outlet and this day, once."""
    session = session_of(request)
    reply = await purchases.void_sale(
        desk_of(request),
        by=session.user,
        outlet=session.institution,
        sale=request.match_info["sale"],
    )
    return json_response(reply.body)


async def get_recent(request: web.Request) -> web.Response:
    """List this outlet's sales of today, newest first."""
    portal, session = portal_of(request), session_of(request)
    lines = await purchases.recent_purchases(desk_of(request), outlet=session.institution)
    return json_response({"sales": [_line(portal, line) for line in lines]})


async def reading_of(
    request: web.Request, body: Buyer, claim: Claim, ask: AskReadings
) -> CardReading | None:
    """Return the reading of a buyer with a card; what it is worth, the action decides."""
    if verified_by(claim.identity_type) != "card":
        return None
    found = await ask(session_of(request), request[ORIGIN], claim, body.reading)
    if isinstance(found, NoReading):
        portal_of(request).metrics.count_reading_refused(found.why)
    return found


def _line(portal: Portal, line: purchases.RecentPurchase) -> dict[str, object]:
    return {
        "sale_id": line.sale_id,
        "outlet_name": line.outlet_name,
        "masked_number": line.masked_number,
        "sold_at": rfc3339(line.sold_at),
        "sold_at_roc": roc_minute(line.sold_at),
        "pieces": {p: line.pieces.get(p, 0) for p in portal.programme.product_ids},
        "amount_ntd": line.amount_ntd,
        "voided": line.voided,
    }


def _verdict(portal: Portal, verdict: Verdict, language: str) -> dict[str, object]:
    """Spell a verdict: never where or when an earlier purchase was."""
    allowance = verdict.allowance
    products = portal.programme.product_ids
    allowed = {product: allowance.pieces.get(product, 0) for product in products}
    return {
        "verdict": "ALLOW" if verdict.allowed else "DENY",
        "reasons": list(verdict.reasons),
        "next_date": verdict.next_date.isoformat() if verdict.next_date else None,
        "allowed": {**allowed, "total": allowance.total},
        "day": taipei_day(portal.clock()).isoformat(),
        "words": [words_of(reason, language) for reason in verdict.reasons],
        "next_date_words": next_date_words(verdict.next_date, language),
    }
