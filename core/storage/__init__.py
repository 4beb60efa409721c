"""Where the ledger is kept. ``open_state`` is the only door the programs use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from core.domain.buyers import PersonKeys
from core.errors import Invalid
from core.keys import load_person_keys
from core.settings import Settings
from core.storage.migrate import migrate
from core.storage.sqlite import SqliteLedger


@dataclass(frozen=True, slots=True)
class State:
    """An opened state folder: the ledger, the accounts (same database), the person keys."""

    ledger: SqliteLedger
    accounts: SqliteLedger
    keys: PersonKeys


@asynccontextmanager
async def open_state(settings: Settings) -> AsyncIterator[State]:
    """Open the state; a missing one is created and migrated.

    Raises:
        Invalid: the settings name a database of another kind, or a newer one.
    """
    path = prepare(settings)
    ledger = SqliteLedger(path)
    try:
        yield State(ledger, ledger, load_person_keys(settings))
    finally:
        ledger.close()


def prepare(settings: Settings) -> Path:
    """Create and migrate the ledger's file where needed; return its path."""
    if not settings.ledger_url.startswith("sqlite:///"):
        raise Invalid("MASKMAP_DATABASE_URL: only sqlite:///FILE is supported by this version")
    migrate(settings.database_path)
    return settings.database_path
