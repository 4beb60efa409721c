"""Stocktake (盤點): counted 37, system 42 → a line of −5 with the two numbers in its note.

The difference is taken from the stock that the screen showed while the goods were counted. If the
ledger has moved since, nothing is written: count again, or look again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from core.actions.desk import MOST_PIECES, Desk, audit_row, body_of
from core.actions.intakes import manual_intake, stock_now
from core.domain.calendar import rfc3339
from core.errors import Refused
from core.ports import Reply

NOTE = "盤點"


@dataclass(frozen=True, slots=True)
class Count:
    """What was counted, and what the screen showed; both in pieces, per product."""

    counted: Mapping[str, int | None]
    system: Mapping[str, int | None]

    def checked(self) -> tuple[dict[str, int], dict[str, int]]:
        """Return both as whole numbers.

        Raises:
            Refused: ``QTY_INVALID``: one is none, or below zero, or a product lacks the other.
        """
        if self.counted.keys() != self.system.keys() or not self.counted:
            raise Refused(("QTY_INVALID",))
        return _whole(self.counted), _whole(self.system)


async def take_stock(
    desk: Desk,
    *,
    by: str,
    outlet: str,
    count: Count,
    key: str,
    body: bytes,
    note: str = "",
    confirmation: Mapping[str, int] | None = None,
) -> Reply:
    """Bring the ledger to what was counted, once per ``key``.

    Returns:
        JSON ``{intake_id, at, pieces, origin, stock}``; without a difference only
        ``{at, pieces: {}, stock}``, and an audit row says that it was counted.

    Raises:
        Refused: ``STOCK_MOVED`` with the stock as it is now, ``QTY_INVALID``,
            ``CONFIRMATION_NEEDED``, as ``manual_intake``.
        Invalid: unknown product, or a note that is too long or names a person.
    """
    counted, system = count.checked()
    desk.known_products({**counted})
    pieces = {product: counted[product] - system[product] for product in counted}
    if not any(pieces.values()):
        return await _agreed(desk, by=by, outlet=outlet, system=system)
    return await manual_intake(
        desk,
        by=by,
        outlet=outlet,
        pieces=pieces,
        note=_note(desk, counted, system, note),
        confirmation=confirmation,
        expected=system,
        key=key,
        body=body,
    )


async def _agreed(desk: Desk, *, by: str, outlet: str, system: Mapping[str, int]) -> Reply:
    now = desk.clock()
    stock = await stock_now(desk, outlet=outlet)
    if any(stock[product] != pieces for product, pieces in system.items()):
        raise Refused(("STOCK_MOVED",), details={"stock": stock})
    await desk.ledger.record(audit_row("stocktake", by=by, outlet=outlet, counted=stock), now)
    return Reply(body_of(at=rfc3339(now), pieces={}, stock=stock))


def _note(desk: Desk, counted: Mapping[str, int], system: Mapping[str, int], own: str) -> str:
    names = {product.id: product.name.zh for product in desk.programme.product}
    said = "；".join(
        f"{names[product]}實點{counted[product]}、系統{system[product]}"
        for product in counted
        if counted[product] != system[product]
    )
    return f"{NOTE}：{said}{'；' + own if own else ''}"


def _whole(pieces: Mapping[str, int | None]) -> dict[str, int]:
    found = {product: count for product, count in pieces.items() if count is not None}
    if len(found) < len(pieces) or any(not 0 <= n <= MOST_PIECES for n in found.values()):
        raise Refused(("QTY_INVALID",))
    return found
