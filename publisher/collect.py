"""Published stock in memory: read whole once, then only what was committed since.

The cost follows what changed, not the length of the ledger. Nothing is kept on disk: after a
crash the balances are read anew, so a crash repeats work and never loses any.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Protocol

from core.domain.outlets import Outlet
from core.domain.programme import Programme
from core.domain.snapshot import OutletRecord
from core.storage.feed import Balance, Change, LedgerFeed
from publisher.join import record_of, with_stock


class Positions(NamedTuple):
    """Where in the ledger, the register and the audit trail one instant stands."""

    ledger: int
    register: int
    audit: int


class Moved(Protocol):
    """What a balance and a change have in common."""

    @property
    def pieces(self) -> int: ...
    @property
    def changed_at(self) -> datetime: ...


class Collector:
    """Folds what the ledger committed into the published records."""

    def __init__(self, feed: LedgerFeed) -> None:
        self._feed = feed
        self._positions: Positions | None = None
        self._pieces: dict[str, dict[str, int]] = {}
        self._changed_at: dict[str, datetime] = {}
        self._places: dict[str, OutletRecord] = {}
        self._records: dict[str, OutletRecord] = {}
        self._order: list[str] = []
        self._rules: object = None

    def collect(self, programme: Programme) -> Positions:
        """Bring the records to one instant of the ledger, and return which."""
        feed = self._feed
        with feed.instant():
            now = Positions(feed.position(), feed.revision(), feed.audit_position())
            if self._positions is None or not _follows(now, self._positions):
                self._load(feed.balances(), feed.outlets())
            else:
                self._fold(self._positions, now)
        self._positions = now
        self._apply_rules(programme)
        return now

    @property
    def records(self) -> list[OutletRecord]:
        """Every published outlet, ascending by code; those flagged ``test`` are none."""
        return [self._records[code] for code in self._order]

    @property
    def codes(self) -> list[str]:
        """The codes of the published outlets, ascending."""
        return self._order

    def _load(self, balances: dict[tuple[str, str], Balance], outlets: list[Outlet]) -> None:
        """Begin anew from the running sums."""
        for memory in (self._pieces, self._changed_at, self._places, self._records):
            memory.clear()
        for (code, product), balance in balances.items():
            self._move(code, product, balance)
        self._register(outlets)
        self._rules = None

    def _fold(self, last: Positions, now: Positions) -> None:
        """Add what was committed since; everything is read before anything is changed."""
        feed = self._feed
        changes: list[Change] = feed.changes(last.ledger) if now.ledger != last.ledger else []
        outlets = feed.outlets(last.register) if now.register != last.register else []
        for change in changes:
            self._move(change.outlet, change.product, change)
        self._register(outlets)
        changed = {change.outlet for change in changes} | {outlet.code for outlet in outlets}
        for code in changed:
            self._records.pop(code, None)

    def _move(self, code: str, product: str, moved: Moved) -> None:
        pieces = self._pieces.setdefault(code, {})
        pieces[product] = pieces.get(product, 0) + moved.pieces
        known = self._changed_at.get(code)
        self._changed_at[code] = max(known, moved.changed_at) if known else moved.changed_at

    def _register(self, outlets: Iterable[Outlet]) -> None:
        for outlet in outlets:
            self._places.pop(outlet.code, None)
            if not outlet.test:
                self._places[outlet.code] = record_of(outlet)
        if outlets:
            self._order = sorted(self._places)

    def _apply_rules(self, programme: Programme) -> None:
        """Make the records that are missing: of outlets that moved, or all under new levels."""
        rules = (programme.product_ids, programme.levels)
        if rules != self._rules:
            self._rules = rules
            self._records.clear()
        for code in self._order:
            if code not in self._records:
                self._records[code] = self._record(code, programme)

    def _record(self, code: str, programme: Programme) -> OutletRecord:
        pieces = self._pieces.get(code, {})
        counts = {product: pieces.get(product, 0) for product in programme.product_ids}
        place, changed_at = self._places[code], self._changed_at.get(code)
        return with_stock(place, counts, programme.levels, changed_at)


def _follows(now: Positions, last: Positions) -> bool:
    """Tell whether a ledger went on; one restored from an older copy did not."""
    return all(new >= old for new, old in zip(now, last, strict=True))
