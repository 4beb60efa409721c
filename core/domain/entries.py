"""Entries (帳): the append-only truth. Stock is their running sum.

stock(outlet, product) = Σ intake − Σ sales + Σ reversals, never below zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal

import msgspec

Kind = Literal["intake", "sale", "reversal"]
Origin = Literal["system", "manual", "card", "typed", "replay", "demo"]


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of one act: what it did to the stock of one product at one outlet.

    ``position`` is the place in commit order. The lines of one act follow each other; ``act`` is
    the position of the first, and is the id of the sale or intake (both 0 before commit: the
    ledger numbers them). ``pieces`` is the signed effect on stock. ``reverses`` names the act
    that a reversal undoes.
    """

    kind: Kind
    outlet: str
    product: str
    pieces: int
    at: datetime
    day: date
    by: str
    origin: Origin
    note: str = ""
    amount_ntd: int = 0
    flagged: bool = False
    reverses: int | None = None
    act: int = 0
    position: int = 0


def pieces_of(entries: Iterable[Entry]) -> dict[str, int]:
    """Sum the effect on stock per product."""
    total: dict[str, int] = {}
    for entry in entries:
        total[entry.product] = total.get(entry.product, 0) + entry.pieces
    return total
