"""Every adapter behind the port, under one suite."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.storage.memory import MemoryLedger
from core.storage.migrate import migrate
from core.storage.sqlite import SqliteLedger
from tests.builders import OTHER_PHARMACY, PHARMACY, SUNDAY, an_outlet

AnyLedger = MemoryLedger | SqliteLedger


@pytest.fixture(params=["memory", "sqlite"])
async def ledger(request: pytest.FixtureRequest, state: Path) -> AsyncIterator[AnyLedger]:
    """Return an empty ledger with two outlets in its register."""
    opened: AnyLedger
    if request.param == "memory":
        opened = MemoryLedger()
    else:
        migrate(state / "ledger.sqlite")
        opened = SqliteLedger(state / "ledger.sqlite")
    outlets = [an_outlet(PHARMACY), an_outlet(OTHER_PHARMACY, name="榮星藥局")]
    await opened.save_outlets(outlets, {"act": "register", "by": "test"}, SUNDAY)
    yield opened
    if isinstance(opened, SqliteLedger):
        opened.close()
