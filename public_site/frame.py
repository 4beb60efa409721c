"""What surrounds every request: limits, errors, security headers, counting, the log line."""

from __future__ import annotations

import itertools
import logging
import secrets
import time
from collections.abc import Awaitable, Callable

from aiohttp import HttpVersion10, web

from core.errors import Invalid, MaskmapError
from core.log import get_logger, request_id
from public_site.answers import PREFLIGHT
from public_site.keys import METRICS, POLICY
from public_site.metrics import Metrics
from public_site.problems import AddressTooLong, explain
from public_site.serving.forms import BodyTooLarge
from public_site.serving.policy import DATA_PATHS
from public_site.serving.ready import Prepared, Ready

LONGEST_QUERY = 4096
# No address here knows a third as many parameters.
MOST_PARAMETERS = 64
SLOW_S = 1.0
# Names of requests: this process, and a number. Asking the system for chance each time costs more.
_PROCESS = secrets.token_hex(6)
_numbers = itertools.count(1)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = get_logger(__name__)
_plain_log = logging.getLogger(__name__)


def new_identity() -> str:
    """Return the name of a request, for `X-Request-ID` and the log."""
    return f"{_PROCESS}{next(_numbers):08x}"


@web.middleware
async def frame(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer within the limits, turn every fault into an answer, count and log it."""
    identity = new_identity()
    token = request_id.set(identity)
    started = time.perf_counter()
    try:
        response = await _answer(request, handler, identity)
        response = _decorate(request, response, identity)
        count(
            request.app[METRICS],
            request,
            route_of(request),
            response.status,
            time.perf_counter() - started,
        )
        return response
    finally:
        request_id.reset(token)


async def _answer(request: web.Request, handler: Handler, identity: str) -> web.StreamResponse:
    try:
        _refuse_the_excessive(request)
        if request.method == "OPTIONS":
            return _options(request)
        return await handler(request)
    except (MaskmapError, web.HTTPException) as error:
        return explain(request, error, identity)
    except ConnectionError:  # the client went while we were reading; nobody sees this answer
        return explain(request, Invalid("the connection was lost"), identity)
    except Exception as error:  # the outermost place of a request: logged, counted, answered
        log.exception("request failed", method=request.method, path=request.path)
        return explain(request, error, identity)


def _refuse_the_excessive(request: web.Request) -> None:
    """Refuse what no sensible client sends, before anything is made of it.

    Raises:
        AddressTooLong, BodyTooLarge, Invalid: as their names say.
    """
    if request.version < HttpVersion10:
        raise Invalid("this site speaks HTTP/1.1 and HTTP/1.0")
    query = request.rel_url.raw_query_string
    if len(query) > LONGEST_QUERY:
        raise AddressTooLong(f"a query has at most {LONGEST_QUERY} characters: ask in several")
    if len(request.rel_url.raw_path) > LONGEST_QUERY:
        raise AddressTooLong(f"a path has at most {LONGEST_QUERY} characters")
    if query.count("&") >= MOST_PARAMETERS:
        raise Invalid(f"a query has at most {MOST_PARAMETERS} parameters")
    if request.body_exists and request.method != "POST":
        raise BodyTooLarge(f"no body is read with {request.method}; send none")


def _options(request: web.Request) -> web.Response:
    """Say what is possible at an address; open data may be asked from any origin."""
    data = request.path.startswith(DATA_PATHS)
    allowed = _allowed(request)
    if not allowed and not data:
        raise web.HTTPNotFound
    headers = {"Allow": ", ".join(sorted({*(allowed or {"GET", "HEAD"}), "OPTIONS"}))}
    return web.Response(status=204, headers=headers | (PREFLIGHT if data else {}))


def _allowed(request: web.Request) -> set[str]:
    """Return the methods that an address knows; none where there is no such address."""
    error = request.match_info.http_exception
    return set(error.allowed_methods) if isinstance(error, web.HTTPMethodNotAllowed) else set()


def _decorate(
    request: web.Request, response: web.StreamResponse, identity: str
) -> web.StreamResponse:
    """Add the headers that every answer carries."""
    policy = request.app[POLICY]
    if isinstance(response, Prepared):
        response.more = policy.lines_of(request.path) + identity_line(identity)
        return response
    response.headers.update(policy.of(request.path))
    response.headers["X-Request-ID"] = identity
    if request.body_exists and isinstance(response, web.Response):
        # What was not read is read away or cut off, which only a prepared answer does.
        return Prepared(Ready.of(response), response.status)
    return response


def identity_line(identity: str) -> bytes:
    """Return the header `X-Request-ID`."""
    return b"X-Request-ID: %b\r\n" % identity.encode()


def route_of(request: web.Request) -> str:
    """Return the route as it was declared, which names no outlet and no person."""
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"


def count(
    metrics: Metrics, request: web.BaseRequest, route: str, status: int, seconds: float
) -> None:
    """Count a request, and log it unless all went well: a crowd would fill the disk.

    The query is never logged: it may hold a position, or where somebody lives.
    """
    metrics.request(route, status, seconds)
    fine = status < 400 and seconds < SLOW_S
    if fine and not _plain_log.isEnabledFor(logging.DEBUG):
        return
    write = log.debug if fine else log.info
    milliseconds = round(seconds * 1000, 1)
    write("request", method=request.method, path=request.path, status=status, ms=milliseconds)
