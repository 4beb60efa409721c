"""Decide a batch of orders: what every adapter does between reading and writing.

An adapter gathers what the waiting orders need, calls ``settle``, and writes the plan in one
transaction. Each decision sees what the earlier ones of the batch did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from msgspec.structs import replace

from core.domain.audit import AuditLine, canonical, row_hash
from core.domain.buyers import PersonKey
from core.domain.calendar import TAIPEI
from core.domain.eligibility import Purchase
from core.domain.entries import Entry
from core.domain.stops import Stop, stop_of
from core.errors import Conflict, MaskmapError
from core.ports import AuditRow, Decision, Facts, Idempotency, Order, PersonLink, Reply, Sale

REPLIES_KEPT = timedelta(hours=24)

PersonIn = tuple[str, PersonKey]
DailyOf = tuple[str, str, date]
StoredReply = tuple[bytes, bytes]


@dataclass(slots=True)
class Gathered:
    """What the ledger held when the batch began; ``settle`` keeps it up to date.

    ``balances`` are pieces per product of each outlet concerned; ``replies`` are (hash of the
    request, answer) by outlet and key; ``daily`` are acts by outlet, programme and day; ``stops``
    are those not lifted.
    """

    position: int
    audit: int
    balances: dict[str, dict[str, int]] = field(default_factory=dict)
    history: dict[PersonIn, list[Purchase]] = field(default_factory=dict)
    replies: dict[tuple[str, str], StoredReply] = field(default_factory=dict)
    daily: dict[DailyOf, int] = field(default_factory=dict)
    sales: dict[int, Sale] = field(default_factory=dict)
    stops: Sequence[Stop] = ()


@dataclass(slots=True)
class Plan:
    """What one transaction writes, and the outcome of each order in turn."""

    outcomes: list[Reply | MaskmapError] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    links: list[tuple[int, PersonLink]] = field(default_factory=list)
    replies: list[tuple[str, Idempotency, bytes, datetime]] = field(default_factory=list)
    daily: list[tuple[DailyOf, int]] = field(default_factory=list)
    audit: list[AuditLine] = field(default_factory=list)
    voided: list[int] = field(default_factory=list)

    def balance_changes(self) -> dict[tuple[str, str], tuple[int, datetime]]:
        """Sum the entries per outlet and product, with the latest instant."""
        changes: dict[tuple[str, str], tuple[int, datetime]] = {}
        for entry in self.entries:
            key = (entry.outlet, entry.product)
            pieces, at = changes.get(key, (0, entry.at))
            changes[key] = (pieces + entry.pieces, max(at, entry.at))
        return changes


def batches(orders: Sequence[Order], limit: int) -> Iterator[Sequence[Order]]:
    """Cut waiting orders into batches; a reversal stands alone, for it changes histories."""
    begin = 0
    for index, order in enumerate(orders):
        if order.sale is not None:
            if begin < index:
                yield orders[begin:index]
            yield orders[index : index + 1]
            begin = index + 1
        elif index - begin + 1 >= limit:
            yield orders[begin : index + 1]
            begin = index + 1
    if begin < len(orders):
        yield orders[begin:]


def settle(orders: Iterable[Order], gathered: Gathered) -> Plan:
    """Let each order decide in turn, and collect what is to be written."""
    plan = Plan()
    for order in orders:
        repeated = _stored(order, gathered)
        if repeated is not None:
            plan.outcomes.append(repeated)
            continue
        decision = order.decide(_facts(order, gathered))
        plan.audit.append(numbered(decision.audit, order.at, gathered))
        if decision.refusal is not None:
            plan.outcomes.append(decision.refusal)
            continue
        _take(order, decision, gathered, plan)
        plan.outcomes.append(Reply(decision.body))
    return plan


def numbered(row: AuditRow, at: datetime, gathered: Gathered) -> AuditLine:
    """Give an audit row the next number and its canonical form; times are Taipei's."""
    gathered.audit += 1
    stamped = row | {"number": gathered.audit, "at": at.astimezone(TAIPEI).isoformat()}
    body = canonical(stamped)
    return AuditLine(gathered.audit, body, row_hash(body))


def _stored(order: Order, gathered: Gathered) -> Reply | MaskmapError | None:
    """Return the answer an earlier commit gave under the same key, if any."""
    if order.idempotency is None:
        return None
    stored = gathered.replies.get((order.outlet, order.idempotency.key))
    if stored is None:
        return None
    if stored[0] != order.idempotency.body:
        return Conflict("this key was used for another request", code="KEY_REUSED")
    return Reply(stored[1], repeated=True)


def _facts(order: Order, gathered: Gathered) -> Facts:
    daily = order.daily
    return Facts(
        act=gathered.position + 1,
        balances=gathered.balances.get(order.outlet, {}),
        history=[
            purchase
            for person in order.persons
            for purchase in gathered.history.get((order.programme, person), ())
        ],
        daily_act=gathered.daily.get((order.outlet, daily.programme, daily.day)) if daily else None,
        sale=gathered.sales.get(order.sale) if order.sale is not None else None,
        # When a stop was declared does not count: whoever decides after its commit sees it.
        stop=stop_of(gathered.stops, outlet=order.outlet, programme=order.programme, at=order.at),
    )


def _take(order: Order, decision: Decision, gathered: Gathered, plan: Plan) -> None:
    """Put one accepted decision into the plan, and into what later orders will see."""
    act = gathered.position + 1
    balances = gathered.balances.setdefault(order.outlet, {})
    for entry in decision.entries:
        gathered.position += 1
        plan.entries.append(replace(entry, position=gathered.position, act=act))
        balances[entry.product] = balances.get(entry.product, 0) + entry.pieces
    if decision.link is not None:
        link = decision.link
        plan.links.append((act, link))
        seen = gathered.history.setdefault((link.programme, link.person), [])
        seen.append(Purchase(link.day, link.pieces))
    if order.idempotency is not None:
        plan.replies.append((order.outlet, order.idempotency, decision.body, order.at))
        stored = (order.idempotency.body, decision.body)
        gathered.replies[(order.outlet, order.idempotency.key)] = stored
    if order.daily is not None:
        key = (order.outlet, order.daily.programme, order.daily.day)
        plan.daily.append((key, act))
        gathered.daily[key] = act
    if order.sale is not None:
        plan.voided.append(order.sale)
