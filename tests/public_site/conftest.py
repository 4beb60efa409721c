"""The site over a snapshot folder that a test fills with real signed releases."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient
from msgspec.structs import replace
from playwright.async_api import Browser, async_playwright

from core.settings import Settings
from public_site.app import make_app
from public_site.front import Front
from tests.public_site.releases import NOW, Folder, some_outlets

Client = TestClient


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self):
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(state: Path) -> Settings:
    return replace(Settings(), state=state)


@pytest.fixture
def folder(settings: Settings) -> Folder:
    """An empty snapshot folder and the key that signs into it."""
    return Folder(settings.snapshots_folder, settings.public_key_file)


@pytest.fixture
def start(aiohttp_client, settings: Settings, clock: Clock) -> Callable[[], Awaitable[Client]]:
    """Start the site over whatever is in the folder."""

    async def started(**changes: object) -> Client:
        app = make_app(replace(settings, **changes), clock)
        client = await aiohttp_client(app)
        server = client.server.runner.server
        server.request_handler = Front(app, server.request_handler)
        return client

    return started


@pytest.fixture
async def client(folder: Folder, start) -> Client:
    """The site over one release of a few outlets."""
    folder.publish(some_outlets())
    return await start()


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """The system's browser, without a window."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        await browser.close()
