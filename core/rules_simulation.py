"""New rules tried on past sales: what they would have refused.

The ledger knows neither birth dates nor numbers. So each person stands for every kind of buyer
(age group, odd or even) that could have made all of his past purchases under the rules then in
force; where these kinds fare differently under the new rules, nobody can tell, and the simulation
says so. Each purchase is judged by ``assess()``, like a sale at the counter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from msgspec.structs import replace

from core.domain.eligibility import Claim, Purchase, assess
from core.domain.identity import checksum_holds
from core.domain.programme import Block, Programme
from core.rules_preview import first_difference
from core.storage.past_sales import PastRefusal

ALLOWED, REFUSED, UNTOLD = "allowed", "refused", "untold"
_GROWN_UP = date(1980, 1, 1)
_LONGEST_WINDOW_DAYS = 60
_WEEKDAY_REASONS = frozenset({"WRONG_WEEKDAY", "PARITY_UNDETERMINED"})

Outcome = tuple[str, tuple[str, ...]]
"""``allowed``, ``refused`` or ``untold``, and the reasons that stand against it."""


@dataclass
class Simulation:
    """What became of past sales. ``pieces`` are by product and outcome; reasons count sales."""

    programme: str
    block: date
    since: date
    persons: int = 0
    sales: Counter[str] = field(default_factory=Counter)
    pieces: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    lifted: Counter[str] = field(default_factory=Counter)

    def count(self, purchase: Purchase, outcome: Outcome) -> None:
        """Count one sale."""
        fate, reasons = outcome
        self.sales[fate] += 1
        for product, pieces in purchase.pieces.items():
            self.pieces.setdefault(product, Counter())[fate] += pieces
        for reason in reasons:
            self.reasons.setdefault(reason, Counter())[fate] += 1

    def document(self) -> dict[str, object]:
        """Return the simulation as plain JSON values."""
        fates = (ALLOWED, REFUSED, UNTOLD)
        return {
            "programme": self.programme,
            "block": self.block.isoformat(),
            "since": self.since.isoformat(),
            "persons": self.persons,
            "sales": {"total": self.sales.total(), **{fate: self.sales[fate] for fate in fates}},
            "pieces": {
                product: {"sold": found.total(), **{fate: found[fate] for fate in fates}}
                for product, found in self.pieces.items()
            },
            "reasons": {
                reason: {fate: found[fate] for fate in (REFUSED, UNTOLD)}
                for reason, found in sorted(self.reasons.items())
            },
            "past_refusals": {
                reason: {"total": total, "lifted": self.lifted[reason]}
                for reason, total in sorted(self.refusals.items())
            },
        }


def block_to_try(installed: Programme | None, new: Programme, today: date) -> Block:
    """Return the first block of new rules that differs from today on; else that of today."""
    day = first_difference(installed, new, today)
    return new.block_on(day or today) or new.block[0]


def history_since(since: date) -> date:
    """Return from which day on sales must be known to judge those since a day."""
    return since - timedelta(days=_LONGEST_WINDOW_DAYS)


def simulate(
    in_force: Programme,
    new: Programme,
    block: Block,
    since: date,
    purchases: Mapping[int, Sequence[Purchase]],
    refusals: Iterable[PastRefusal] = (),
    shown: Callable[[Iterable[Sequence[Purchase]]], Iterable[Sequence[Purchase]]] = iter,
) -> Simulation:
    """Try one block on the purchases since a day; earlier ones are history.

    ``in_force`` is what the purchases were judged by; ``shown`` may show how far it is.
    """
    tried = _from_the_beginning(new, block, history_since(since))
    kinds = list(_kinds(in_force, tried))
    found = Simulation(new.id, block.effective, since)
    # Most persons bought the same things on the same days: each such history is judged once.
    judged: dict[object, list[Outcome | None]] = {}
    for bought in shown(purchases.values()):
        if not any(purchase.day >= since for purchase in bought):
            continue
        found.persons += 1
        name = tuple((one.day, tuple(sorted(one.pieces.items()))) for one in bought)
        if name not in judged:
            judged[name] = _fates(in_force, tried, kinds, bought, since)
        for purchase, outcome in zip(bought, judged[name], strict=True):
            if outcome is not None:
                found.count(purchase, outcome)
    _count_refusals(found, block, refusals)
    return found


def _from_the_beginning(new: Programme, block: Block, first: date) -> Programme:
    """Return the new rules as if one block had always been in force."""
    window = block.window
    if window.since is not None:
        window = replace(window, since=first)
    return replace(new, block=(replace(block, effective=first, window=window),), pinned=True)


def _kinds(*programmes: Programme) -> Iterator[Claim]:
    """Yield one buyer of every kind that any of the rules tells apart."""
    cuts = {
        group.born_from
        for programme in programmes
        for block in programme.block
        for group in block.group
        if group.born_from
    }
    oldest = min(cuts, default=_GROWN_UP)
    births = {*cuts, min(_GROWN_UP, oldest - timedelta(days=1))}
    for born in sorted(births):
        for parity in (0, 1):
            yield Claim("02", _a_number(parity), born)


def _a_number(parity: int) -> str:
    numbers = (f"A1{body:07d}{last}" for body in range(10) for last in range(parity, 10, 2))
    return next(number for number in numbers if checksum_holds(number))


def _fates(
    in_force: Programme,
    tried: Programme,
    kinds: Sequence[Claim],
    bought: Sequence[Purchase],
    since: date,
) -> list[Outcome | None]:
    """Judge one person's purchases in turn; None for those that are history only.

    A purchase that a kind of buyer could not have made under the new rules is not in his way
    later.
    """
    possible = [kind for kind in kinds if _could(in_force, kind, bought)] or list(kinds)
    histories: list[list[Purchase]] = [[] for _ in possible]
    fates: list[Outcome | None] = []
    for purchase in bought:
        if purchase.day < since:
            for history in histories:
                history.append(purchase)
            fates.append(None)
            continue
        reasons = [
            _reasons(tried, kind, purchase, history)
            for kind, history in zip(possible, histories, strict=True)
        ]
        for history, against in zip(histories, reasons, strict=True):
            if not against:
                history.append(purchase)
        fates.append(_outcome(reasons))
    return fates


def _could(in_force: Programme, kind: Claim, bought: Sequence[Purchase]) -> bool:
    """Tell whether a kind of buyer could have bought all this under the rules of those days."""
    return not any(
        _reasons(in_force, kind, purchase, bought[:index]) for index, purchase in enumerate(bought)
    )


def _reasons(
    programme: Programme, kind: Claim, purchase: Purchase, history: Sequence[Purchase]
) -> tuple[str, ...]:
    verdict = assess(
        programme, kind, today=purchase.day, history=history, pieces=dict(purchase.pieces)
    )
    return () if verdict.allowed else verdict.reasons


def _outcome(reasons: Sequence[tuple[str, ...]]) -> Outcome:
    """Join the verdicts on all kinds of buyer that one person may be."""
    named = tuple(dict.fromkeys(reason for found in reasons for reason in found))
    if not named:
        return ALLOWED, ()
    if all(reasons):
        common = tuple(reason for reason in named if all(reason in found for found in reasons))
        return REFUSED, common or named
    return UNTOLD, named


def _count_refusals(found: Simulation, block: Block, refusals: Iterable[PastRefusal]) -> None:
    """Count past refusals by reason, and those whose every reason the new rules do not know."""
    for refusal in refusals:
        gone = all(_unknown_to(block, reason) for reason in refusal.reasons)
        for reason in refusal.reasons:
            found.refusals[reason] += 1
            found.lifted[reason] += gone


def _unknown_to(block: Block, reason: str) -> bool:
    if reason in _WEEKDAY_REASONS:
        return all(group.weekdays == "any" for group in block.group)
    if reason == "CHILD_MASK_AGE":
        return all(set(group.limits) == set(block.price_ntd) for group in block.group)
    return False
