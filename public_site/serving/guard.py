"""Stand between the listening socket and aiohttp: how many may come, who takes nothing.

aiohttp ends connections that are idle or dawdle over a head; this does the rest. Beyond ``most``
connections a newcomer is told so and let go, before files run out and none could be accepted any
more. A reader may be as slow as an old phone in a queue, but one who takes next to nothing for a
minute is cut off, since what waits for him is memory of ours.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import struct
import termios
from collections.abc import AsyncIterator, Callable
from typing import cast

LOOK_EVERY_S = 5.0
SLOWEST_S = 60.0
LEAST_TAKEN_BYTES = 8 * 1024
_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n"
    b"Cache-Control: no-store\r\nServer: maskmap\r\nContent-Type: text/plain; charset=utf-8\r\n"
    b"Content-Length: 29\r\n\r\nTry again in a few seconds.\r\n"
)

Make = Callable[[], asyncio.Protocol]


class Guard:
    """Makes the protocol of each connection; ``make`` is the server's own factory."""

    def __init__(self, make: Make, most: int, slowest_s: float = SLOWEST_S) -> None:
        self._make = make
        self._most = most
        self._slowest_s = slowest_s
        self._open: dict[Guarded, None] = {}
        self.refused = 0

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol for a new connection."""
        if len(self._open) >= self._most:
            self.refused += 1
            return _Refusal()
        return Guarded(self._make(), self._open)

    @contextlib.asynccontextmanager
    async def watching(self, every_s: float = LOOK_EVERY_S) -> AsyncIterator[None]:
        """Look at the readers in the background."""
        task = asyncio.create_task(self._watch(every_s), name="watch connections")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _watch(self, every_s: float) -> None:
        while True:
            await asyncio.sleep(every_s)
            self.look(asyncio.get_running_loop().time())

    def look(self, now: float) -> None:
        """Cut off those who have taken next to nothing since long ago; ``now`` in seconds."""
        for connection in list(self._open):
            if connection.stalled_since(now) <= now - self._slowest_s:
                connection.cut()


class Guarded(asyncio.Protocol):
    """One connection: everything goes to aiohttp's protocol; beginning and end are noted."""

    def __init__(self, inner: asyncio.Protocol, among: dict[Guarded, None]) -> None:
        self._inner = inner
        self._among = among
        self._transport: asyncio.Transport | None = None
        self._mark: tuple[float, int] | None = None
        # Bound here, so that no call goes through this class on its way.
        self.data_received = inner.data_received  # type: ignore[method-assign]
        self.eof_received = inner.eof_received  # type: ignore[method-assign]
        self.pause_writing = inner.pause_writing  # type: ignore[method-assign]
        self.resume_writing = inner.resume_writing  # type: ignore[method-assign]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the connection, and hand it on."""
        # uvloop's transports are such by their methods, not by their class.
        self._transport = cast(asyncio.Transport, transport)
        self._among[self] = None
        self._inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and say so."""
        self._among.pop(self, None)
        self._inner.connection_lost(exc)

    def stalled_since(self, now: float) -> float:
        """Return since when the client has taken next to nothing of what waits; now if it does."""
        assert self._transport is not None
        if not self._transport.get_write_buffer_size():
            self._mark = None
            return now
        waiting = self._transport.get_write_buffer_size() + _in_the_kernel(self._transport)
        mark = self._mark
        if mark is None or waiting > mark[1] or waiting <= mark[1] - LEAST_TAKEN_BYTES:
            self._mark = mark = (now, waiting)
        return mark[0]

    def cut(self) -> None:
        """Drop the connection and what waits in it."""
        assert self._transport is not None
        self._transport.abort()


def _in_the_kernel(transport: asyncio.Transport) -> int:
    """Return the bytes that the system still holds for the client."""
    number = transport.get_extra_info("socket").fileno()
    try:
        answer = fcntl.ioctl(number, termios.TIOCOUTQ, bytes(4))
    except OSError:  # closed already, or a kind of socket that cannot tell
        return 0
    return int(struct.unpack("i", answer)[0])


class _Refusal(asyncio.Protocol):
    """A connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Say that there is no room, and close."""
        known = cast(asyncio.Transport, transport)
        known.write(_FULL)
        known.close()
