"""Does what is published of each outlet's sale follow from what is stored?

Only the latest words are kept, not those before: a release can be recomputed while the revisions
that its ``state_position`` states are still the newest. Time is no obstacle: its ``as_of`` is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.domain.calendar import rfc3339
from core.domain.programme import from_document
from core.domain.snapshot import Manifest
from core.errors import Invalid
from core.storage.feed import LedgerFeed
from publisher.collect import Collector
from publisher.formats import ndjson
from publisher.times import parse_rfc3339
from publisher.verify_changes import objects_of

WORDS = (
    *("availability", "availability_reason", "availability_since", "availability_until"),
    *("note", "sale_windows", "tickets", "phone", "phone_status"),
)


def words_can_be_recomputed(manifest: Manifest, feed: LedgerFeed) -> bool:
    """Tell whether nobody said anything since the release was made."""
    stated = manifest.state_position.partition("@")[0]
    newest = (feed.revision(), feed.state_revision(), feed.stop_revision())
    return stated == ".".join(map(str, newest))


def words_against_state(
    manifest: Manifest, bodies: Mapping[str, bytes], feed: LedgerFeed
) -> Iterator[str]:
    """Recompute what stands in the way of buying; nothing where it cannot be recomputed."""
    published = objects_of(bodies[ndjson.PATH])
    if published is None or not words_can_be_recomputed(manifest, feed):
        return
    try:
        programme = from_document(manifest.rules.document)
    except Invalid:
        return  # named already
    as_of = parse_rfc3339(manifest.as_of)
    collector = Collector(feed)
    positions = collector.collect(programme, as_of)
    if positions.state != manifest.state_position:
        told = positions.state
        yield f"its state position is {manifest.state_position}; at {rfc3339(as_of)} it was {told}"
    for record in collector.records:
        said = published.get(record.code, {})
        for name in WORDS:
            if said.get(name) != getattr(record, name):
                stored = getattr(record, name)
                yield f"{record.code} {name}: published {said.get(name)!r}, stored {stored!r}"
