"""Between the listening socket and aiohttp: how many may stand at the door, and who gives way.

Any page on this computer may open connections, a thousand if it likes. Beyond ``most`` the oldest
one that no paired page is using is cut off, never a newcomer: so the counter's page gets in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

MOST = 64

Make = Callable[[], asyncio.Protocol]


class Door:
    """Makes the protocol of each connection; ``make`` is the server's own factory."""

    def __init__(self, make: Make, most: int = MOST) -> None:
        self._make = make
        self._most = most
        self._open: dict[asyncio.BaseTransport, None] = {}
        self._in_use: dict[asyncio.BaseTransport, int] = {}

    def __call__(self) -> asyncio.Protocol:
        """Return the protocol for a new connection."""
        return _Watched(self._make(), self)

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def kept(self, transport: asyncio.BaseTransport | None) -> Iterator[None]:
        """Keep a paired page's connection while it is being served."""
        if transport is None or transport not in self._open:
            yield
            return
        self._in_use[transport] = self._in_use.get(transport, 0) + 1
        try:
            yield
        finally:
            self._in_use[transport] -= 1
            if not self._in_use[transport]:
                del self._in_use[transport]

    def enters(self, transport: asyncio.BaseTransport) -> None:
        """Note a connection; make room for it."""
        self._open[transport] = None
        if len(self._open) > self._most:
            oldest = next((one for one in self._open if one not in self._in_use), transport)
            del self._open[oldest]
            cast(asyncio.Transport, oldest).abort()

    def leaves(self, transport: asyncio.BaseTransport) -> None:
        """Forget a connection."""
        self._open.pop(transport, None)


class _Watched(asyncio.Protocol):
    """One connection: everything goes to aiohttp's protocol; beginning and end are noted."""

    def __init__(self, inner: asyncio.Protocol, door: Door) -> None:
        self._inner = inner
        self._door = door
        self._transport: asyncio.BaseTransport | None = None
        self.data_received = inner.data_received  # type: ignore[method-assign]
        self.eof_received = inner.eof_received  # type: ignore[method-assign]
        self.pause_writing = inner.pause_writing  # type: ignore[method-assign]
        self.resume_writing = inner.resume_writing  # type: ignore[method-assign]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand the connection on, then note it: the oldest may be cut off now."""
        self._transport = transport
        self._inner.connection_made(transport)
        self._door.enters(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection, and say so."""
        if self._transport is not None:
            self._door.leaves(self._transport)
        self._inner.connection_lost(exc)
