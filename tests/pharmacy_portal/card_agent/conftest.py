"""Real readers, virtual cards (see `tests.pcsc.fixtures`), tokens that sign, and an agent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.pcsc.fixtures import both_drivers, own_readers, packaged_readers, pcsc_bench, readers
from tests.pharmacy_portal.card_agent.agents import FakeHardware, Page, running_agent
from tests.tokens.authority import CardAuthority, make_authority
from tests.tokens.softhsm import SoftHome, soft_tokens

__all__ = ["both_drivers", "own_readers", "packaged_readers", "pcsc_bench", "readers"]


@pytest.fixture
def hardware() -> FakeHardware:
    """Return a reader with an NHI card in it."""
    return FakeHardware()


@pytest.fixture
async def page(tmp_path: Path, hardware: FakeHardware) -> AsyncIterator[Page]:
    """Return an unpaired page of an enrolled agent."""
    async with running_agent(tmp_path / "agent", hardware=hardware) as found:
        yield found


@pytest.fixture(scope="session")
def authority() -> CardAuthority:
    """Return a root and an issuer of cards."""
    return make_authority()


@pytest.fixture
def tokens(tmp_path: Path) -> Iterator[SoftHome]:
    """Return a home for SoftHSM tokens, none in it yet."""
    with soft_tokens(tmp_path / "softhsm") as home:
        yield home
