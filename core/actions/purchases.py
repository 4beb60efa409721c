"""Eligibility check (資格審核), sale (購買), reversal, recent purchases (最近購買紀錄)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from core.actions.card_readings import (
    MISSING,
    REQUIRED,
    CardReading,
    reading_required,
    reading_row,
    verified_by,
)
from core.actions.desk import Desk, act_id, audit_row, body_of, free_text, remaining
from core.domain.buyers import PersonKey, mask_number
from core.domain.calendar import rfc3339
from core.domain.eligibility import Claim, Verdict, assess
from core.domain.entries import Entry, Origin, pieces_of
from core.domain.identity import IDENTITY_TYPES
from core.domain.stops import Stop
from core.errors import NotFound, Refused
from core.log import get_logger
from core.ports import AuditRow, Decision, Facts, Idempotency, Order, PersonLink, RecentSale, Reply

LONGEST_REASON = 100
_log = get_logger(__name__)

Wanted = Mapping[str, int | None]
"""Product → pieces as asked for; None where it was not a whole number."""


@dataclass(frozen=True, slots=True)
class RecentPurchase:
    """One line of 最近購買紀錄; the number is masked, and empty once the link is purged."""

    sale_id: str
    outlet_name: str
    masked_number: str
    sold_at: datetime
    pieces: Mapping[str, int]
    amount_ntd: int
    voided: bool


@dataclass(frozen=True, slots=True)
class SaleRequest:
    """A sale somebody asks for, with the instant and day it is judged by.

    One of ``origin`` card must bring a ``reading`` that holds.
    """

    by: str
    outlet: str
    claim: Claim
    pieces: Wanted
    origin: Origin
    at: datetime
    day: date
    on_behalf: bool = False
    reading: CardReading = MISSING


async def check_eligibility(
    desk: Desk,
    *,
    by: str,
    outlet: str,
    claim: Claim,
    reading: CardReading | None = None,
    manual_reason: str = "",
) -> Verdict:
    """Judge a buyer before quantities are known. The look-up leaves one audit row.

    Returns:
        The verdict; a refusal is an answer here, not an error.

    Raises:
        Invalid: the reason for typing names a person.
        Refused: ``CARD_READING_REQUIRED``; then there is no verdict.
    """
    desk = desk.fixed()
    now, day = desk.moment()
    reason = free_text(manual_reason, LONGEST_REASON)
    verified = verified_by(claim.identity_type)
    proof: AuditRow = {}
    if verified == "card":
        proof = await _demand_reading(desk, by, outlet, claim, reading or MISSING)
    verdicts: list[Verdict] = []

    def decide(facts: Facts) -> Decision:
        verdict = assess(desk.programme, claim, today=day, history=facts.history)
        verdicts.append(verdict)
        _raise_alarm(verdict, outlet)
        row = audit_row(
            "eligibility",
            by=by,
            outlet=outlet,
            identity_type=known_type(claim),
            verified=verified,
            **proof,
            manual_reason=reason,
            allowed=verdict.allowed,
            reasons=list(verdict.reasons),
        )
        return Decision(row)

    persons = desk.keys.all_of(claim.number)
    await desk.ledger.commit(_order(desk, outlet, persons, now, decide))
    return verdicts[-1]


def known_type(claim: Claim) -> str:
    """Return a buyer's identity type for the audit trail; empty where the menu knows none such.

    What a till sends there could be anything, also the number itself.
    """
    return claim.identity_type if claim.identity_type in IDENTITY_TYPES else ""


async def _demand_reading(
    desk: Desk, by: str, outlet: str, claim: Claim, reading: CardReading
) -> AuditRow:
    """Return what is recorded of a reading that holds; record and refuse one that does not."""
    why = reading.refusal("")
    if not why:
        return reading_row(reading)
    row = audit_row(
        "eligibility",
        by=by,
        outlet=outlet,
        identity_type=known_type(claim),
        verified="",
        allowed=False,
        reasons=[REQUIRED],
        why=why,
        **reading_row(reading),
    )
    await desk.ledger.record(row, desk.clock())
    raise reading_required(why)


async def record_sale(
    desk: Desk,
    *,
    by: str,
    outlet: str,
    claim: Claim,
    pieces: Wanted,
    key: str,
    body: bytes,
    on_behalf: bool = False,
    reading: CardReading | None = None,
) -> Reply:
    """Sell, once per ``key``; ``body`` is the canonical request the key stands for.

    Returns:
        JSON ``{sale_id, sold_at, pieces, amount_ntd, remaining}``; a repeat gives the same bytes.

    Raises:
        Refused: the rules' reasons with the next date, ``NO_STOCK``, ``STOPPED``, or
            ``CARD_READING_REQUIRED``.
        Conflict: ``KEY_REUSED``.
        Invalid: unknown product.
    """
    desk = desk.fixed()
    desk.known_products(dict(pieces))
    now, day = desk.moment()
    origin: Origin = "card" if verified_by(claim.identity_type) == "card" else "typed"
    put_forward = reading or MISSING
    request = SaleRequest(by, outlet, claim, pieces, origin, now, day, on_behalf, put_forward)
    idempotency = desk.idempotency(key, body)
    return await desk.ledger.commit(sale_order(desk, request, idempotency))


def sale_order(desk: Desk, request: SaleRequest, idempotency: Idempotency | None = None) -> Order:
    """Build the order of one sale; the replay commits many at once."""
    persons = desk.keys.all_of(request.claim.number)
    act = idempotency.key if idempotency else ""
    decide = partial(_sell, desk, request, persons, act)
    return _order(desk, request.outlet, persons, request.at, decide, idempotency)


async def void_sale(desk: Desk, *, by: str, outlet: str, sale: str) -> Reply:
    """Reverse a mis-keyed sale: once, by its own outlet, on its own Taipei day.

    Returns:
        JSON ``{sale_id, voided_at, pieces, remaining}``.

    Raises:
        NotFound: no such sale at this outlet.
        Refused: ``ALREADY_DONE``, or ``NOT_PERMITTED`` on another day.
    """
    now, day = desk.moment()
    act = act_id(sale)
    decide = partial(_void, desk, by, outlet, now, day)
    return await desk.ledger.commit(Order(outlet, decide, now, sale=act))


async def recent_purchases(desk: Desk, *, outlet: str) -> list[RecentPurchase]:
    """List the outlet's own sales of today, newest first."""
    _, day = desk.moment()
    known = await desk.ledger.outlet(outlet)
    name = known.name if known else ""
    return [_line(desk, name, sale) for sale in await desk.ledger.recent_sales(outlet, day)]


