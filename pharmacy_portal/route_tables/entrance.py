"""Addresses of the entrance: login, the session, files."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import login
from pharmacy_portal.pages import entrance
from pharmacy_portal.routes import V1, Route

_SESSION, _PUBLIC = Permission.SESSION, Permission.PUBLIC

PAGES = (
    Route("GET", "/login", entrance.get_login, _PUBLIC, kind="page"),
    Route("GET", "/static/{name}", entrance.get_static, _PUBLIC, kind="plain"),
)
API = (
    Route("POST", f"{V1}/login/challenge", login.post_challenge, _PUBLIC, in_practice=True),
    Route("POST", f"{V1}/login", login.post_login, _PUBLIC, in_practice=True),
    Route("GET", f"{V1}/me", login.get_me, _SESSION, passive=True),
    Route("POST", f"{V1}/logout", login.post_logout, _SESSION, in_practice=True),
)
