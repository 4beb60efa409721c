"""The portal's two cookies: the session's, and the one a login challenge is bound to.

Over TLS their names begin with ``__Host-``, so that no neighbouring host can set them.
"""

from __future__ import annotations

from aiohttp import web

from pharmacy_portal.login.challenges import VALID_FOR
from pharmacy_portal.origins import is_secure

SESSION_NAME = "maskmap"
PRE_LOGIN_NAME = "maskmap-login"


def session_cookie_name(origin: str) -> str:
    """Return the session cookie's name at an origin."""
    return f"__Host-{SESSION_NAME}" if is_secure(origin) else f"{SESSION_NAME}_session"


def _pre_login_name(origin: str) -> str:
    return f"__Host-{PRE_LOGIN_NAME}" if is_secure(origin) else PRE_LOGIN_NAME


def session_secret(request: web.Request, origin: str) -> str | None:
    """Return the secret in a request's session cookie."""
    return request.cookies.get(session_cookie_name(origin))


def pre_login_secret(request: web.Request, origin: str) -> str | None:
    """Return the secret in a request's pre-login cookie."""
    return request.cookies.get(_pre_login_name(origin))


def set_session_cookie(response: web.Response, origin: str, secret: str) -> None:
    """Hand out a session, and take back the pre-login cookie."""
    _set(response, session_cookie_name(origin), secret, origin)
    response.del_cookie(_pre_login_name(origin), path="/")


def set_pre_login_cookie(response: web.Response, origin: str, secret: str) -> None:
    """Bind a browser to its challenge."""
    seconds = int(VALID_FOR.total_seconds())
    _set(response, _pre_login_name(origin), secret, origin, max_age=seconds)


def drop_session_cookie(response: web.Response, origin: str) -> None:
    """Tell the browser to forget its session."""
    response.del_cookie(
        session_cookie_name(origin),
        path="/",
        secure=is_secure(origin),
        httponly=True,
        samesite="Strict",
    )


def _set(
    response: web.Response, name: str, value: str, origin: str, *, max_age: int | None = None
) -> None:
    response.set_cookie(
        name,
        value,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=is_secure(origin),
        max_age=max_age,
    )
