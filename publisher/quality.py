"""The quality gate: what must hold before anything is published.

Each check is a function: candidate → faults. One fault withholds the release; the last good one
stays, and ages in public view.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.domain.geography import inside_taiwan
from core.domain.outlets import valid_code
from core.domain.snapshot import AVAILABILITIES, PHONE_HIDDEN, Manifest, OutletRecord
from core.errors import MaskmapError
from publisher.collect import Positions
from publisher.times import parse_rfc3339

MOST_OUTLETS_LOST = 0.20
MOST_PIECES = 1_000_000
_FAULTS_SHOWN = 20


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
    need not be asked again.
    """

    as_of: datetime
    positions: Positions
    records: Sequence[OutletRecord]
    fresh: Sequence[OutletRecord]
    last: Manifest | None


Check = Callable[[Candidate], Iterator[str]]


def outlets_lost(candidate: Candidate) -> Iterator[str]:
    """Registered outlets must not drop by more than a fifth at once."""
    before = candidate.last.counts.get("outlets", 0) if candidate.last else 0
    now = len(candidate.records)
    if now < before * (1 - MOST_OUTLETS_LOST):
        yield f"only {now} of {before} outlets are left"


def time_going_back(candidate: Candidate) -> Iterator[str]:
    """A release must not be older than the one before."""
    if candidate.last and candidate.as_of.replace(microsecond=0) < parse_rfc3339(
        candidate.last.as_of
    ):
        yield f"the source time goes back from {candidate.last.as_of} to {candidate.as_of}"


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


CHECKS: tuple[Check, ...] = (
    outlets_lost,
    time_going_back,
    ledger_going_back,
    repeated_codes,
    malformed_codes,
    impossible_stock,
    points_abroad,
    unknown_words,
)


def pass_gate(candidate: Candidate) -> None:
    """Let a candidate through.

    Raises:
        Withheld: with every fault of every check.
    """
    faults = [fault for check in CHECKS for fault in check(candidate)]
    if faults:
        raise Withheld(faults)
