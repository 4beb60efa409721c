"""Goods received (進貨登錄): the automatic daily intake, and what is typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from core.actions.desk import MOST_PIECES, Desk, audit_row, body_of, free_text, remaining
from core.actions.purchases import Wanted
from core.domain.calendar import rfc3339
from core.domain.entries import Entry, Origin, pieces_of
from core.errors import Refused
from core.ports import Daily, Decision, Facts, Idempotency, Order, Reply

CONFIRM_ABOVE_STANDARD = 3
CONFIRM_BELOW = -50
LONGEST_NOTE = 200


@dataclass(frozen=True, slots=True)
class IntakeLine:
    """One line of 歷史登錄進貨紀錄. ``origin`` is ``system`` for the automatic intake."""

    intake_id: str
    at: datetime
    pieces: Mapping[str, int]
    note: str
    origin: Origin
    by: str
    flagged: bool


@dataclass(frozen=True, slots=True)
class IntakeRequest:
    """Goods somebody types, with the day's standard they are judged by."""

    by: str
    outlet: str
    pieces: Wanted
    note: str
    confirmation: Mapping[str, int] | None
    standard: Mapping[str, int]
    at: datetime
    day: date
    expected: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class IntakesToday:
    """What the morning question needs to know."""

    day: date
    standard: Mapping[str, int]
    automatic_done: bool
    positive_manual: bool

    @property
    def unanswered(self) -> bool:
        """Tell whether nobody has said yet that the day's goods arrived."""
        return not self.automatic_done


async def automatic_intake(desk: Desk, *, by: str, outlet: str) -> Reply:
    """Take the day's standard goods: once per outlet, programme and day, whoever clicks.

    Returns:
        JSON ``{intake_id, at, pieces, origin, stock}``.

    Raises:
        Refused: ``ALREADY_DONE``.
        NotFound: the outlet is not in the register.
    """
    now, day = desk.moment()
    standard = await desk.standard(outlet, day)
    return await desk.ledger.commit(
        automatic_order(desk, by=by, outlet=outlet, standard=standard, at=now, day=day)
    )


def automatic_order(
    desk: Desk, *, by: str, outlet: str, standard: Mapping[str, int], at: datetime, day: date
) -> Order:
    """Build the order of one automatic intake; the demo commits many at once."""

    def decide(facts: Facts) -> Decision:
        row = audit_row("intake", by=by, outlet=outlet, origin="system", pieces=dict(standard))
        if not any(standard.values()):
            return Decision(row | {"refused": "QTY_ZERO"}, refusal=Refused(("QTY_ZERO",)))
        if facts.daily_act is not None:
            refusal = Refused(("ALREADY_DONE",), details={"intake_id": str(facts.daily_act)})
            return Decision(row | {"refused": refusal.code}, refusal=refusal)
        entries = _entries(outlet, standard, at, day, by, origin="system")
        return _taken(desk, facts, row, entries)

    return Order(outlet, decide, at, daily=Daily(desk.programme.id, day))


async def manual_intake(
    desk: Desk,
    *,
    by: str,
    outlet: str,
    pieces: Wanted,
    key: str,
    body: bytes,
    note: str = "",
    confirmation: Mapping[str, int] | None = None,
    expected: Mapping[str, int] | None = None,
) -> Reply:
    """Add or, with negative numbers, take off stock; several a day are normal.

    More than three times the day's standard, or below −50, needs the same numbers typed again
    as ``confirmation`` and is flagged. ``expected`` is the stock that the numbers were reckoned
    from, where they were: if it is another one now, nothing is written.

    Returns:
        JSON ``{intake_id, at, pieces, origin, stock}``.

    Raises:
        Refused: ``BELOW_ZERO``, ``CONFIRMATION_NEEDED``, ``QTY_ZERO``, ``QTY_INVALID``,
            ``STOCK_MOVED``.
        Conflict: ``KEY_REUSED``.
        Invalid: unknown product, or a note that is too long or names a person.
    """
    desk.known_products(dict(pieces))
    note = free_text(note, LONGEST_NOTE)
    now, day = desk.moment()
    standard = await desk.standard(outlet, day)
    idempotency = desk.idempotency(key, body)
    request = IntakeRequest(by, outlet, pieces, note, confirmation, standard, now, day, expected)
    return await desk.ledger.commit(manual_order(desk, request, idempotency))


def manual_order(
    desk: Desk, request: IntakeRequest, idempotency: Idempotency | None = None
) -> Order:
    """Build the order of one typed intake; the demo commits many at once."""
    decide = partial(_decide_manual, desk, request)
    return Order(request.outlet, decide, request.at, idempotency=idempotency)


