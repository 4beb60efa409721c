"""A buyer refused because he has bought says that he has not (我沒買卻被拒): the note of it.

The counter never learns where or when the purchase was; the authority does, and asks there.
"""

from __future__ import annotations

from core.actions.card_readings import (
    MISSING,
    REQUIRED,
    CardReading,
    reading_required,
    reading_row,
    verified_by,
)
from core.actions.desk import Desk, audit_row, free_text
from core.domain.eligibility import Claim, Verdict, assess
from core.errors import NotFound, Refused
from core.ports import Days, Decision, Facts, Order
from core.ports.days import Dispute, DisputedSale

LONGEST_NOTE = 200
LONGEST_ANSWER = 500
IN_WINDOW = "WITHIN_WINDOW"


async def note_dispute(
    desk: Desk,
    days: Days,
    *,
    by: str,
    outlet: str,
    claim: Claim,
    note: str = "",
    reading: CardReading | None = None,
) -> int:
    """Keep that this buyer disputes the purchase that stands against him; return the id.

    A buyer with a card must stand there with it: otherwise this would tell of anybody, by a
    number typed as if read, whether he has bought.

    Raises:
        Refused: ``CARD_READING_REQUIRED``, or ``NOTHING_TO_DISPUTE``: no purchase stands
            against him.
        Invalid: the note names a person.
    """
    note = free_text(note, LONGEST_NOTE)
    if verified_by(claim.identity_type) == "card":
        await _demand_reading(desk, by, outlet, reading or MISSING)
    now, day = desk.moment()

    def decide(facts: Facts) -> Decision:
        verdict = assess(desk.programme, claim, today=day, history=facts.history)
        row = audit_row("dispute_look_up", by=by, outlet=outlet, reasons=list(verdict.reasons))
        return Decision(row, refusal=_refusal(verdict))

    persons = desk.keys.all_of(claim.number)
    await desk.ledger.commit(
        Order(outlet, decide, now, programme=desk.programme.id, persons=persons)
    )
    dispute = Dispute(0, outlet, now, day, by, desk.programme.id, note)
    row = audit_row("dispute", by=by, outlet=outlet)
    return await days.save_dispute(dispute, desk.keys.of(claim.number), row)


async def answer_dispute(desk: Desk, days: Days, *, by: str, dispute: int, answer: str) -> None:
    """Keep what the authority found.

    Raises:
        NotFound: there is no such dispute.
        Invalid: the answer is too long or names a person.
    """
    answer = free_text(answer, LONGEST_ANSWER)
    row: dict[str, object] = {"act": "dispute_answered", "by": by}
    if not await days.answer_dispute(dispute, answer, row, desk.clock()):
        raise NotFound("there is no such dispute")


async def look_behind(desk: Desk, days: Days, *, by: str, dispute: int) -> list[DisputedSale]:
    """Tell the authority which sales stand against the person; each look leaves an audit row."""
    row: dict[str, object] = {"act": "dispute_opened", "by": by, "dispute": dispute}
    await desk.ledger.record(row, desk.clock())
    return await days.disputed_sales(dispute)


async def _demand_reading(desk: Desk, by: str, outlet: str, reading: CardReading) -> None:
    why = reading.refusal("")
    if why:
        row = audit_row("dispute_look_up", by=by, outlet=outlet, reasons=[REQUIRED], why=why)
        await desk.ledger.record({**row, **reading_row(reading)}, desk.clock())
        raise reading_required(why)


def _refusal(verdict: Verdict) -> Refused | None:
    return None if IN_WINDOW in verdict.reasons else Refused(("NOTHING_TO_DISPUTE",))
