"""How many may come, and who takes nothing of what waits for him."""

from __future__ import annotations

import asyncio
import resource
import socket
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from core.settings import Address
from public_site.app import make_app
from public_site.keys import CLOCK, SETTINGS
from public_site.server import listener, room_for_connections
from public_site.serving.guard import LEAST_TAKEN_BYTES, SLOWEST_S, Guarded
from public_site.serving.ready import Prepared, Ready
from tests.public_site.serving.conftest import PATIENCE_S, Site, status_of

# More than sockets of a test can hold between them.
LARGE = 64 * 2**20
CLOSE = b"\r\nConnection: close\r\n\r\n"


class Pipe:
    """A transport with so many bytes waiting."""

    def __init__(self) -> None:
        self.waiting = 0
        self.aborted = False
        self.ends = socket.socketpair()

    def get_write_buffer_size(self) -> int:
        return self.waiting

    def get_extra_info(self, name: str) -> socket.socket:
        return self.ends[0]

    def abort(self) -> None:
        self.aborted = True
        for end in self.ends:
            end.close()


def connected() -> tuple[Guarded, Pipe]:
    """Return a guarded connection over such a transport."""
    connection, pipe = Guarded(asyncio.Protocol(), {}), Pipe()
    connection.connection_made(pipe)  # type: ignore[arg-type]
    return connection, pipe


def test_a_reader_who_takes_nothing_is_stalled_since_he_took_the_last():
    connection, pipe = connected()
    pipe.waiting = 500_000
    assert connection.stalled_since(10.0) == 10.0
    assert connection.stalled_since(40.0) == 10.0
    pipe.waiting -= LEAST_TAKEN_BYTES - 1
    assert connection.stalled_since(50.0) == 10.0
    pipe.waiting -= 1
    assert connection.stalled_since(60.0) == 60.0
    pipe.abort()


def test_an_old_phone_is_never_cut():
    """2G brings a kilobyte a second; 500 kB take it more than eight minutes."""
    connection, pipe = connected()
    pipe.waiting = 500_000
    now = 0.0
    while pipe.waiting > 0:
        now += 5.0
        assert connection.stalled_since(now) > now - SLOWEST_S
        pipe.waiting = max(0, pipe.waiting - 5_000)
    assert connection.stalled_since(now + 100) == now + 100
    pipe.abort()


def test_what_the_system_holds_counts_as_waiting():
    connection, pipe = connected()
    pipe.waiting = 100_000
    pipe.ends[0].send(b"x" * 50_000)
    assert connection.stalled_since(10.0) == 10.0
    assert connection.stalled_since(20.0) == 10.0
    # Read by the other end: nothing has left our own buffer yet, and still he takes it.
    assert len(pipe.ends[1].recv(60_000)) == 50_000
    assert connection.stalled_since(30.0) == 30.0
    pipe.abort()


@pytest.fixture
async def large(site: Site) -> AsyncIterator[Site]:
    """The site with an answer larger than the sockets between us hold, at `/large`."""
    ready = Ready(200, {"Content-Type": "text/plain"}, bytes(LARGE))

    async def answer(request: web.Request) -> web.StreamResponse:
        return Prepared(ready, 200)

    app = make_app(site.app[SETTINGS], site.app[CLOCK])
    app.router.add_get("/large", answer)
    async with listener(app, Address("127.0.0.1", 0), most=3) as (url, guard):
        yield Site("127.0.0.1", int(url.rsplit(":", 1)[1]), guard, app)


async def asking(site: Site) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for the large answer, and read its beginning."""
    reader, writer = await asyncio.open_connection(site.host, site.port, limit=1024)
    writer.write(b"GET /large HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n")
    assert await reader.readexactly(4) == b"HTTP"
    return reader, writer


async def test_a_reader_who_takes_nothing_is_cut_and_one_who_reads_is_not(large: Site):
    idle, reading = await asking(large), await asking(large)
    now, taken = asyncio.get_running_loop().time(), 4
    async with asyncio.timeout(PATIENCE_S):
        for look in range(10):
            taken += await read_some(reading[0], 4 * 2**20)
            large.guard.look(now + look * SLOWEST_S / 2)
        while piece := await reading[0].read(2**20):
            taken += len(piece)
    assert taken > LARGE
    assert await read_some(idle[0], LARGE) < LARGE
    for _, writer in (idle, reading):
        writer.close()


async def read_some(reader: asyncio.StreamReader, most: int) -> int:
    """Read so many bytes, or up to the end; return how many there were."""
    taken = 0
    while taken < most and (piece := await reader.read(most - taken)):
        taken += len(piece)
    return taken


async def test_a_connection_too_many_is_told_so_and_the_others_go_on(large: Site):
    hello = b"GET /healthz HTTP/1.1\r\nHost: site\r\n\r\n"
    others = [await large.connect() for _ in range(3)]
    for reader, writer in others:
        writer.write(hello)
        assert await reader.readexactly(15) == b"HTTP/1.1 200 OK"
    refused = await large.say(b"")
    assert status_of(refused) == 503
    head, _, body = refused.partition(b"\r\n\r\n")
    assert b"Content-Length: %d\r\n" % len(body) in head + b"\r\n"
    assert large.guard.refused == 1
    for reader, writer in others:
        writer.write(hello)
        await reader.readuntil(b"HTTP/1.1 200 OK")
        writer.close()
    async with asyncio.timeout(PATIENCE_S):
        while status_of(await large.say(hello.replace(b"\r\n\r\n", CLOSE))) != 200:
            pass


def test_the_process_may_open_as_many_files_as_it_is_allowed_to():
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(512, before[1]), before[1]))
        most = room_for_connections()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] == before[1]
        assert most > 0
        assert before[1] == resource.RLIM_INFINITY or most < before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