async def intake_history(desk: Desk, *, outlet: str, limit: int = 200) -> list[IntakeLine]:
    """List an outlet's intakes, newest first."""
    acts: dict[int, list[Entry]] = {}
    for entry in await desk.ledger.entries(outlet, kinds=("intake",), limit=limit):
        acts.setdefault(entry.act, []).append(entry)
    return [_line(lines) for lines in acts.values()]


async def intakes_today(desk: Desk, *, outlet: str) -> IntakesToday:
    """Tell what is known of today's goods."""
    _, day = desk.moment()
    standard = await desk.standard(outlet, day)
    done = await desk.ledger.daily_act(outlet, Daily(desk.programme.id, day))
    typed = await desk.ledger.entries(outlet, kinds=("intake",), day=day)
    positive = any(entry.pieces > 0 and entry.origin == "manual" for entry in typed)
    return IntakesToday(day, standard, done is not None, positive)


async def stock_now(desk: Desk, *, outlet: str) -> dict[str, int]:
    """Return an outlet's stock, every product of the programme named."""
    stock = await desk.ledger.stock(outlet)
    return {product: stock.get(product, 0) for product in desk.programme.product_ids}


def _decide_manual(desk: Desk, request: IntakeRequest, facts: Facts) -> Decision:
    by, outlet, pieces = request.by, request.outlet, request.pieces
    unusual = _unusual(pieces, request.standard)
    stock = remaining(desk, facts)
    refusal = _moved(request.expected, stock)
    refusal = refusal or _fault(pieces, unusual, request.confirmation, request.standard, stock)
    row = audit_row(
        "intake", by=by, outlet=outlet, origin="manual", pieces=dict(pieces), flagged=bool(unusual)
    )
    if refusal is not None:
        return Decision(row | {"refused": refusal.code}, refusal=refusal)
    entries = _entries(
        outlet,
        {product: count for product, count in pieces.items() if count},
        request.at,
        request.day,
        by,
        origin="manual",
        note=request.note,
        flagged=bool(unusual),
    )
    return _taken(desk, facts, row, entries)


def _moved(expected: Mapping[str, int] | None, stock: Mapping[str, int]) -> Refused | None:
    """Refuse what was reckoned from another stock than there is now."""
    moved = any(stock[product] != pieces for product, pieces in (expected or {}).items())
    return Refused(("STOCK_MOVED",), details={"stock": dict(stock)}) if moved else None


def _unusual(pieces: Wanted, standard: Mapping[str, int]) -> list[str]:
    """Name the products whose number looks like a slip of the hand."""
    return [
        product
        for product, count in pieces.items()
        if count is not None
        and (count > CONFIRM_ABOVE_STANDARD * standard.get(product, 0) or count < CONFIRM_BELOW)
    ]


def _fault(
    pieces: Wanted,
    unusual: list[str],
    confirmation: Mapping[str, int] | None,
    standard: Mapping[str, int],
    stock: Mapping[str, int],
) -> Refused | None:
    if any(count is None or abs(count) > MOST_PIECES for count in pieces.values()):
        return Refused(("QTY_INVALID",))
    wanted = {product: count for product, count in pieces.items() if count}
    if not wanted:
        return Refused(("QTY_ZERO",))
    if any(stock[product] + count < 0 for product, count in wanted.items()):
        return Refused(("BELOW_ZERO",), details={"stock": dict(stock)})
    if unusual and {p: n for p, n in (confirmation or {}).items() if n} != wanted:
        details = {"products": unusual, "standard": dict(standard), "confirmation": wanted}
        return Refused(("CONFIRMATION_NEEDED",), details=details)
    return None


def _entries(
    outlet: str,
    pieces: Mapping[str, int],
    now: datetime,
    day: date,
    by: str,
    *,
    origin: Origin,
    note: str = "",
    flagged: bool = False,
) -> tuple[Entry, ...]:
    return tuple(
        Entry(
            kind="intake",
            outlet=outlet,
            product=product,
            pieces=count,
            at=now,
            day=day,
            by=by,
            origin=origin,
            note=note,
            flagged=flagged,
        )
        for product, count in pieces.items()
        if count
    )


def _taken(
    desk: Desk, facts: Facts, row: dict[str, object], entries: tuple[Entry, ...]
) -> Decision:
    pieces = pieces_of(entries)
    answer = body_of(
        intake_id=str(facts.act),
        at=rfc3339(entries[0].at),
        pieces=pieces,
        origin=entries[0].origin,
        stock=remaining(desk, facts, pieces),
    )
    return Decision(row | {"intake": facts.act}, answer, entries)


def _line(lines: list[Entry]) -> IntakeLine:
    first = lines[0]
    return IntakeLine(
        str(first.act),
        first.at,
        pieces_of(lines),
        first.note,
        first.origin,
        first.by,
        first.flagged,
    )
