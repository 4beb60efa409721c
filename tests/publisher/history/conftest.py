"""A publisher whose only follower is the history, in the open."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.storage.feed import LedgerFeed
from publisher.history.keeping import Keeper
from publisher.history.looking_back import Past
from publisher.publishing import Publisher
from tests.publisher.builders import HandClock, LedgerFile, an_outlet

ONE, TWO, TEST = "5901010058", "5901010076", "5901189999"


@pytest.fixture
def shop(ledger: LedgerFile) -> LedgerFile:
    """Return a ledger with two outlets, and one that is never published."""
    ledger.register(an_outlet(ONE), an_outlet(TWO), an_outlet(TEST, test=True))
    return ledger


@pytest.fixture
def begin(
    feed: LedgerFeed, folder: Path, signing_key: Ed25519PrivateKey, clock: HandClock
) -> Callable[[], Publisher]:
    """Return what begins a publisher that keeps the history, as a restart would."""

    def begun() -> Publisher:
        keeper = Keeper(feed, folder, signing_key, clock)
        return Publisher(feed, folder, signing_key, ttl_s=1, clock=clock, followers=(keeper,))

    return begun


@pytest.fixture
def past(folder: Path, signing_key: Ed25519PrivateKey) -> Past:
    """Return what reads the history back."""
    return Past(folder, signing_key.public_key())
