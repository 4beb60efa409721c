"""A thinned day of sales: what each outlet takes in and sells, and when.

The plan depends on the seed, the outlets, the rules and one instant alone, so that a filling that
was interrupted makes the same plan again and goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from random import Random
from typing import Literal, NamedTuple

from core.domain.calendar import TAIPEI
from core.domain.outlets import Outlet
from core.domain.programme import Block
from publisher.demo.outlets import NEAR_STATION
from publisher.replay.people import a_buyer

ADULT, CHILD = "adult_mask", "child_mask"
PRODUCTS = (ADULT, CHILD)
OPENS, CLOSES = time(8), time(20)
NOTE_FEWER, NOTE_SPOILT = "到貨數量不同", "包裝破損，扣除"

# How many outlets in a hundred are of which kind; see _days_of.
_KINDS = (("taken", 70), ("typed", 14), ("left", 11), ("none", 5))
# Near the station there is something of everything, and some left of all.
_SOLD_NEAR_STATION = (0.04, 0.7, 0.1, 0.93, 0.02, 0.6, 0.3, 0.97)
_SHARE_SPOILT = 0.02
_SHARE_SINGLE = 0.15


class Act(NamedTuple):
    """One act of the plan; acts are sorted by time, then by serial."""

    at: datetime
    serial: int
    kind: Literal["automatic", "typed", "sale"]
    outlet: Outlet
    pieces: dict[str, int]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of one Taipei day."""

    begins: datetime
    ends: datetime

    def at(self, share: float) -> datetime:
        """Return the instant after a share (0–1) of it."""
        return self.begins + (self.ends - self.begins) * share


def hours_until(now: datetime) -> Hours:
    """Return today's hours until now: from the opening, or from midnight if it is that early."""
    local = now.astimezone(TAIPEI)
    opened = datetime.combine(local.date(), OPENS, TAIPEI)
    midnight = datetime.combine(local.date(), time(), TAIPEI)
    return Hours(opened if opened < local else midnight, local)


def hours_yesterday(now: datetime) -> Hours:
    """Return the opening hours of the day before."""
    day = now.astimezone(TAIPEI).date() - timedelta(days=1)
    return Hours(datetime.combine(day, OPENS, TAIPEI), datetime.combine(day, CLOSES, TAIPEI))


def plan(random: Random, outlets: Sequence[Outlet], block: Block, now: datetime) -> list[Act]:
    """Plan the acts of all outlets in order of time, each with its place as its serial."""
    drawn: list[Act] = []
    for place, outlet in enumerate(outlets):
        drawn += _acts(random, outlet, block, now, near=place if place < NEAR_STATION else None)
    drawn.sort(key=lambda act: act.at)
    return [act._replace(serial=serial) for serial, act in enumerate(drawn)]


def _acts(
    random: Random, outlet: Outlet, block: Block, now: datetime, *, near: int | None
) -> Iterator[Act]:
    """Yield what happens at one outlet.

    ``taken``: today's goods came as the standard says. ``typed``: fewer came, and were typed.
    ``left``: some of yesterday's goods are left, and nobody has answered today's question yet.
    ``none``: nothing has ever come. Outlets that are closed have sold nothing today.
    """
    names, weights = zip(*_KINDS, strict=True)
    kind = random.choices(names, weights)[0]
    if outlet.status != "active":
        kind = "left" if outlet.status == "paused" else "none"
    if near is not None:
        kind = "taken"
    standard = block.supply_for(outlet=outlet.code, kind=outlet.kind, county=outlet.county)
    if kind == "taken":
        came, sold = standard, _sold_of_standard(random, standard, near)
        yield from _day(random, outlet, block, hours_until(now), came, sold, "automatic")
    elif kind == "typed":
        came = _fewer(random, standard)
        sold = _sold_of_fewer(random, came)
        yield from _day(random, outlet, block, hours_until(now), came, sold, "typed")
    elif kind == "left":
        came = {product: pieces * 3 // 4 for product, pieces in standard.items()}
        sold = {product: random.randrange(0, 5) for product in came}
        yield from _day(random, outlet, block, hours_yesterday(now), came, sold, "typed")


def _sold_of_standard(random: Random, standard: dict[str, int], near: bool) -> dict[str, int]:
    """Choose how much of a full delivery is gone: a little at most, all at a few."""
    if near is not None:
        share = _SOLD_NEAR_STATION[near % len(_SOLD_NEAR_STATION)]
        return {product: int(n * share) for product, n in standard.items()}
    fate = random.random()
    if fate < 0.01:
        return dict(standard)
    if fate < 0.035:
        return {product: int(n * random.uniform(0.55, 0.95)) for product, n in standard.items()}
    return {product: random.randrange(0, 5) if n > 5 else 0 for product, n in standard.items()}


def _fewer(random: Random, standard: dict[str, int]) -> dict[str, int]:
    """Choose a smaller delivery."""
    return {product: int(n * random.uniform(0.08, 0.25)) for product, n in standard.items()}


def _sold_of_fewer(random: Random, came: dict[str, int]) -> dict[str, int]:
    """Choose how much of a smaller delivery is gone: all of it at every third outlet."""
    if random.random() < 0.33:
        return dict(came)
    return {product: int(n * random.uniform(0.0, 0.9)) for product, n in came.items()}


def _day(
    random: Random,
    outlet: Outlet,
    block: Block,
    hours: Hours,
    came: dict[str, int],
    sold: dict[str, int],
    how: Literal["automatic", "typed"],
) -> Iterator[Act]:
    """Yield one day of one outlet: the goods, then the sales."""
    begun = random.uniform(0.0, 0.1)
    note = NOTE_FEWER if how == "typed" else ""
    yield Act(hours.at(begun), 0, how, outlet, came, note)
    for product in PRODUCTS:
        for pieces in _portions(random, sold.get(product, 0), product, block, hours):
            # More come in the morning than later.
            share = begun + (1.0 - begun) * random.random() ** 1.5
            yield Act(hours.at(share), 0, "sale", outlet, {product: pieces})
    left = came[ADULT] - sold.get(ADULT, 0)
    if left > 2 and random.random() < _SHARE_SPOILT:
        yield Act(hours.ends, 0, "typed", outlet, {ADULT: -2}, NOTE_SPOILT)


def _portions(
    random: Random, pieces: int, product: str, block: Block, hours: Hours
) -> Iterator[int]:
    """Cut what is sold into purchases: mostly as much as the rules allow, some of one piece."""
    buyer = a_buyer(0, hours.begins.date(), child=product == CHILD)
    assert buyer.born is not None
    most = block.group_of(buyer.born).limits.get(product, 1)
    while pieces > 0:
        wanted = 1 if random.random() < _SHARE_SINGLE else most
        yield min(wanted, pieces)
        pieces -= wanted
