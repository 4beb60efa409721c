"""The newest arrivals of goods: intakes of more than nothing, as the ledger recorded them.

What was typed wrongly and corrected later stays an arrival; the correction is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from core.domain.entries import Entry
from core.storage.feed import LedgerFeed

KEPT = 200
# More than so many products in one intake would leave fewer arrivals, never half of one.
_MOST_LINES = 8 * KEPT


class Restock(NamedTuple):
    """One intake: ``act`` is its id, ``pieces`` are of each product that came."""

    act: int
    code: str
    at: datetime
    pieces: tuple[tuple[str, int], ...]


class Restocks:
    """The newest arrivals, the last one first. Following the ledger costs what is new in it."""

    def __init__(self) -> None:
        self.newest: tuple[Restock, ...] = ()

    def begin(self, feed: LedgerFeed) -> None:
        """Forget what was read, and read the newest arrivals of the ledger."""
        self.newest = ()
        self.follow(feed, 0)

    def follow(self, feed: LedgerFeed, after: int) -> None:
        """Read what arrived after a position of the ledger."""
        found = _by_act(feed.newest_intakes(after, _MOST_LINES))
        if found:
            self.newest = (*found, *self.newest)[:KEPT]


def _by_act(entries: Iterable[Entry]) -> list[Restock]:
    """Put the lines of each act together, whose first is the last here."""
    acts: dict[int, list[Entry]] = {}
    for entry in entries:
        acts.setdefault(entry.act, []).insert(0, entry)
    return [
        Restock(act, lines[0].outlet, lines[0].at, tuple((e.product, e.pieces) for e in lines))
        for act, lines in acts.items()
    ]
