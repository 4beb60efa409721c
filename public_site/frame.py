"""What surrounds every request: limits, errors, security headers, counting, the log line."""

from __future__ import annotations

import itertools
import logging
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import web

from core.errors import MaskmapError
from core.log import get_logger, request_id
from public_site.answers import CORS, PREFLIGHT
from public_site.keys import METRICS
from public_site.problems import DATA_PATHS, AddressTooLong, explain

LONGEST_QUERY = 4096
SLOW_S = 1.0
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
        " object-src 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "maskmap",
}

OPEN_DATA = SECURITY | CORS
# Names of requests: this process, and a number. Asking the system for chance each time costs more.
_PROCESS = secrets.token_hex(6)
_numbers = itertools.count(1)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = get_logger(__name__)
_plain_log = logging.getLogger(__name__)


@web.middleware
async def frame(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer within the limits, turn every fault into an answer, count and log it."""
    identity = f"{_PROCESS}{next(_numbers):08x}"
    token = request_id.set(identity)
    started = time.perf_counter()
    try:
        response = await _answer(request, handler, identity)
        _decorate(request, response, identity)
        _count(request, response.status, time.perf_counter() - started)
        return response
    finally:
        request_id.reset(token)


async def _answer(request: web.Request, handler: Handler, identity: str) -> web.StreamResponse:
    try:
        if len(request.query_string) > LONGEST_QUERY:
            raise AddressTooLong(f"a query has at most {LONGEST_QUERY} characters")
        if request.method == "OPTIONS" and request.path.startswith(DATA_PATHS):
            return web.Response(status=204, headers=PREFLIGHT)
        return await handler(request)
    except (MaskmapError, web.HTTPException) as error:
        return explain(request, error, identity)
    except Exception as error:  # the outermost place of a request: logged, counted, answered
        log.exception("request failed", method=request.method, path=request.path)
        return explain(request, error, identity)


def _decorate(request: web.Request, response: web.StreamResponse, identity: str) -> None:
    headers = response.headers
    headers.update(OPEN_DATA if request.path.startswith(DATA_PATHS) else SECURITY)
    headers["X-Request-ID"] = identity


def _count(request: web.Request, status: int, seconds: float) -> None:
    """Count a request, and log it unless all went well: a crowd would fill the disk.

    The query is never logged: it may hold a position, or where somebody lives.
    """
    resource = request.match_info.route.resource
    request.app[METRICS].request(
        resource.canonical if resource is not None else "none", status, seconds
    )
    fine = status < 400 and seconds < SLOW_S
    if fine and not _plain_log.isEnabledFor(logging.DEBUG):
        return
    write = log.debug if fine else log.info
    milliseconds = round(seconds * 1000, 1)
    write("request", method=request.method, path=request.path, status=status, ms=milliseconds)
