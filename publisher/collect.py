"""Published stock in memory: read whole once, then only what was committed since.

The cost follows what changed, not the length of the ledger. Nothing is kept on disk: after a
crash the balances are read anew, so a crash repeats work and never loses any.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol

from core.domain.calendar import rfc3339
from core.domain.programme import Levels, Programme
from core.domain.snapshot import OutletRecord
from core.storage.feed import Change, LedgerFeed
from publisher.join import with_stock
from publisher.restocks import Restock, Restocks
from publisher.words_of_outlets import WordsOfOutlets


class Positions(NamedTuple):
    """Where in the ledger, the register and the audit trail one instant stands.

    ``states`` and ``stops`` are the revisions of what outlets say and of the authority's stops;
    ``turned`` is the newest instant at which time alone changed what is said (RFC 3339, or empty).
    """

    ledger: int
    register: int
    audit: int
    states: int = 0
    stops: int = 0
    turned: str = ""

    @property
    def state(self) -> str:
        """The position of what outlets say, opaque to readers."""
        revisions = f"{self.register}.{self.states}.{self.stops}"
        return f"{revisions}@{self.turned}" if self.turned else revisions


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
        self._words = WordsOfOutlets()
        self._restocks = Restocks()
        self._records: dict[str, OutletRecord] = {}
        self._order: list[str] = []
        self._rules: object = None

    def collect(self, programme: Programme, at: datetime) -> Positions:
        """Bring the records to one instant of the ledger, and return which.

        ``at`` is the instant at which what outlets say is judged, to the whole second.
        """
        feed = self._feed
        with feed.instant():
            now = Positions(
                feed.position(),
                feed.revision(),
                feed.audit_position(),
                feed.state_revision(),
                feed.stop_revision(),
            )
            last = self._positions
            stops = feed.stops() if last is None or now.stops != last.stops else None
            if last is None or not _follows(now, last):
                stops = feed.stops()
                self._load()
            else:
                self._fold(last, now)
        if stops is not None:
            self._forget(self._words.stop(stops, programme.id))
        self._forget(self._words.move_to(at.replace(microsecond=0)))
        turned = self._words.turned
        self._positions = now._replace(turned=rfc3339(turned) if turned else "")
        self._apply_rules(programme)
        return self._positions

    @property
    def records(self) -> list[OutletRecord]:
        """Every published outlet, ascending by code; those flagged ``test`` are none."""
        return [self._records[code] for code in self._order]

    @property
    def codes(self) -> list[str]:
        """The codes of the published outlets, ascending."""
        return self._order

    @property
    def restocks(self) -> tuple[Restock, ...]:
        """The newest arrivals of goods, the last one first; of test outlets and others too."""
        return self._restocks.newest

    def _load(self) -> None:
        """Begin anew from the running sums."""
        self._positions = None
        for memory in (self._pieces, self._changed_at, self._records):
            memory.clear()
        self._words = WordsOfOutlets()
        for (code, product), balance in self._feed.balances().items():
            self._move(code, product, balance)
        self._words.register(self._feed.outlets())
        self._words.hear(self._feed.states())
        self._restocks.begin(self._feed)
        self._order = sorted(self._words.outlets)
        self._rules = None

    def _fold(self, last: Positions, now: Positions) -> None:
        """Add what was committed since; everything is read before anything is changed."""
        feed = self._feed
        changes: list[Change] = feed.changes(last.ledger) if now.ledger != last.ledger else []
        outlets = feed.outlets(last.register) if now.register != last.register else []
        states = feed.states(last.states) if now.states != last.states else []
        if changes:
            self._restocks.follow(feed, last.ledger)
        for change in changes:
            self._move(change.outlet, change.product, change)
        self._forget({change.outlet for change in changes})
        self._forget(self._words.register(outlets))
        self._forget(self._words.hear(states))
        if outlets:
            self._order = sorted(self._words.outlets)

    def _forget(self, codes: Iterable[str]) -> None:
        for code in codes:
            self._records.pop(code, None)

    def _move(self, code: str, product: str, moved: Moved) -> None:
        pieces = self._pieces.setdefault(code, {})
        pieces[product] = pieces.get(product, 0) + moved.pieces
        known = self._changed_at.get(code)
        self._changed_at[code] = max(known, moved.changed_at) if known else moved.changed_at

    def _apply_rules(self, programme: Programme) -> None:
        """Make the records that are missing: of outlets that moved, or all under new levels."""
        rules = (programme.product_ids, programme.levels)
        if rules != self._rules:
            self._rules = rules
            self._records.clear()
        for code in self._order:
            if code not in self._records:
                self._records[code] = self._record(code, *rules)

    def _record(self, code: str, products: Sequence[str], levels: Levels) -> OutletRecord:
        pieces = self._pieces.get(code, {})
        counts = {product: pieces.get(product, 0) for product in products}
        return with_stock(self._words.record(code), counts, levels, self._changed_at.get(code))


def _follows(now: Positions, last: Positions) -> bool:
    """Tell whether a ledger went on; one restored from an older copy did not."""
    return all(new >= old for new, old in zip(now[:-1], last[:-1], strict=True))
