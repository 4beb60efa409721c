"""What happens at the readers, told to every paired page that listens. Nothing personal."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field

from aiohttp import WSCloseCode, web

from pharmacy_portal.card_agent.guard import ORIGIN

SUBPROTOCOL = "card.v1"
HEARTBEAT_S = 20.0
# A page that takes none of so many events is gone.
_MOST_WAITING = 64
_MOST_LISTENERS = 16

Event = dict[str, object]


@dataclass(eq=False)
class _Listener:
    socket: web.WebSocketResponse
    state: Callable[[], Event]
    is_paired: Callable[[], bool]
    waiting: asyncio.Queue[Event] = field(
        default_factory=lambda: asyncio.Queue(maxsize=_MOST_WAITING)
    )


class Hub:
    """The pages that listen."""

    def __init__(self) -> None:
        self._listeners: list[_Listener] = []
        self._closing: set[asyncio.Task[object]] = set()

    def __len__(self) -> int:
        return len(self._listeners)

    def publish(self, event: Event) -> None:
        """Tell everybody; who does not keep up is let go and may come again."""
        for one in list(self._listeners):
            try:
                one.waiting.put_nowait(event)
            except asyncio.QueueFull:
                self._let_go(one)

    def publish_state(self) -> None:
        """Tell everybody how things stand; each page learns what concerns its own portal."""
        for one in list(self._listeners):
            with contextlib.suppress(asyncio.QueueFull):
                one.waiting.put_nowait(one.state())

    def drop_unpaired(self) -> None:
        """Let go of pages whose pairing has ended."""
        for one in list(self._listeners):
            if not one.is_paired():
                self._let_go(one)

    async def serve(
        self, request: web.Request, state: Callable[[], Event], is_paired: Callable[[], bool]
    ) -> web.WebSocketResponse:
        """Speak with one page until it leaves."""
        socket = web.WebSocketResponse(
            heartbeat=HEARTBEAT_S,
            protocols=(SUBPROTOCOL,),
            max_msg_size=1024,
            compress=False,
        )
        socket.headers["Vary"] = "Origin"
        socket.headers["Access-Control-Allow-Origin"] = request[ORIGIN]
        await socket.prepare(request)
        listener = _Listener(socket, state, is_paired)
        # Among the listeners before the state is taken: no event can fall between the two.
        self._listeners.append(listener)
        if len(self._listeners) > _MOST_LISTENERS:
            self._let_go(self._listeners[0])
        listener.waiting.put_nowait(state())
        sender = asyncio.create_task(_send(listener))
        try:
            async for _ in socket:
                # A page has nothing to say here.
                await socket.close(code=WSCloseCode.POLICY_VIOLATION)
        finally:
            self._forget(listener)
            sender.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await sender
        return socket

    async def close(self) -> None:
        """Let everybody go."""
        for one in list(self._listeners):
            self._let_go(one, WSCloseCode.GOING_AWAY)
        await asyncio.gather(*self._closing, return_exceptions=True)

    def _let_go(self, one: _Listener, code: int = WSCloseCode.TRY_AGAIN_LATER) -> None:
        self._forget(one)
        task: asyncio.Task[object] = asyncio.create_task(one.socket.close(code=code))
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)

    def _forget(self, one: _Listener) -> None:
        if one in self._listeners:
            self._listeners.remove(one)


async def _send(listener: _Listener) -> None:
    with contextlib.suppress(ConnectionError):
        while True:
            await listener.socket.send_json(await listener.waiting.get())
