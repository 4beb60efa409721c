"""The manifest: what one release contains, from where in the ledger, under which rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import msgspec

from core.domain.programme import Programme
from core.domain.snapshot import FileEntry, Manifest, OutletRecord, RulesInForce
from publisher.collect import Positions
from publisher.release_data import ReleaseData

Words = Callable[[Programme, date], Mapping[str, Sequence[str]]]


def rules_in_force(programme: Programme, day: date, words: Words) -> RulesInForce:
    """Describe the rules of a day; before the first block there are none, and no words."""
    block = programme.block_on(day)
    spoken = words(programme, day) if block else {}
    return RulesInForce(
        programme=programme.id,
        block=block.effective.isoformat() if block else "",
        pinned=programme.pinned,
        hash=programme.rules_hash(),
        words={language: list(lines) for language, lines in spoken.items()},
        # Through JSON, so that a manifest in memory equals the one that readers get.
        document=msgspec.json.decode(msgspec.json.encode(programme.document())),
    )


def counts_of(records: Sequence[OutletRecord], products: Sequence[str]) -> dict[str, int]:
    """Count outlets, outlets with any stock, and all pieces of each product."""
    columns = [[record.counts[product] for record in records] for product in products]
    return {
        "outlets": len(records),
        "outlets_with_stock": sum(map(any, zip(*columns, strict=True))),
        **dict(zip(products, map(sum, columns), strict=True)),
    }


def manifest_of(
    release: ReleaseData,
    files: list[FileEntry],
    *,
    positions: Positions,
    previous: str,
    audit_head: str,
    rules: RulesInForce,
    ttl_s: int,
) -> Manifest:
    """Return the manifest of a release whose files are written."""
    return Manifest(
        sequence=release.sequence,
        as_of=release.valid_at,
        published_at=release.published,
        ttl_s=ttl_s,
        ledger_position=str(positions.ledger),
        state_position=positions.state,
        previous=previous,
        audit_head=audit_head,
        audit_position=str(positions.audit),
        rules=rules,
        counts=counts_of(release.records, release.products),
        files=files,
    )
