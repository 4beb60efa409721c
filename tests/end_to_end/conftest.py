"""One demo for all end-to-end tests: started, ended, and started again on the same state."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from core.storage.feed import LedgerFeed
from tests.end_to_end.driving import Demo, running_demo

CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True)
class FirstStart:
    """What the first start left behind."""

    state: Path
    lines: list[str]
    log: Path
    position: int
    audit: int
    status: int


def positions(state: Path) -> tuple[int, int]:
    """Return the ledger's last entry and last audit row."""
    feed = LedgerFeed(state / "ledger.sqlite")
    try:
        return feed.position(), feed.audit_position()
    finally:
        feed.close()


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> FirstStart:
    """Start the demo on an empty state, and end it."""
    folder = tmp_path_factory.mktemp("demo")
    state, log = folder / "state", folder / "log"
    with running_demo(state, log) as demo:
        pass
    return FirstStart(state, demo.lines, log, *positions(state), demo.process.returncode)


@pytest.fixture(scope="session")
def demo(first_start: FirstStart) -> Iterator[Demo]:
    """Return the demo, started a second time on the same state."""
    with running_demo(first_start.state, first_start.log) as running:
        yield running


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """Return a headless Chromium."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()
