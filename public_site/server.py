"""Listen, guard, serve, and end when told."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import resource
import signal
from collections.abc import AsyncIterator, Callable

from aiohttp import web

from core.log import get_logger
from core.settings import Address
from public_site.front import Front
from public_site.keys import SNAPSHOTS
from public_site.serving.guard import Guard

END_WITHIN_S = 5.0
SETTLE_LOOK_S = 0.5
BACKLOG = 1024
# Files that are kept for all that is no connection: releases being read, the log.
RESERVED_FILES = 192
MOST = 1_000_000

log = get_logger(__name__)


async def serve(
    app: web.Application, address: Address, *, reuse_port: bool, listening: Callable[[str], None]
) -> None:
    """Serve an application until TERM or INT; ``listening`` is told the address, once.

    Raises:
        OSError: the address cannot be listened on.
    """
    async with listener(app, address, room_for_connections(), reuse_port) as (url, guard):
        listening(url)
        settling = asyncio.create_task(settled(app), name="settle memory")
        await _told_to_end()
        settling.cancel()
        log.info("ending", connections_refused=guard.refused)


@contextlib.asynccontextmanager
async def listener(
    app: web.Application, address: Address, most: int, reuse_port: bool = False
) -> AsyncIterator[tuple[str, Guard]]:
    """Serve an application until the block ends; requests in progress are answered first."""
    runner = web.AppRunner(app, shutdown_timeout=END_WITHIN_S)
    await runner.setup()
    server = runner.server
    assert server is not None
    server.request_handler = Front(app, server.request_handler)
    guard = Guard(server, most)
    try:
        async with (
            await asyncio.get_running_loop().create_server(
                guard,
                address.host,
                address.port,
                backlog=BACKLOG,
                reuse_port=reuse_port or None,
                start_serving=False,
            ) as sockets,
            guard.watching(),
        ):
            await sockets.start_serving()
            port = sockets.sockets[0].getsockname()[1]
            yield Address(address.host, port).url, guard
            sockets.close()
            await runner.cleanup()
    finally:
        await runner.cleanup()


def room_for_connections() -> int:
    """Raise the number of files this process may open; return how many may be connections."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return max(hard - RESERVED_FILES, 16) if hard != resource.RLIM_INFINITY else MOST


async def settled(app: web.Application) -> None:
    """Wait for the first snapshot, and spare the collector of garbage what will stay.

    At 6 500 outlets a full collection took 84 ms, in which nobody is answered; then nothing. Once
    only: what is garbage in a circle when it is spared would never be freed.
    """
    while app[SNAPSHOTS].published is None:  # noqa: ASYNC110 - what sets it runs in any loop
        await asyncio.sleep(SETTLE_LOOK_S)
    gc.collect()
    gc.freeze()


async def _told_to_end() -> None:
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()
