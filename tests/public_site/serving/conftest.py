"""The site behind its guard, on a real socket, with little patience."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from core.settings import Address
from public_site.app import make_app
from public_site.server import listener
from public_site.serving.forms import small_form
from public_site.serving.guard import Guard
from tests.public_site.releases import some_outlets

# How long a test waits for what should come soon; only a failing test waits so long.
PATIENCE_S = 20.0
# How long the site waits for a client in these tests.
SHORT_S = 0.4


@dataclass
class Site:
    """A running site, spoken to in bytes."""

    host: str
    port: int
    guard: Guard
    app: web.Application

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a connection."""
        return await asyncio.open_connection(self.host, self.port)

    async def say(self, request: bytes) -> bytes:
        """Send bytes, and return all that comes until the site closes the connection."""
        reader, writer = await self.connect()
        writer.write(request)
        try:
            return await until_closed(reader)
        finally:
            writer.close()


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """Return what comes until the other side closes."""
    found = b""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                piece = await reader.read(65536)
            except ConnectionError:
                return found
            if not piece:
                return found
            found += piece


def status_of(answer: bytes) -> int:
    """Return the status of the first answer."""
    assert answer.startswith(b"HTTP/"), answer[:80]
    return int(answer.split(b" ", 2)[1])


@pytest.fixture
async def site(folder, settings, clock) -> AsyncIterator[Site]:
    """The site over a release of a few outlets, with a form at `/form`."""
    folder.publish(some_outlets())
    app = make_app(settings, clock, patience_s=SHORT_S)

    async def form(request: web.Request) -> web.Response:
        return web.json_response(dict(await small_form(request)))

    app.router.add_post("/form", form)
    async with listener(app, Address("127.0.0.1", 0), most=200) as (url, guard):
        parts = urlsplit(url)
        yield Site(parts.hostname, parts.port, guard, app)
