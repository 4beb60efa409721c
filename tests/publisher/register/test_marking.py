"""`maskmap outlets mark`, as an operator types it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from core.actions.outlets import register_outlets
from core.cli import main
from core.clock import system_clock
from core.domain.outlets import Outlet
from core.settings import Settings
from core.storage import open_state
from tests.builders import PHARMACY, an_outlet


async def registered(state: Path) -> Outlet | None:
    async with open_state(Settings(state=state)) as opened:
        return await opened.ledger.outlet(PHARMACY)


async def register(state: Path) -> None:
    async with open_state(Settings(state=state)) as opened:
        await register_outlets(opened.ledger, [an_outlet()], by="t", clock=system_clock)


def mark(state: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--state", str(state), "outlets", "mark", *words])


def test_flag_status_and_reason_are_set_and_the_rest_stays(state: Path) -> None:
    asyncio.run(register(state))
    assert mark(state, PHARMACY, "--test").exit_code == 0
    assert mark(state, PHARMACY, "--status", "paused", "--reason", "盤點").exit_code == 0
    expected = an_outlet(test=True, status="paused", status_reason="盤點")
    assert asyncio.run(registered(state)) == expected
    assert mark(state, PHARMACY, "--no-test", "--status", "active").exit_code == 0
    assert asyncio.run(registered(state)) == an_outlet()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ((PHARMACY,), 2),
        ((PHARMACY, "--reason", "x"), 2),
        ((PHARMACY, "--status", "gone"), 2),
        (("5901999999", "--test"), 1),
    ],
)
def test_what_makes_no_sense_is_refused(state: Path, words: tuple[str, ...], code: int) -> None:
    asyncio.run(register(state))
    assert mark(state, *words).exit_code == code
    assert asyncio.run(registered(state)) == an_outlet()
