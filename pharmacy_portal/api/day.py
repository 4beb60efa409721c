"""The day: stocktake, close as JSON and CSV, disputes, practice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from aiohttp import web
from msgspec.structs import replace

from core.actions import disputes, stocktakes
from core.actions.desk import audit_row
from core.domain.calendar import rfc3339, taipei_day
from core.domain.day_close import DayClose, close_of
from core.errors import Invalid
from pharmacy_portal.api.bodies import (
    Body,
    Buyer,
    canonical,
    idempotency_key,
    json_response,
    read_body,
    whole_pieces,
)
from pharmacy_portal.api.purchases import reading_of
from pharmacy_portal.languages import language_of
from pharmacy_portal.sheets import sheet
from pharmacy_portal.wiring import desk_of, portal_of, session_of
from pharmacy_portal.words import say

_FIRST_DAY = date(1912, 1, 1)
COLUMNS = {
    "close_opening": "opening",
    "close_received": "received",
    "close_taken_off": "taken_off",
    "close_sold": "sold",
    "close_corrected": "corrected",
    "close_left": "left",
}


class StocktakeRequest(Body, frozen=True):
    """What was counted, and the stock the screen showed meanwhile; pieces per product."""

    counted: dict[str, Any]
    system: dict[str, Any]
    note: str | None = None
    confirmation: dict[str, Any] | None = None


class DisputeRequest(Buyer, frozen=True):
    """Who disputes the purchase that stands against him; ``note`` without any number."""

    note: str | None = None


class PracticeRequest(Body, frozen=True):
    """Begin or end to practise."""

    on: bool


async def post_stocktake(request: web.Request) -> web.Response:
    """Bring the ledger to what was counted; 200 where there was no difference."""
    session = session_of(request)
    key = idempotency_key(request)
    body = await read_body(request, StocktakeRequest)
    counted, system = whole_pieces(body.counted), whole_pieces(body.system)
    again = whole_pieces(body.confirmation) if body.confirmation else {}
    reply = await stocktakes.take_stock(
        desk_of(request),
        by=session.user,
        outlet=session.institution,
        count=stocktakes.Count(counted, system),
        note=body.note or "",
        confirmation={p: n for p, n in again.items() if n is not None} or None,
        key=key,
        body=canonical(replace(body, counted=counted, system=system)),
    )
    return json_response(reply.body, 201 if b'"intake_id"' in reply.body else 200)


async def get_day(request: web.Request) -> web.Response:
    """Return the close of a day of this outlet; today where none is named."""
    return json_response(document_of(await close(request)))


async def get_day_csv(request: web.Request) -> web.Response:
    """Return the close of a day as a table that a spreadsheet opens."""
    session, language = session_of(request), language_of(request)
    found = await close(request)
    name = f"{session.institution}-{found.day.isoformat()}.csv"
    return sheet(name, _table(request, found, language))


async def post_dispute(request: web.Request) -> web.Response:
    """Keep the note of a buyer who says that he has not bought; with a card, who stands there."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, DisputeRequest)
    claim = body.claim()
    portal.budgets.spend_look_up(session.user)
    reading = await reading_of(request, body, claim, portal.readings.for_sale)
    dispute = await disputes.note_dispute(
        portal.desk,
        portal.state.days,
        by=session.user,
        outlet=session.institution,
        claim=claim,
        note=body.note or "",
        reading=reading,
    )
    return json_response({"dispute_id": str(dispute)}, 201)


async def get_disputes(request: web.Request) -> web.Response:
    """List this outlet's disputes and what the authority answered."""
    portal, session = portal_of(request), session_of(request)
    found = await portal.state.days.disputes(outlet=session.institution)
    lines = [
        {
            "dispute_id": str(line.id),
            "at": rfc3339(line.at),
            "note": line.note,
            "state": line.state,
            "answer": line.answer,
        }
        for line in found
    ]
    return json_response({"disputes": lines})


async def post_practice(request: web.Request) -> web.Response:
    """Begin or end to practise; the ledger knows only that it was begun and ended."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, PracticeRequest)
    if body.on != portal.practice.practises(session):
        act = "practice_begun" if body.on else "practice_ended"
        row = audit_row(act, by=session.user, outlet=session.institution)
        await portal.ledger.record(row, portal.clock())
        await portal.practice.switch(session, on=body.on)
    return json_response({"practice": body.on})


async def close(request: web.Request) -> DayClose:
    """Make the close of the day that the address names.

    Raises:
        Invalid: it is no day, or lies ahead.
    """
    portal, session = portal_of(request), session_of(request)
    today = taipei_day(portal.clock())
    day = _day(request.query.get("date", ""), today)
    sums = await desk_of(request).ledger.day_sums(session.institution, day)
    return close_of(day, portal.programme.product_ids, sums)


def document_of(found: DayClose) -> dict[str, object]:
    """Spell a close as JSON."""
    products = {
        product: {name: getattr(one, name) for name in COLUMNS.values()}
        for product, one in found.products.items()
    }
    return {
        "day": found.day.isoformat(),
        "products": products,
        "sales": found.sales,
        "sales_by_card": found.sales_by_card,
        "sales_typed": found.sales_typed,
        "typed_share": round(found.typed_share, 4),
        "corrections": found.corrections,
        "amount_ntd": found.amount_ntd,
    }


def _table(request: web.Request, found: DayClose, language: str) -> Iterator[Sequence[object]]:
    heading = ("institution_code", "close_day", "product", *COLUMNS)
    yield [say(word, language) for word in heading]
    for product in portal_of(request).programme.product:
        one = found.products[product.id]
        numbers = [getattr(one, name) for name in COLUMNS.values()]
        place = [session_of(request).institution, found.day.isoformat()]
        yield [*place, product.name.in_language(language), *numbers]
    yield []
    for name, value in (
        ("close_sales", found.sales),
        ("close_by_card", found.sales_by_card),
        ("close_typed", found.sales_typed),
        ("close_corrections", found.corrections),
        ("close_amount", found.amount_ntd),
    ):
        yield [say(name, language), value]


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text) if text else today
    except ValueError:
        raise Invalid("date: write YYYY-MM-DD") from None
    if day > today:
        raise Invalid("date: this day has not come yet")
    if day < _FIRST_DAY:
        raise Invalid("date: before the first year of the Republic there is no day to name")
    return day
