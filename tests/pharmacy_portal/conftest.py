"""A portal of its own for every test: real ledger, real certificates, a clock that stands still."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest

from core.settings import Settings
from tests.pharmacy_portal.tills import StandingClock, Till, World, fill_state, running_portal


@pytest.fixture(scope="session")
def template_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make, once, a state folder with twelve outlets and their cards."""
    folder = tmp_path_factory.mktemp("portal") / "state"
    asyncio.run(fill_state(Settings(state=folder)))
    return folder


@pytest.fixture
def settings(template_state: Path, tmp_path: Path) -> Settings:
    """Return settings of a fresh copy of the template, in demo."""
    state = tmp_path / "state"
    shutil.copytree(template_state, state)
    return Settings(state=state, demo=True, rules_of=date(2020, 2, 6))


@pytest.fixture
def clock() -> StandingClock:
    """Return a clock that stands on a Thursday morning."""
    return StandingClock()


@pytest.fixture
async def world(settings: Settings, clock: StandingClock) -> AsyncIterator[World]:
    """Return a running portal."""
    async with running_portal(settings, clock) as found:
        yield found


@pytest.fixture
async def till(world: World) -> Till:
    """Return a till where nobody has logged in."""
    return await world.open_till()


@pytest.fixture
async def counter(till: Till) -> Till:
    """Return a till with a pharmacist logged in and the day's goods taken."""
    await till.log_in()
    await till.take_goods()
    return till
