"""The quality gate: what must hold before anything is published.

Each check is a function: candidate → faults. One fault withholds the release; the last good one
stays, and ages in public view.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.domain.calendar import rfc3339
from core.domain.geography import inside_taiwan
from core.domain.outlets import valid_code
from core.domain.snapshot import AVAILABILITIES, PHONE_HIDDEN, Manifest, OutletRecord
from core.domain.text import TORN, UNREADABLE
from core.errors import MaskmapError
from core.log import get_logger
from publisher.collect import Positions
from publisher.times import parse_rfc3339

MOST_OUTLETS_LOST = 0.20
MOST_PIECES = 1_000_000
_FAULTS_SHOWN = 20
_LISTED = ("name", "address", "phone", "county", "town")
_TOLD = ("note", "sale_windows", "tickets", "availability_reason", "website")
_log = get_logger(__name__)


class Withheld(MaskmapError):
    """The gate refuses a release; ``faults`` say why."""

    code = "RELEASE_WITHHELD"

    def __init__(self, faults: Sequence[str]) -> None:
        shown = "; ".join(faults[:_FAULTS_SHOWN])
        more = f"; and {len(faults) - _FAULTS_SHOWN} more" if len(faults) > _FAULTS_SHOWN else ""
        super().__init__(f"release withheld: {shown}{more}")
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is about to be published, and what was published last.

    ``fresh`` are the records that have not passed the gate yet: what is said of one record alone
    need not be asked again. ``looked_at`` is the last look that readers were told of.
    ``accept_outlets`` is how few outlets somebody says are right, this once.
    """

    as_of: datetime
    published_at: datetime
    positions: Positions
    records: Sequence[OutletRecord]
    fresh: Sequence[OutletRecord]
    last: Manifest | None
    looked_at: datetime | None = None
    accept_outlets: int | None = None


Check = Callable[[Candidate], Iterator[str]]


def outlets_lost(candidate: Candidate) -> Iterator[str]:
    """Registered outlets must not drop by more than a fifth at once, unless somebody says so."""
    before = candidate.last.counts.get("outlets", 0) if candidate.last else 0
    now, accepted = len(candidate.records), candidate.accept_outlets
    if now >= before * (1 - MOST_OUTLETS_LOST):
        return
    if accepted is None or now < accepted:
        yield (
            f"only {now} of {before} outlets are left"
            f" (if that is right: publish --once --accept-outlets {now})"
        )


def time_going_back(candidate: Candidate) -> Iterator[str]:
    """A release must not be older than the one before, nor made before the last look."""
    last = candidate.last
    if last and _whole_seconds(candidate.as_of) < parse_rfc3339(last.as_of):
        yield f"the source time goes back from {last.as_of} to {rfc3339(candidate.as_of)}"
    yield from clock_going_back(candidate.published_at, last, candidate.looked_at)


def clock_going_back(
    now: datetime, last: Manifest | None, looked_at: datetime | None
) -> Iterator[str]:
    """The clock must not show an instant before those that readers were told."""
    told = [parse_rfc3339(last.published_at)] if last else []
    latest = max([*told, *([looked_at] if looked_at else [])], default=now)
    if _whole_seconds(now) < _whole_seconds(latest):
        yield (
            f"the clock goes back from {rfc3339(latest)} to {rfc3339(now)}:"
            " set it right; publishing goes on when it has caught up"
        )


def must_go_on(now: datetime, last: Manifest | None, looked_at: datetime | None) -> None:
    """Let a look be told that found nothing new.

    Raises:
        Withheld: the clock goes back.
    """
    faults = list(clock_going_back(now, last, looked_at))
    if faults:
        raise Withheld(faults)


def ledger_going_back(candidate: Candidate) -> Iterator[str]:
    """Entries and audit rows that were published cannot be gone."""
    if candidate.last is None:
        return
    published = (candidate.last.ledger_position, candidate.last.audit_position)
    here = (candidate.positions.ledger, candidate.positions.audit)
    for name, then, now in zip(("ledger", "audit trail"), published, here, strict=True):
        if now < int(then):
            yield f"the {name} ends at {now}, but {then} was published"


def repeated_codes(candidate: Candidate) -> Iterator[str]:
    """A code is there once."""
    codes = [record.code for record in candidate.records]
    if len(set(codes)) < len(codes):
        yield from (
            f"code {code} is there {n} times" for code, n in Counter(codes).items() if n > 1
        )


def malformed_codes(candidate: Candidate) -> Iterator[str]:
    """A code is ten characters, a letter only in the seventh place."""
    for record in candidate.fresh:
        if not valid_code(record.code):
            yield f"{record.code!r} is not an institution code"


def impossible_stock(candidate: Candidate) -> Iterator[str]:
    """Pieces are neither negative nor beyond belief."""
    for record in candidate.fresh:
        for product, pieces in record.counts.items():
            if not 0 <= pieces <= MOST_PIECES:
                yield f"{record.code} has {pieces} of {product}"


def points_abroad(candidate: Candidate) -> Iterator[str]:
    """Every point lies in Taiwan's box."""
    for record in candidate.fresh:
        if not inside_taiwan(record.lon, record.lat):
            yield f"{record.code} lies at {record.lon}, {record.lat}: not in Taiwan"


def unknown_words(candidate: Candidate) -> Iterator[str]:
    """Availability is one of the documented words; a phone that is hidden is in no file."""
    for record in candidate.fresh:
        if record.availability not in AVAILABILITIES:
            yield f"{record.code} is said to be {record.availability!r}"
        if record.phone_status == PHONE_HIDDEN and record.phone:
            yield f"{record.code} hides its phone, which is about to be published"


def torn_texts(candidate: Candidate) -> Iterator[str]:
    """No text has signs that come from damage; people may paste a U+FFFD, a register has none."""
    for record in candidate.fresh:
        listed = [getattr(record, name) for name in _LISTED]
        if not record.name.strip():
            yield f"{record.code} has no name"
        if any(map(TORN.search, listed)) or any(map(UNREADABLE.search, _told(record))):
            yield f"{record.code} has a text with damaged signs"


def _told(record: OutletRecord) -> list[str]:
    return [getattr(record, name) for name in _TOLD]


CHECKS: tuple[Check, ...] = (
    outlets_lost,
    time_going_back,
    ledger_going_back,
    repeated_codes,
    malformed_codes,
    impossible_stock,
    points_abroad,
    unknown_words,
    torn_texts,
)


def _whole_seconds(instant: datetime) -> datetime:
    """Leave out what published times leave out."""
    return instant.replace(microsecond=0)


def pass_gate(candidate: Candidate) -> None:
    """Let a candidate through.

    Raises:
        Withheld: with every fault of every check.
    """
    faults = [fault for check in CHECKS for fault in check(candidate)]
    if faults:
        raise Withheld(faults)
    overruled = list(outlets_lost(replace(candidate, accept_outlets=None)))
    if overruled:
        _log.warning("gate overruled", faults=overruled, uid=os.getuid())
