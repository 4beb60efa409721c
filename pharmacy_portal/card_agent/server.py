"""The agent's HTTP and WebSocket on 127.0.0.1; the guard stands before every handler."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import sys
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from core.errors import Unavailable
from pharmacy_portal.card_agent.agent import Agent
from pharmacy_portal.card_agent.door import Door
from pharmacy_portal.card_agent.events import Event, Hub
from pharmacy_portal.card_agent.guard import ORIGIN, PAIR_PATH, PAIRED, STATUS_PATH, TOKEN, Guard
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome

ADDRESS = "127.0.0.1"
LARGEST_BODY = 16 * 1024
# A client who sends nothing for so long, or dawdles over a head, is let go.
PATIENCE_S = 7.0
BODY_WITHIN_S = 5.0
_END_WITHIN_S = 2.0
_LOOK_EVERY_S = 1.0
_BACKLOG = 128

Body = TypeVar("Body")


class _Code(msgspec.Struct, forbid_unknown_fields=True):
    code: str


class _Read(msgspec.Struct, forbid_unknown_fields=True):
    nonce: str
    reader: str | None = None


class _Challenge(msgspec.Struct, forbid_unknown_fields=True):
    challenge: str


class AgentServer:
    """One agent on one port."""

    def __init__(self, agent: Agent, origins: Collection[str]) -> None:
        self.agent = agent
        self.hub = Hub()
        self.guard = Guard(origins, agent.pairing)
        self.port = 0

    @property
    def url(self) -> str:
        """Return where the agent answers."""
        return f"http://{ADDRESS}:{self.port}"

    @asynccontextmanager
    async def running(self, ports: Sequence[int]) -> AsyncIterator[AgentServer]:
        """Listen on the first free port until the block ends.

        Raises:
            Unavailable: all ports are taken.
        """
        listening = bind(ports)
        self.port = self.guard.port = listening.getsockname()[1]
        runner = web.AppRunner(self._app(), **_how_to_serve())
        await runner.setup()
        assert runner.server is not None
        self.guard.door = Door(runner.server)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(self.guard.door, sock=listening, backlog=_BACKLOG)
        self.agent.hardware.start(
            lambda event: _soon(loop, self.hub, event), lambda: self.agent.roles.roles
        )
        looking = asyncio.create_task(self._look())
        try:
            yield self
        finally:
            looking.cancel()
            server.close()
            await self.hub.close()
            self.agent.hardware.stop()
            await runner.cleanup()
            self.agent.close()

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_EVERY_S)
            self.hub.drop_unpaired()

    def _app(self) -> web.Application:
        app = web.Application(middlewares=[self.guard.check], client_max_size=LARGEST_BODY)
        app.add_routes(
            [
                _route("GET", STATUS_PATH, self._status),
                _route("POST", PAIR_PATH, self._pair),
                _route("POST", "/v1/nhi/read", self._read_nhi),
                _route("POST", "/v1/login/sign", self._sign_login),
                _route("POST", "/v1/enrol", self._enrol),
                _route("GET", "/v1/readers", self._readers),
                _route("PUT", "/v1/readers", self._set_roles),
                _route("POST", "/v1/readers", self._set_roles),
                _route("GET", "/v1/events", self._events),
            ]
        )
        return app

    async def _status(self, request: web.Request) -> web.Response:
        return web.json_response(self.agent.status(request[ORIGIN], request[PAIRED]))

    async def _pair(self, request: web.Request) -> web.Response:
        body = await _json(request, _Code)
        return web.json_response({"token": self.agent.pairing.redeem(body.code, request[ORIGIN])})

    async def _read_nhi(self, request: web.Request) -> web.Response:
        body = await _json(request, _Read)
        found = await self.agent.read_nhi(request[ORIGIN], body.nonce, body.reader)
        return web.json_response(found)

    async def _sign_login(self, request: web.Request) -> web.Response:
        body = await _json(request, _Challenge)
        signed = await self.agent.sign_login(
            request[ORIGIN], body.challenge, lambda: _still_there(request)
        )
        return web.json_response(signed)

    async def _enrol(self, request: web.Request) -> web.Response:
        body = await _json(request, _Challenge)
        signed = await self.agent.enrol(
            request[ORIGIN], body.challenge, lambda: _still_there(request)
        )
        self.hub.publish_state()
        return web.json_response(signed)

    async def _readers(self, _: web.Request) -> web.Response:
        return web.json_response(self.agent.readers())

    async def _set_roles(self, request: web.Request) -> web.Response:
        roles = self.agent.set_roles(await _json(request, dict[str, str | None]))
        self.hub.publish_state()
        return web.json_response(roles)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        if "Upgrade" not in request.headers:
            raise CardFault(Outcome.METHOD)
        origin, token = request[ORIGIN], request[TOKEN]
        return await self.hub.serve(
            request,
            lambda: self._state(origin),
            lambda: self.agent.pairing.holds(token, origin),
        )

    def _state(self, origin: str) -> Event:
        return {"event": "state", **self.agent.status(origin, paired=True)}


def bind(ports: Sequence[int]) -> socket.socket:
    """Take the first free port of this computer's own address; never another address.

    Raises:
        Unavailable: all are taken.
    """
    for port in ports:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # On Windows the option of this name would let two programs share one port.
        if sys.platform != "win32":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        else:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        try:
            made.bind((ADDRESS, port))
            made.listen(_BACKLOG)
            made.setblocking(False)
        except OSError:
            made.close()
            continue
        return made
    raise Unavailable(f"the ports {', '.join(map(str, ports))} of this computer are all taken")


def _how_to_serve() -> dict[str, Any]:
    """Return aiohttp's arguments: bodies are never unpacked, nor read after an answer."""
    silent = logging.getLogger("maskmap.agent.http")
    # aiohttp's own reports quote what a client sent.
    silent.disabled = True
    return {
        "access_log": None,
        "auto_decompress": False,
        "handle_signals": False,
        "keepalive_timeout": PATIENCE_S,
        "lingering_time": 0,
        "logger": silent,
        "max_field_size": 4096,
        "max_headers": 64,
        "max_line_size": 2048,
        "shutdown_timeout": _END_WITHIN_S,
    }


def _route(method: str, path: str, handler: object) -> web.RouteDef:
    # Nobody is invited to send a body before it is known who he is; HEAD is answered nowhere.
    options: dict[str, object] = {"expect_handler": _silence}
    if method == "GET":
        options["allow_head"] = False
    return web.RouteDef(method, path, handler, options)  # type: ignore[arg-type]


async def _silence(_: web.Request) -> None:
    """Say nothing to an expectation: the answer itself comes."""


async def _json(request: web.Request, kind: type[Body]) -> Body:
    """Read a body of the given shape.

    Raises:
        CardFault: ``body`` when it is not of this shape, ``timeout`` when it does not come.
    """
    try:
        async with asyncio.timeout(BODY_WITHIN_S):
            raw = await request.read()
    except TimeoutError:
        raise CardFault(Outcome.TIMEOUT) from None
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise CardFault(Outcome.BODY) from None


def _still_there(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()


def _soon(loop: asyncio.AbstractEventLoop, hub: Hub, event: Event) -> None:
    """Hand an event from the watcher's thread to the loop, if that still runs."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(hub.publish, event)
