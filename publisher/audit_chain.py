"""Verify the audit trail: each row, the numbering, and every head that was published.

Source: ``core.domain.audit``: head = SHA-256(previous head ‖ SHA-256 of each row in commit order).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from core.domain.audit import FIRST_HEAD, AuditLine, row_hash
from core.storage.feed import LedgerFeed
from publisher.release_log import ReleaseLine


@dataclass(slots=True)
class Trail:
    """What was found: faults in order, heads of releases by hex, and how many rows there are."""

    rows: int = 0
    faults: list[str] = field(default_factory=list)
    heads: dict[str, int] = field(default_factory=dict)


def verify_trail(
    feed: LedgerFeed,
    releases: Sequence[ReleaseLine],
    head: str = "",
    progress: Callable[[Iterator[AuditLine]], Iterator[AuditLine]] | None = None,
) -> Trail:
    """Recompute the whole chain. ``head`` is one that a stranger wrote down (hex), if any."""
    trail = Trail()
    stored = feed.audit_rows(0)
    rows = _checked(progress(stored) if progress else stored, trail)
    chain = FIRST_HEAD
    for release in releases:
        chain = _next_head(chain, rows, int(release.audit_position), trail)
        if trail.rows < int(release.audit_position):
            trail.faults.append(
                f"the trail ends at row {trail.rows}; release {release.sequence} covers"
                f" {release.audit_position}: its tail was cut"
            )
            break
        trail.heads[chain.hex()] = release.sequence
        if chain.hex() != release.audit_head:
            trail.faults.append(f"release {release.sequence}: the rows give another head")
            break
    for _ in rows:  # rows since the last release are checked too; no head covers them yet
        pass
    if head and head.lower() not in trail.heads:
        trail.faults.append(f"no release with head {head} follows from these rows")
    return trail


def _checked(rows: Iterator[AuditLine], trail: Trail) -> Iterator[AuditLine]:
    """Pass rows on; name the first bad one, and gaps in the numbers."""
    sound = True
    for row in rows:
        if row.number != trail.rows + 1:
            trail.faults.append(f"after row {trail.rows} comes row {row.number}")
        if sound and row_hash(row.body) != row.sha256:
            sound = False
            trail.faults.append(f"row {row.number} was changed: it is the first bad record")
        trail.rows = row.number
        yield row


def _next_head(chain: bytes, rows: Iterator[AuditLine], upto: int, trail: Trail) -> bytes:
    """Chain the rows up to a position; one row too many is never taken."""
    digest = hashlib.sha256(chain)
    while trail.rows < upto:
        row = next(rows, None)
        if row is None:
            break
        digest.update(row_hash(row.body))
    return digest.digest()
