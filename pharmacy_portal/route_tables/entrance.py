"""Addresses of the entrance: login, the session, files."""

from __future__ import annotations

from core.domain.access import Permission
from pharmacy_portal.api import login, passkeys, session_lock
from pharmacy_portal.pages import entrance
from pharmacy_portal.routes import V1, Route

_SESSION, _PUBLIC = Permission.SESSION, Permission.PUBLIC
_ALWAYS = {"in_practice": True, "when_locked": True}
# A passkey must not beget passkeys: whoever found one unlocked would have it for ever.
_BY_CARD = {"in_practice": True, "needs_card": True}

PAGES = (
    Route("GET", "/login", entrance.get_login, _PUBLIC, kind="page"),
    Route("GET", "/static/{name}", entrance.get_static, _PUBLIC, kind="plain"),
)
API = (
    Route("POST", f"{V1}/login/challenge", login.post_challenge, _PUBLIC, in_practice=True),
    Route("POST", f"{V1}/login", login.post_login, _PUBLIC, in_practice=True),
    Route("GET", f"{V1}/me", login.get_me, _SESSION, passive=True, when_locked=True),
    Route("POST", f"{V1}/logout", login.post_logout, _SESSION, in_practice=True, when_locked=True),
    Route("POST", f"{V1}/login/passkey/options", passkeys.post_login_options, _PUBLIC, **_ALWAYS),
    Route("POST", f"{V1}/login/passkey", passkeys.post_login, _PUBLIC, **_ALWAYS),
    Route("POST", f"{V1}/passkeys/options", passkeys.post_options, _SESSION, **_BY_CARD),
    Route("POST", f"{V1}/passkeys", passkeys.post_passkey, _SESSION, **_BY_CARD),
    Route("GET", f"{V1}/passkeys", passkeys.get_passkeys, _SESSION),
    Route("DELETE", f"{V1}/passkeys/{{passkey}}", passkeys.delete_passkey, _SESSION, **_BY_CARD),
    Route("POST", f"{V1}/session/lock", session_lock.post_lock, _SESSION, **_ALWAYS),
    Route("POST", f"{V1}/session/unlock", session_lock.post_unlock, _SESSION, **_ALWAYS),
)
