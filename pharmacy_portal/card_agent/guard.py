"""Who may speak to the agent: the right host, a known origin, a paired page, in JSON.

Any web page, and any program of any user of this computer, can send requests to 127.0.0.1. None of
them reaches a card but through here. The order matters: what fails the first two checks learns
nothing, and gets no CORS headers, so that a browser shows the answer to no page.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Collection
from pathlib import Path

from aiohttp import web

from core.log import get_logger
from pharmacy_portal.card_agent.door import Door
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome
from pharmacy_portal.card_agent.pairing import Pairing

STATUS_PATH, PAIR_PATH = "/v1/status", "/v1/pair"
# A person has to find and type a PIN for these.
PATIENT_PATHS = frozenset({"/v1/login/sign", "/v1/enrol"})
LIMIT_S = 8.0
PATIENT_LIMIT_S = 110.0
ORIGIN = web.RequestKey("origin", str)
PAIRED = web.RequestKey("paired", bool)
TOKEN = web.RequestKey("token", str)
_TOKEN_PROTOCOL = "token."  # noqa: S105 - the prefix of a name
_ALWAYS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Server": "maskmap-agent",
}
_log = get_logger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Guard:
    """Stands before every handler."""

    def __init__(self, origins: Collection[str], pairing: Pairing) -> None:
        self.origins = frozenset(origins)
        self.port = 0
        self.door: Door | None = None
        self._pairing = pairing

    @web.middleware
    async def check(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Let a request through, or answer why not."""
        try:
            origin = self._origin(request)
        except CardFault as fault:
            return _refusal(fault, {})
        request[ORIGIN] = origin
        cors = _cors(origin) if origin else {}
        if request.method == "OPTIONS":
            return _preflight(request, cors)
        try:
            response = await self._served(request, handler, origin)
        except CardFault as fault:
            return _refusal(fault, cors)
        if not response.prepared:
            response.headers.update(_ALWAYS | cors)
        return response

    def _origin(self, request: web.Request) -> str:
        """Return the origin of a request; empty where it may be absent.

        Raises:
            CardFault: ``host``, ``origin``.
        """
        # A name that an attacker's DNS leads to 127.0.0.1 still stands in the Host header.
        mine = {f"127.0.0.1:{self.port}", f"localhost:{self.port}"}
        if request.headers.getall("Host", []) not in [[name] for name in mine]:
            raise CardFault(Outcome.HOST)
        origins = request.headers.getall("Origin", [])
        if not origins and request.method == "GET" and request.path == STATUS_PATH:
            return ""
        if len(origins) != 1 or origins[0] not in self.origins:
            raise CardFault(Outcome.ORIGIN)
        return origins[0]

    async def _served(
        self, request: web.Request, handler: Handler, origin: str
    ) -> web.StreamResponse:
        token = request[TOKEN] = _token(request)
        request[PAIRED] = bool(origin and token) and self._pairing.holds(token, origin)
        _check_route(request)
        if not request[PAIRED] and request.path not in (STATUS_PATH, PAIR_PATH):
            raise CardFault(Outcome.NOT_PAIRED)
        # A form can be posted to anybody without asking; JSON cannot.
        if request.method in ("POST", "PUT") and request.content_type != "application/json":
            raise CardFault(Outcome.CONTENT_TYPE)
        if request[PAIRED] and self.door is not None:
            with self.door.kept(request.transport):
                return await _timed(request, handler)
        return await _timed(request, handler)


def _check_route(request: web.Request) -> None:
    fault = request.match_info.http_exception
    if fault is not None:
        raise CardFault(Outcome.METHOD if fault.status == 405 else Outcome.NOT_FOUND)


async def _timed(request: web.Request, handler: Handler) -> web.StreamResponse:
    if _is_upgrade(request):
        return await _answered(request, handler)
    limit = PATIENT_LIMIT_S if request.path in PATIENT_PATHS else LIMIT_S
    try:
        async with asyncio.timeout(limit):
            return await _answered(request, handler)
    except TimeoutError:
        raise CardFault(Outcome.TIMEOUT) from None


async def _answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPRequestEntityTooLarge:
        raise CardFault(Outcome.TOO_LARGE) from None
    except web.HTTPException:
        raise CardFault(Outcome.BODY) from None
    except (CardFault, TimeoutError):
        raise
    except Exception as error:  # noqa: BLE001 - the outermost place; the agent must go on
        # Neither the error's text nor the request: either could hold what a card said.
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        _log.error("request_fault", fault=type(error).__name__, place=place, path=request.path)
        return web.json_response(CardFault(Outcome.CARD_FAULT).as_json(), status=500)


def _is_upgrade(request: web.Request) -> bool:
    return request.path == "/v1/events" and "Upgrade" in request.headers


def _token(request: web.Request) -> str:
    """Return the token; a browser's WebSocket has no headers of its own, only subprotocols."""
    authorisation = request.headers.get("Authorization", "")
    if authorisation.startswith("Bearer "):
        return authorisation.removeprefix("Bearer ")
    offered = request.headers.get("Sec-WebSocket-Protocol", "").split(",")
    named = (name.strip() for name in offered)
    tokens = [name for name in named if name.startswith(_TOKEN_PROTOCOL)]
    return tokens[0].removeprefix(_TOKEN_PROTOCOL) if _is_upgrade(request) and tokens else ""


def _cors(origin: str) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": origin,
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Vary": "Origin",
    }


def _preflight(request: web.Request, cors: dict[str, str]) -> web.Response:
    """Answer a browser that asks before it sends a page's request."""
    allowed = {
        "Access-Control-Allow-Methods": "GET, POST, PUT",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Max-Age": "600",
    }
    # Chromium before its Local Network Access asked by these two headers.
    if request.headers.get("Access-Control-Request-Private-Network") == "true":
        allowed["Access-Control-Allow-Private-Network"] = "true"
    return web.Response(status=204, headers=_ALWAYS | cors | allowed)


def _refusal(fault: CardFault, cors: dict[str, str]) -> web.Response:
    body: dict[str, object] = dict(fault.as_json())
    if (tries_left := getattr(fault, "tries_left", None)) is not None:
        body["tries_left"] = tries_left
    response = web.json_response(body, status=fault.http_status, headers=_ALWAYS | cors)
    # What the client has not sent yet is not waited for.
    if fault.outcome in (Outcome.TOO_LARGE, Outcome.TIMEOUT, Outcome.HOST, Outcome.ORIGIN):
        response.force_close()
    return response
