"""One demo for all end-to-end tests: started, ended, and started again on the same state."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from core.storage.feed import LedgerFeed
from tests.end_to_end.driving import Demo, poll, running_demo

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


@dataclass(frozen=True)
class Untouched:
    """What was seen after the second start, before any test sold anything."""

    position: int
    audit: int
    pharmacists: dict[str, dict[str, Any]]


@dataclass(frozen=True)
class SecondStart:
    """The demo, started a second time on the same state, and what it looked like then."""

    demo: Demo
    untouched: Untouched


@pytest.fixture(scope="session")
def second_start(first_start: FirstStart) -> Iterator[SecondStart]:
    """Start the demo again, and let the publisher look at the ledger a few times."""
    with running_demo(first_start.state, first_start.log) as demo:
        looks: set[str] = set()
        poll(
            lambda: looks.add(demo.public("/api/v1/snapshot").json["checked_at"]) or len(looks) > 2
        )
        cards = sorted((demo.state / "cards").glob("pharmacist-*/card.json"))
        outlets = [json.loads(card.read_text("utf-8"))["institution"] for card in cards]
        published = {outlet: demo.published(outlet)["outlet"] for outlet in outlets}
        yield SecondStart(demo, Untouched(*positions(demo.state), published))


@pytest.fixture(scope="session")
def demo(second_start: SecondStart) -> Demo:
    """Return the demo that is running."""
    return second_start.demo


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    """Return a headless Chromium.

    One for each test: while it is open, no other event loop can run in this process.
    """
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_ARGUMENTS)
        yield running
        running.close()
