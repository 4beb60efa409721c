"""An answer whose head and body are ready bytes, written at once.

aiohttp reads the request and keeps the connection; what it would do to build each answer anew
(dictionaries of headers, their serialisation, a writer) costs as much as all the rest.
"""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Mapping
from email.utils import formatdate
from enum import Enum
from http import HTTPStatus
from time import time

from aiohttp import HttpVersion10, web

from public_site.serving.policy import lines

# Up to this a body goes out with its head in one piece; above, copying it would cost more.
_ONE_PIECE_BYTES = 64 * 1024
# So much of a body waits for a slow reader, no more.
_CHUNK_BYTES = 512 * 1024
# What a client still sends after it was refused is read away up to these: closing at once would
# reset the connection, and some clients would lose the answer.
_LEAVE_BYTES, _LEAVE_S = 256 * 1024, 0.5
_CLOSE, _KEEP = b"Connection: close\r\n", b"Connection: keep-alive\r\n"
# Names of requests that are answered from memory: this process, and a number.
_PROCESS = secrets.token_hex(6).encode()
_numbers = itertools.count(1)
_WITHOUT_BODY = frozenset({204, 304})
# A 304 says what the 200 would have said, but for what describes the body.
_OF_THE_BODY = frozenset({"Content-Type", "Content-Encoding", "Content-Length", "Accept-Ranges"})


class Lasts(Enum):
    """How long the same address may be answered with the same bytes.

    All end when another snapshot is served or the data grow stale; none outlasts the minute of
    the clock, since answers may speak of what is open now.
    """

    NOT = 0
    MINUTE = 1
    # Pages say how many seconds old the data are; they may also be in another language.
    SECOND = 2


class Ready:
    """An answer as bytes: complete but for the lines that differ each time."""

    __slots__ = ("_headers", "_unchanged", "body", "etag", "head", "status")

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes = b"") -> None:
        self.status = status
        self.etag = headers.get("ETag", "")
        self.body = body
        self.head = _head(status, headers)
        if status not in _WITHOUT_BODY:
            self.head += b"Content-Length: %d\r\n" % len(body)
        self._headers = headers
        self._unchanged = b""

    @classmethod
    def of(cls, response: web.Response) -> Ready:
        """Turn an ordinary response into a ready one."""
        body = response.body if isinstance(response.body, bytes) else b""
        kept = {name: text for name, text in response.headers.items() if name != "Content-Length"}
        return cls(response.status, kept, body)

    @property
    def unchanged(self) -> bytes:
        """The head of the answer to a client who has it already."""
        if not self._unchanged:
            kept = {n: text for n, text in self._headers.items() if n not in _OF_THE_BODY}
            self._unchanged = _head(304, kept)
        return self._unchanged

    def __len__(self) -> int:
        return len(self.head) + len(self.body)


def _head(status: int, headers: Mapping[str, str]) -> bytes:
    return f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n".encode() + lines(headers)


class Prepared(web.StreamResponse):
    """One sending of a ready answer. ``more`` are the lines of the head that the frame adds.

    It has no headers to change: what a handler wants to say stands in ``Ready``. So it begins
    without what an ordinary response builds first.
    """

    # Of the base these are properties; here they are known.
    status = 200
    keep_alive = False

    def __init__(
        self,
        ready: Ready,
        status: int,
        lasts: Lasts = Lasts.NOT,
        look: object = None,
    ) -> None:
        self.ready = ready
        self.status = status
        self.lasts = lasts
        self.look = look
        self.more = b""

    async def prepare(self, request: web.BaseRequest) -> None:
        """Take the request; nothing goes out yet."""
        self._asked = request
        self.keep_alive = request.keep_alive and not (
            request.body_exists and not request.content.is_eof()
        )

    async def write_eof(self, data: bytes = b"") -> None:
        """Write everything; wait while the client is slower than we are.

        Raises:
            ConnectionResetError: the client has gone.
        """
        request = self._asked
        transport = request.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has gone")
        head, body = self._head_for(request), self.ready.body
        if self.status == 304 or request.method == "HEAD":
            transport.write(head)
        elif len(body) <= _ONE_PIECE_BYTES:
            transport.write(head + body)
        else:
            transport.write(head)
            await _write_large(request, transport, body)
        if transport.get_write_buffer_size() > _ONE_PIECE_BYTES:
            await request.writer.drain()
        if not self.keep_alive and request.body_exists:
            await _leave(request)

    def _head_for(self, request: web.BaseRequest) -> bytes:
        ready = self.ready
        head = ready.unchanged if self.status == 304 else ready.head
        if not self.keep_alive:
            connection = _CLOSE
        else:
            connection = _KEEP if request.version == HttpVersion10 else b""
        return b"%b%b%b%b\r\n" % (head, self.more, connection, date_line())


