"""Where the ledger is kept. ``open_state`` is the only door the programs use."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from core.domain.buyers import PersonKeys
from core.errors import Invalid
from core.keys import load_person_keys
from core.ports import (
    Accounts,
    Agents,
    Days,
    Ledger,
    OutletStates,
    Passkeys,
    People,
    Stewardship,
)
from core.settings import Settings
from core.storage.migrate import migrate
from core.storage.sqlite import SqliteLedger


@dataclass(frozen=True, slots=True)
class State:
    """An opened state folder: what each port is stored in (one database), the person keys."""

    keys: PersonKeys
    ledger: Ledger
    accounts: Accounts
    agents: Agents
    passkeys: Passkeys
    people: People
    outlet_states: OutletStates
    stewardship: Stewardship
    days: Days


def state_of(store: SqliteLedger, keys: PersonKeys) -> State:
    """Name one database by what it stores."""
    return State(keys, store, store, store, store, store, store, store, store)


@asynccontextmanager
async def open_state(settings: Settings) -> AsyncIterator[State]:
    """Open the state; a missing one is created and migrated.

    Raises:
        Invalid: the settings name a database of another kind, or a newer one.
    """
    path = prepare(settings)
    ledger = SqliteLedger(path)
    try:
        yield state_of(ledger, load_person_keys(settings))
    finally:
        ledger.close()


def prepare(settings: Settings) -> Path:
    """Create and migrate the ledger's file where needed; return its path."""
    if not settings.ledger_url.startswith("sqlite:///"):
        raise Invalid("MASKMAP_DATABASE_URL: only sqlite:///FILE is supported by this version")
    migrate(settings.database_path)
    return settings.database_path
