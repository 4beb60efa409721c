"""History brought up to date while no publisher runs."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.clock import Clock, system_clock
from core.domain.programme import from_document
from core.domain.snapshot import HistoryIndex
from core.releases import read_current, read_history_index, read_manifest
from core.storage.feed import LedgerFeed
from publisher.followers import Told
from publisher.history.keeping import Keeper


def caught_up(
    feed: LedgerFeed, folder: Path, key: Ed25519PrivateKey, clock: Clock = system_clock
) -> HistoryIndex:
    """Take over what was released and finish the days that are over; return the index.

    Raises:
        NotFound: nothing has been published yet.
    """
    public_key = key.public_key()
    manifest, _ = read_manifest(folder, read_current(folder, public_key), public_key)
    told = Told(
        as_of=clock(),
        position=int(manifest.ledger_position),
        codes=[outlet.code for outlet in feed.outlets() if not outlet.test],
        products=from_document(manifest.rules.document).product_ids,
        manifest=manifest,
    )
    keeper = Keeper(feed, folder, key, clock)
    keeper.keep_up(told)
    keeper.finish()
    return read_history_index(folder, public_key)