def _order(
    desk: Desk,
    outlet: str,
    persons: tuple[PersonKey, ...],
    now: datetime,
    decide: Callable[[Facts], Decision],
    idempotency: Idempotency | None = None,
) -> Order:
    return Order(
        outlet,
        decide,
        now,
        programme=desk.programme.id,
        persons=persons,
        idempotency=idempotency,
    )


def _sell(
    desk: Desk, request: SaleRequest, persons: tuple[PersonKey, ...], act: str, facts: Facts
) -> Decision:
    """Decide one sale on what the ledger holds at this moment.

    The reading is asked here and not before: a repeat of a committed key never comes here, and
    whoever does stands in one line, so that of two sales with one reading one is refused.
    """
    why = request.reading.refusal(act) if request.origin == "card" else ""
    if why:
        return _refused(request, reading_required(why), why=why)
    if facts.stop is not None:
        return _refused(request, stopped(facts.stop))
    verdict = assess(
        desk.programme,
        request.claim,
        today=request.day,
        history=facts.history,
        pieces=request.pieces,
    )
    if not verdict.allowed:
        _raise_alarm(verdict, request.outlet)
        return _refused(request, Refused(verdict.reasons, next_date=verdict.next_date))
    wanted = {product: count for product, count in request.pieces.items() if count}
    lacking = [p for p, count in wanted.items() if facts.balances.get(p, 0) < count]
    if lacking:
        details = {"lacking": lacking, "remaining": remaining(desk, facts)}
        return _refused(request, Refused(("NO_STOCK",), details=details))
    request.reading.use(act)
    return _sold(desk, request, persons, facts, wanted)


def stopped(stop: Stop) -> Refused:
    """Return the refusal of a sale that the authority stopped, with its public reason."""
    until = rfc3339(stop.until) if stop.until else None
    reason = {"zh": stop.reason.zh, "en": stop.reason.en}
    return Refused(("STOPPED",), details={"scope": stop.scope, "reason": reason, "until": until})