class Repeated:
    """A ready answer that goes out often; its head is written anew when the second has changed.

    ``more`` are the lines that the frame adds, but for the request's name.
    """

    __slots__ = ("_second", "_unchanged", "_whole", "more", "ready")

    def __init__(self, ready: Ready, more: bytes) -> None:
        self.ready, self.more = ready, more
        self._second = 0
        self._whole = self._unchanged = b""

    def head(self, unchanged: bool) -> bytes:
        """Return the head up to the request's name."""
        now = int(time())
        if now != self._second:
            self._second = now
            rest = b"%b%bX-Request-ID: %b" % (self.more, date_line(), _PROCESS)
            self._whole, self._unchanged = self.ready.head + rest, self.ready.unchanged + rest
        return self._unchanged if unchanged else self._whole

    def __len__(self) -> int:
        return len(self.ready)


class Again(web.StreamResponse):
    """One more sending of a repeated answer, for a GET of HTTP/1.1 that keeps its connection."""

    status = 200
    keep_alive = True

    def __init__(self, request: web.BaseRequest, repeated: Repeated, unchanged: bool) -> None:
        self._asked, self._repeated, self._without = request, repeated, unchanged
        if unchanged:
            self.status = 304

    async def prepare(self, request: web.BaseRequest) -> None:
        """Do nothing: everything is known."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Write everything; wait while the client is slower than we are.

        Raises:
            ConnectionResetError: the client has gone.
        """
        repeated, transport = self._repeated, self._asked.transport
        if transport is None or transport.is_closing():
            raise ConnectionResetError("the client has gone")
        head, number = repeated.head(self._without), next(_numbers)
        body = b"" if self._without else repeated.ready.body
        if len(body) <= _ONE_PIECE_BYTES:
            transport.write(b"%b%08x\r\n\r\n%b" % (head, number, body))
        else:
            transport.write(b"%b%08x\r\n\r\n" % (head, number))
            await _write_large(self._asked, transport, body)
        if transport.get_write_buffer_size() > _ONE_PIECE_BYTES:
            await self._asked.writer.drain()


async def _write_large(
    request: web.BaseRequest, transport: asyncio.WriteTransport, body: bytes
) -> None:
    view = memoryview(body)
    for start in range(0, len(body), _CHUNK_BYTES):
        if transport.is_closing():
            raise ConnectionResetError("the client has gone")
        transport.write(view[start : start + _CHUNK_BYTES])
        await request.writer.drain()


async def _leave(request: web.BaseRequest) -> None:
    """Read away a little of what the client is still sending."""
    left = _LEAVE_BYTES
    try:
        async with asyncio.timeout(_LEAVE_S):
            while left > 0 and not request.content.is_eof():
                left -= len(await request.content.readany())
    except (TimeoutError, ConnectionError, web.RequestPayloadError):
        return


class _Date:
    """The line `Date`, written anew each second."""

    second = 0
    line = b""


def date_line() -> bytes:
    """Return the header `Date`."""
    now = int(time())
    if now != _Date.second:
        _Date.second = now
        _Date.line = b"Date: %b\r\n" % formatdate(now, usegmt=True).encode()
    return _Date.line
