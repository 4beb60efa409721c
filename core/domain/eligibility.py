"""One place decides who may buy what: ``assess()``.

The check on screen, the sale, the replay and the documentation all call it.
Source: the authority's slides of 109.2.5 and manual; readings adopted for what they leave open
stand in ``docs/rules.md``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from core.domain.identity import last_digit, normalise_number, number_fault
from core.domain.programme import Block, Group, Pieces, Programme

OLDEST_AGE_YEARS = 130
SUNDAY = 6
_DAYS_OF_WEEK = 7

CHECK_REASONS = (
    "ID_FORMAT",
    "ID_CHECKSUM",
    "BIRTH_DATE_INVALID",
    "NOT_IN_FORCE",
    "FUTURE_PURCHASE",
    "WRONG_WEEKDAY",
    "PARITY_UNDETERMINED",
    "WITHIN_WINDOW",
)
PURCHASE_REASONS = ("CHILD_MASK_AGE", "OVER_LIMIT", "QTY_ZERO", "QTY_INVALID")


@dataclass(frozen=True, slots=True)
class Claim:
    """Who asks: type of document, its number as typed or read, birth date (None = impossible)."""

    identity_type: str
    number: str
    born: date | None


@dataclass(frozen=True, slots=True)
class Purchase:
    """One earlier purchase of this person in this programme, on a Taipei day."""

    day: date
    pieces: Pieces
    void: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """Pieces the person may still take: per product, and over all products."""

    total: int = 0
    pieces: Pieces = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer. ``stage`` is ``audit`` for a refusal at 資格審核, else ``purchase``."""

    allowed: bool
    stage: Literal["audit", "purchase"]
    reasons: tuple[str, ...] = ()
    next_date: date | None = None
    allowance: Allowance = field(default_factory=Allowance)
    block: Block | None = None


def assess(
    programme: Programme,
    claim: Claim,
    *,
    today: date,
    history: Sequence[Purchase] = (),
    pieces: Mapping[str, int | None] | None = None,
) -> Verdict:
    """Judge a buyer, and a purchase where ``pieces`` are named (None = not a whole number).

    ``history`` is national and of this programme. On a refusal at the check the allowance is 0
    and ``next_date`` is the first day on which no reason of the check holds, each day judged by
    its own block; a refusal of the quantity alone has no next date.
    """
    claim = Claim(claim.identity_type, normalise_number(claim.number), claim.born)
    standing = _standing_alone(programme, claim, today, history)
    if standing:
        return standing
    block = programme.block_on(today)
    assert block is not None and claim.born is not None
    purchases = [purchase for purchase in history if not purchase.void]
    reasons = tuple(_check_reasons(block, claim, today, purchases))
    group = block.group_of(claim.born)
    left = _allowance(block, group, today, purchases)
    # A window that is used up says so itself; the quantities are then judged by the whole quota.
    judged = left if left.total else Allowance(group.total, group.limits)
    extra = tuple(_purchase_reasons(judged, pieces)) if pieces is not None else ()
    if reasons:
        after = _next_date(programme, claim, today, purchases)
        return Verdict(False, "audit", reasons + extra, after, block=block)
    return Verdict(not extra, "purchase", extra, None, left, block)


def _standing_alone(
    programme: Programme, claim: Claim, today: date, history: Sequence[Purchase]
) -> Verdict | None:
    """Return the refusal that hides all others, if there is one."""
    fault = number_fault(claim.identity_type, claim.number)
    if fault:
        return Verdict(False, "audit", (fault,))
    if claim.born is None or not _plausible(claim.born, today):
        return Verdict(False, "audit", ("BIRTH_DATE_INVALID",))
    if programme.block_on(today) is None:
        return Verdict(False, "audit", ("NOT_IN_FORCE",), programme.block[0].effective)
    if any(purchase.day > today and not purchase.void for purchase in history):
        return Verdict(False, "audit", ("FUTURE_PURCHASE",))
    return None


def _plausible(born: date, today: date) -> bool:
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    exactly = (today.month, today.day) == (born.month, born.day)
    return born <= today and (years < OLDEST_AGE_YEARS or (years == OLDEST_AGE_YEARS and exactly))


def _check_reasons(
    block: Block, claim: Claim, day: date, purchases: Sequence[Purchase]
) -> Iterator[str]:
    """Yield the reasons of one day: the weekday first, then the window."""
    assert claim.born is not None
    group = block.group_of(claim.born)
    weekday = weekday_reason(group, last_digit(claim.number), day)
    if weekday:
        yield weekday
    if _allowance(block, group, day, purchases).total <= 0:
        yield "WITHIN_WINDOW"


def weekday_reason(group: Group, digit: int | None, day: date) -> str | None:
    """Tell why a last digit (None = a letter) may not buy on a day; None when it may.

    Odd: Monday, Wednesday, Friday; even: Tuesday, Thursday, Saturday; Sunday everybody.
    """
    if group.weekdays == "any" or day.weekday() == SUNDAY:
        return None
    if digit is None:
        return "PARITY_UNDETERMINED"
    return None if digit % 2 != day.weekday() % 2 else "WRONG_WEEKDAY"


def _allowance(block: Block, group: Group, day: date, purchases: Sequence[Purchase]) -> Allowance:
    """Return what the window leaves of the group's quota on a day."""
    window = block.window
    counted = [purchase for purchase in purchases if window.holds(purchase.day, day)]
    if not counted:
        return Allowance(group.total, group.limits)
    if window.mode == "once":
        return Allowance()
    left = max(0, group.total - sum(sum(purchase.pieces.values()) for purchase in counted))
    return Allowance(left, _left_of_each(group, counted, left))


def _left_of_each(group: Group, counted: Sequence[Purchase], left: int) -> dict[str, int]:
    def taken(product: str) -> int:
        return sum(purchase.pieces.get(product, 0) for purchase in counted)

    return {
        product: max(0, min(limit - taken(product), left))
        for product, limit in group.limits.items()
    }


def _purchase_reasons(allowance: Allowance, pieces: Mapping[str, int | None]) -> Iterator[str]:
    """Yield what is wrong with the quantities, in the published order of reasons."""
    if any(count is None or count < 0 for count in pieces.values()):
        yield "QTY_INVALID"
        return
    wanted = {product: count for product, count in pieces.items() if count}
    if not wanted:
        yield "QTY_ZERO"
        return
    if not wanted.keys() <= allowance.pieces.keys():
        yield "CHILD_MASK_AGE"
    over = any(count > allowance.pieces.get(p, count) for p, count in wanted.items() if count)
    if over or sum(count for count in wanted.values() if count) > allowance.total:
        yield "OVER_LIMIT"


def _next_date(
    programme: Programme, claim: Claim, today: date, purchases: Sequence[Purchase]
) -> date | None:
    """Return the first later day on which the check passes, each day judged by its own block."""
    last = programme.block[-1]
    beyond = (last.window.days or 0) + _DAYS_OF_WEEK
    end = max(last.effective, today) + timedelta(days=beyond)
    day = today
    while day < end:
        day += timedelta(days=1)
        block = programme.block_on(day)
        if block is not None and not any(_check_reasons(block, claim, day, purchases)):
            return day
    return None
