"""What happens around every handler: two layers, the outer one answers, the inner one guards."""

from __future__ import annotations

import asyncio
import itertools
import secrets
import time
import traceback
from functools import lru_cache
from pathlib import Path

from aiohttp import web
from yarl import URL

from core.actions.desk import Desk
from core.domain.access import Permission
from core.errors import MaskmapError, NotPermitted, Unavailable
from core.log import get_logger, request_id
from core.ports import Session
from pharmacy_portal.cookies import session_secret
from pharmacy_portal.languages import language_of
from pharmacy_portal.origins import is_secure, served_origin
from pharmacy_portal.permission_names import may
from pharmacy_portal.problems import http_problem, problem, unexpected
from pharmacy_portal.routes import Handler, Route, route_of
from pharmacy_portal.sessions import began_with_card, is_locked
from pharmacy_portal.wiring import DESK, ORIGIN, SESSION, portal_of

# Every request ends within 10 s; the rest is for writing the answer.
LIMIT_S = 9.0
SLOW_S = 1.0
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CONTENT_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
    " object-src 'none'; connect-src 'self'"
)
SECURITY_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_TRANSPORT_SECURITY = "max-age=31536000"
# Asking the system for chance on every request would let go of the interpreter's lock each time.
_PROCESS = secrets.token_hex(4)
_numbers = itertools.count(1)
_log = get_logger(__name__)


@web.middleware
async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Give every request an id, a limit, one translation of its errors, and safe headers."""
    started = time.perf_counter()
    request_id.set(f"{_PROCESS}-{next(_numbers):x}")
    row = route_of(request)
    response = await _translated(request, handler, row)
    for name, value in SECURITY_HEADERS.items():
        response.headers[name] = value
    ports = portal_of(request).settings.agent_ports
    response.headers["Content-Security-Policy"] = _content_policy(ports)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["X-Request-Id"] = request_id.get()
    if is_secure(request.get(ORIGIN, "")):
        response.headers["Strict-Transport-Security"] = _TRANSPORT_SECURITY
    _observe(request, row, response.status, time.perf_counter() - started)
    return response


@lru_cache(maxsize=8)
def _content_policy(agent_ports: str) -> str:
    """Let pages speak to this site and to the card agent of their own computer; nobody else."""
    agents = (f" http://127.0.0.1:{port} ws://127.0.0.1:{port}" for port in agent_ports.split(","))
    return CONTENT_POLICY + "".join(agents)


async def _translated(
    request: web.Request, handler: Handler, row: Route | None
) -> web.StreamResponse:
    kind = row.kind if row else ("json" if request.path.startswith("/api/") else "page")
    try:
        async with asyncio.timeout(LIMIT_S):
            return await handler(request)
    except MaskmapError as error:
        return problem(request, error, kind)
    except TimeoutError:
        # Perhaps it was committed: the same key tells.
        late = Unavailable("no answer in time; send the same request again with the same key")
        return problem(request, late, kind)
    except web.HTTPException as error:
        return http_problem(request, error, kind)
    except Exception as error:  # noqa: BLE001  # the outermost net
        described = _described(error)
    # Logged out here: where the log itself fails, Python prints what is being handled.
    _log.error("request_failed", route=row.path if row else "none", **described)
    return unexpected(request, kind)


def _described(fault: Exception) -> dict[str, object]:
    """Say what failed and where, but not in its own words: they may hold a buyer's number."""
    frames = traceback.extract_tb(fault.__traceback__)
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return {"fault": type(fault).__qualname__, "where": places[-8:]}


def _observe(request: web.Request, row: Route | None, status: int, seconds: float) -> None:
    route = row.path if row else "none"
    portal_of(request).metrics.observe(request.method, route, status, seconds)
    if status >= 500 or seconds > SLOW_S:
        _log.warning(
            "request", method=request.method, route=route, status=status, seconds=round(seconds, 3)
        )


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let through what comes from this site, and is permitted to this user."""
    row = route_of(request)
    if row is None or row.any_host:
        return await handler(request)
    portal = portal_of(request)
    origin = request[ORIGIN] = served_origin(request, portal.settings.portal_url)
    if request.method not in SAFE_METHODS:
        _check_same_origin(request, origin)
    secret = session_secret(request, origin)
    session = await portal.sessions.find(secret, active=not row.passive) if secret else None
    if session is not None:
        request[SESSION] = session
        request[DESK] = await _desk(request, row, session)
    if may(session, row.permission):
        if session is not None and row.permission is not Permission.PUBLIC:
            if is_locked(session) and not row.when_locked:
                return _locked(request, row)
            if row.card_needed and not began_with_card(session):
                raise NotPermitted("log in with the card for this", code="CARD_LOGIN_REQUIRED")
        return await handler(request)
    if session is None:
        return _not_logged_in(request, row, had_cookie=bool(secret))
    _log.warning("not_permitted", user=session.user, role=session.role, route=row.path)
    raise NotPermitted("your role does not include this")


def _locked(request: web.Request, row: Route) -> web.Response:
    """Send a page's reader to the home page, which shows the lock; tell a program.

    Raises:
        NotPermitted: SESSION_LOCKED.
    """
    if row.kind != "page":
        raise NotPermitted("the session is locked", code="SESSION_LOCKED")
    query = {"lang": language_of(request)} if "lang" in request.query else {}
    return web.Response(status=303, headers={"Location": str(URL("/").with_query(query))})


async def _desk(request: web.Request, row: Route, session: Session) -> Desk:
    """Return the desk of a session; one that practises never gets the real one.

    Raises:
        NotPermitted: PRACTICE_MODE: the act is not made for practice.
    """
    portal = portal_of(request)
    if not portal.practice.practises(session):
        return portal.desk
    if request.method not in SAFE_METHODS and not row.in_practice:
        raise NotPermitted("leave the practice mode first", code="PRACTICE_MODE")
    return await portal.practice.desk(session)


def _check_same_origin(request: web.Request, origin: str) -> None:
    """Refuse what another site's page sends.

    A browser names its origin on every unsafe request. A program (a till's software) names none,
    and sends no Fetch metadata either; it cannot be tricked by a page, and speaks JSON.

    Raises:
        NotPermitted: the request comes from elsewhere.
        HTTPUnsupportedMediaType: the body is something a plain HTML form could send.
    """
    named = request.headers.get("Origin")
    from_browser = any(name.lower().startswith("sec-fetch-") for name in request.headers)
    if named != origin and (named is not None or from_browser):
        raise NotPermitted("the request comes from another site")
    if _has_body(request) and request.content_type != "application/json":
        raise web.HTTPUnsupportedMediaType(text="send application/json")


def _has_body(request: web.Request) -> bool:
    return request.body_exists and request.headers.get("Content-Length") != "0"


def _not_logged_in(request: web.Request, row: Route, *, had_cookie: bool) -> web.Response:
    """Send a page's reader to the login; tell a program that it is not logged in.

    Raises:
        NotPermitted: SESSION_EXPIRED, as 401.
    """
    assert row.permission is not Permission.PUBLIC
    if row.kind != "page":
        raise NotPermitted("log in first", code="SESSION_EXPIRED")
    query = {"expired": "1"} if had_cookie else {}
    if "lang" in request.query:
        query["lang"] = language_of(request)
    place = str(URL("/login").with_query(query))
    return web.Response(status=303, headers={"Location": place})
