"""A state with a ledger, and a publisher of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.programme import Programme
from core.rules import MASKS, load_programmes
from core.settings import Settings
from core.storage.feed import LedgerFeed
from publisher.publishing import Publisher
from tests.publisher.builders import HandClock, LedgerFile


@pytest.fixture
def settings(state: Path) -> Settings:
    """Return the settings of an empty state."""
    return Settings(state=state)


@pytest.fixture
def ledger(settings: Settings) -> Iterator[LedgerFile]:
    """Return an empty ledger."""
    file = LedgerFile(settings)
    yield file
    file.close()


@pytest.fixture
def feed(ledger: LedgerFile) -> Iterator[LedgerFeed]:
    """Return the publisher's view of the ledger."""
    reader = LedgerFeed(ledger.path)
    yield reader
    reader.close()


@pytest.fixture(scope="session")
def masks() -> Programme:
    """Return the rules of masks as they come with maskmap."""
    return load_programmes(None, None)[MASKS]


@pytest.fixture(scope="session")
def signing_key() -> Ed25519PrivateKey:
    """Return a throw-away key."""
    return Ed25519PrivateKey.generate()


@pytest.fixture
def clock() -> HandClock:
    """Return a clock that shows 6 February 2020, 09:00:03."""
    return HandClock()


@pytest.fixture
def folder(settings: Settings) -> Path:
    """Return the snapshot folder."""
    return settings.snapshots_folder


@pytest.fixture
def begin(
    feed: LedgerFeed, folder: Path, signing_key: Ed25519PrivateKey, clock: HandClock
) -> Callable[[], Publisher]:
    """Return what begins a publisher, as a restart would."""
    return lambda: Publisher(feed, folder, signing_key, ttl_s=1, clock=clock)
