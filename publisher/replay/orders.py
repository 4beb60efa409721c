"""From one moment to the next: a rise is an intake, a fall is sales.

More than 1 000 pieces at once are no queue of buyers but a correction: a negative intake.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import partial

from core.actions.desk import Desk, audit_row
from core.actions.purchases import SaleRequest, sale_order
from core.domain.calendar import taipei_day
from core.domain.entries import Entry
from core.domain.programme import Block
from core.ports import Decision, Facts, Order
from publisher.replay.people import a_buyer
from publisher.replay.series import PRODUCTS, Moment

MOST_SOLD_AT_ONCE = 1_000
NOTE_CORRECTION = "重播：一次減少超過 1000 片，視為更正"
NOTE_NOT_IN_FORCE = "重播：實名制施行前，視為更正"
WHO = "replay"
CHILD_PRODUCT = "child_mask"

Stock = Mapping[tuple[str, str], int]
"""Outlet and product → pieces."""


def orders_of(desk: Desk, moment: Moment, stock: Stock, serial: int) -> Iterator[Order]:
    """Yield the orders that bring the ledger from ``stock`` to a moment's counts.

    ``serial`` numbers the buyers; it must be beyond every position of the ledger.
    """
    day = taipei_day(moment.source_time)
    block = desk.programme.block_on(day)
    for outlet, product, change in _changes(moment, stock):
        if change > 0:
            yield _intake(outlet, {product: change}, moment.source_time, "")
        elif block is None:
            yield _intake(outlet, {product: change}, moment.source_time, NOTE_NOT_IN_FORCE)
        elif change < -MOST_SOLD_AT_ONCE:
            yield _intake(outlet, {product: change}, moment.source_time, NOTE_CORRECTION)
        else:
            for pieces in _portions(-change, block, product, day):
                request = _request(outlet, product, pieces, serial, moment.source_time, day)
                yield sale_order(desk, request)
                serial += 1


def _changes(moment: Moment, stock: Stock) -> Iterator[tuple[str, str, int]]:
    codes = sorted(moment.counts.keys() | {outlet for outlet, _ in stock})
    for code in codes:
        for product, count in zip(PRODUCTS, moment.counts.get(code, (0, 0)), strict=True):
            change = count - stock.get((code, product), 0)
            if change:
                yield code, product, change


def _portions(pieces: int, block: Block, product: str, day: date) -> Iterator[int]:
    """Cut a fall into purchases as large as the rules of the day allow."""
    buyer = a_buyer(0, day, child=product == CHILD_PRODUCT)
    assert buyer.born is not None
    most = block.group_of(buyer.born).limits[product]
    while pieces > 0:
        yield min(pieces, most)
        pieces -= most


def _request(
    outlet: str, product: str, pieces: int, serial: int, at: datetime, day: date
) -> SaleRequest:
    buyer = a_buyer(serial, day, child=product == CHILD_PRODUCT)
    return SaleRequest(WHO, outlet, buyer, {product: pieces}, "replay", at, day)


def _intake(outlet: str, pieces: dict[str, int], at: datetime, note: str) -> Order:
    return Order(outlet, partial(_decide_intake, outlet, pieces, at, note), at)


def _decide_intake(
    outlet: str, pieces: dict[str, int], at: datetime, note: str, facts: Facts
) -> Decision:
    row = audit_row("intake", by=WHO, outlet=outlet, origin="replay", pieces=pieces)
    entries = tuple(
        Entry(
            kind="intake",
            outlet=outlet,
            product=product,
            pieces=count,
            at=at,
            day=taipei_day(at),
            by=WHO,
            origin="replay",
            note=note,
        )
        for product, count in pieces.items()
    )
    return Decision(row | {"intake": facts.act}, entries=entries)
