"""Logging in and out, and who one is."""

from __future__ import annotations

from datetime import datetime

from aiohttp import web

from core.actions.desk import audit_row
from core.domain.calendar import rfc3339
from core.errors import MaskmapError
from core.ports import Session
from pharmacy_portal.api.bodies import json_response, read_body
from pharmacy_portal.cookies import (
    drop_session_cookie,
    pre_login_secret,
    set_pre_login_cookie,
    set_session_cookie,
)
from pharmacy_portal.login.verification import ChooseInstitution, LoginRequest, verify_login
from pharmacy_portal.permission_names import authorised_services, permissions_of
from pharmacy_portal.sessions import expires_at
from pharmacy_portal.wiring import ORIGIN, SESSION, Portal, portal_of, session_of

INSTITUTIONS = "institutions"


async def post_challenge(request: web.Request) -> web.Response:
    """Hand out a one-use challenge, bound to a fresh pre-login cookie."""
    portal = portal_of(request)
    portal.budgets.spend_login(address_of(request))
    secret, challenge = portal.challenges.issue()
    body = {"challenge": challenge.text, "expires_at": rfc3339(challenge.expires_at)}
    response = json_response(body)
    set_pre_login_cookie(response, request[ORIGIN], secret)
    return response


async def post_login(request: web.Request) -> web.Response:
    """Log in with a card's signature over the challenge of this browser."""
    portal = portal_of(request)
    portal.budgets.spend_login(address_of(request))
    secret = pre_login_secret(request, request[ORIGIN])
    challenge = portal.challenges.take(secret) if secret else None
    wanted = await read_body(request, LoginRequest)
    return await log_in(request, wanted, challenge)


async def log_in(request: web.Request, wanted: LoginRequest, challenge: str | None) -> web.Response:
    """Verify a login and open its session; both outcomes leave an audit row."""
    portal = portal_of(request)
    now = portal.clock()
    try:
        found = await verify_login(
            portal.accounts,
            portal.trust.current(),
            wanted,
            origin=request[ORIGIN],
            challenge=challenge,
            now=now,
        )
    except ChooseInstitution:
        raise
    except MaskmapError as refusal:
        await _record_refusal(portal, request, refusal, now)
        raise
    await _end_former_session(request)
    institutions = [grant.institution for grant in found.user.grants]
    row = audit_row("login", by=found.user.id, outlet=found.grant.institution)
    secret, session = await portal.sessions.open(
        found.user, found.grant, row, {INSTITUTIONS: " ".join(institutions)}
    )
    response = json_response(who(session))
    set_session_cookie(response, request[ORIGIN], secret)
    return response


async def get_me(request: web.Request) -> web.Response:
    """Say who is logged in, where, and what that allows."""
    session = session_of(request)
    return json_response({**who(session), "expires_at": rfc3339(expires_at(session))})


async def post_logout(request: web.Request) -> web.Response:
    """End this session at once."""
    session = session_of(request)
    row = audit_row("logout", by=session.user, outlet=session.institution)
    await portal_of(request).sessions.close(session, row)
    response = json_response({"logged_out": True})
    drop_session_cookie(response, request[ORIGIN])
    return response


def who(session: Session) -> dict[str, object]:
    """Describe a session to its owner."""
    institutions = session.data.get(INSTITUTIONS, session.institution).split()
    return {
        "user": {"id": session.user, "name": session.name},
        "institution": session.institution,
        "institutions": institutions,
        "role": session.role,
        "permissions": permissions_of(session.role, authorised_services(session)),
    }


def address_of(request: web.Request) -> str:
    """Return the address a request came from, for the budgets."""
    return request.remote or "unknown"


async def _record_refusal(
    portal: Portal, request: web.Request, refusal: MaskmapError, now: datetime
) -> None:
    portal.budgets.count_failed_login(address_of(request))
    row: dict[str, object] = {"act": "login_refused", "reason": refusal.code}
    await portal.ledger.record(row, now)


async def _end_former_session(request: web.Request) -> None:
    """A login in a browser that is still logged in ends the session before it."""
    former = request.get(SESSION)
    if former is not None:
        row = audit_row("logout", by=former.user, outlet=former.institution)
        await portal_of(request).sessions.close(former, row)