def _sold(
    desk: Desk,
    request: SaleRequest,
    persons: tuple[PersonKey, ...],
    facts: Facts,
    wanted: dict[str, int],
) -> Decision:
    block = desk.block(request.day)
    amount_ntd = block.amount_ntd(wanted)
    entries = tuple(
        Entry(
            kind="sale",
            outlet=request.outlet,
            product=product,
            pieces=-count,
            at=request.at,
            day=request.day,
            by=request.by,
            origin=request.origin,
            amount_ntd=block.price_ntd[product] * count,
        )
        for product, count in wanted.items()
    )
    row = _sale_row(request, sale=facts.act, pieces=wanted, amount_ntd=amount_ntd)
    answer = body_of(
        sale_id=str(facts.act),
        sold_at=rfc3339(request.at),
        pieces=wanted,
        amount_ntd=amount_ntd,
        remaining=remaining(desk, facts, pieces_of(entries)),
    )
    return Decision(row, answer, entries, _link(desk, request, persons, wanted))


def _link(
    desk: Desk, request: SaleRequest, persons: tuple[PersonKey, ...], wanted: dict[str, int]
) -> PersonLink:
    person = next(person for person in persons if person.key_id == desk.keys.current)
    # Nobody reads the list of recent purchases of a replayed day.
    masked = mask_number(request.claim.number) if request.origin != "replay" else ""
    sealed = desk.keys.seal(masked, person) if masked else b""
    return PersonLink(person, desk.programme.id, request.day, wanted, sealed)


def _raise_alarm(verdict: Verdict, outlet: str) -> None:
    """Tell the operator of a purchase dated ahead: some clock is wrong."""
    if "FUTURE_PURCHASE" in verdict.reasons:
        _log.error("alarm_purchase_in_the_future", outlet=outlet)


def _refused(request: SaleRequest, refusal: Refused, **values: object) -> Decision:
    row = _sale_row(request, reasons=list(refusal.reasons), **values)
    return Decision(row, refusal=refusal)


def _sale_row(request: SaleRequest, **values: object) -> AuditRow:
    return audit_row(
        "sale" if "sale" in values else "sale_refused",
        by=request.by,
        outlet=request.outlet,
        identity_type=known_type(request.claim),
        verified=request.origin,
        **(reading_row(request.reading) if request.origin == "card" else {}),
        on_behalf=request.on_behalf,
        **values,
    )


def _void(desk: Desk, by: str, outlet: str, now: datetime, day: date, facts: Facts) -> Decision:
    sale = facts.sale
    row = audit_row("void", by=by, outlet=outlet)
    if sale is None:
        missing = NotFound("there is no such sale at this outlet")
        return Decision(row | {"refused": missing.code}, refusal=missing)
    row["sale"] = sale.act
    if sale.reversed or sale.day != day:
        refusal = Refused(("ALREADY_DONE" if sale.reversed else "NOT_PERMITTED",))
        return Decision(row | {"refused": refusal.code}, refusal=refusal)
    entries = tuple(_reversal(entry, by, now, day) for entry in sale.entries)
    pieces = pieces_of(entries)
    answer = body_of(
        sale_id=str(sale.act),
        voided_at=rfc3339(now),
        pieces=pieces,
        remaining=remaining(desk, facts, pieces),
    )
    return Decision(row | {"pieces": pieces}, answer, entries)


def _reversal(entry: Entry, by: str, now: datetime, day: date) -> Entry:
    return Entry(
        kind="reversal",
        outlet=entry.outlet,
        product=entry.product,
        pieces=-entry.pieces,
        at=now,
        day=day,
        by=by,
        origin="manual",
        amount_ntd=-entry.amount_ntd,
        reverses=entry.act,
    )


def _line(desk: Desk, outlet_name: str, sale: RecentSale) -> RecentPurchase:
    masked = desk.keys.unseal(sale.sealed, sale.person) if sale.person and sale.sealed else ""
    return RecentPurchase(
        str(sale.act), outlet_name, masked, sale.at, sale.pieces, sale.amount_ntd, sale.reversed
    )
