"""Logging in and out, and who one is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from aiohttp import web

from core.actions.desk import audit_row
from core.domain.calendar import rfc3339
from core.errors import Conflict, MaskmapError
from core.log import get_logger
from core.ports import Grant, Session, User
from core.ports.passkeys import LoginCertificate
from pharmacy_portal.api.bodies import json_response, read_body
from pharmacy_portal.cookies import (
    drop_session_cookie,
    pre_login_secret,
    set_pre_login_cookie,
    set_session_cookie,
)
from pharmacy_portal.login.certificates import LoginRefused, fingerprint_of, read_certificate
from pharmacy_portal.login.challenges import Challenge
from pharmacy_portal.login.verification import (
    ChooseInstitution,
    Holder,
    LoginRequest,
    verify_login,
)
from pharmacy_portal.permission_names import authorised_services, permissions_of
from pharmacy_portal.sessions import (
    BY_CERTIFICATE,
    FINGERPRINT,
    METHOD,
    is_locked,
)
from pharmacy_portal.wiring import ORIGIN, SESSION, Portal, portal_of, session_of

INSTITUTIONS = "institutions"
_log = get_logger(__name__)


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
    try:
        return await log_in(request, wanted, challenge)
    except ChooseInstitution:
        # One PIN is enough: the same signature may come again with the institution.
        assert secret and challenge
        fingerprint = fingerprint_of(read_certificate(wanted.certificate))
        portal.challenges.give_back(secret, challenge, only_for=fingerprint)
        raise


async def log_in(
    request: web.Request, wanted: LoginRequest, challenge: Challenge | None
) -> web.Response:
    """Verify a login and open its session; both outcomes leave an audit row."""
    portal = portal_of(request)
    now = portal.clock()
    try:
        found = await verify_login(
            portal.state,
            portal.certificates,
            wanted,
            origin=request[ORIGIN],
            challenge=challenge,
            now=now,
        )
    except ChooseInstitution:
        raise
    except MaskmapError as refusal:
        await record_refusal(request, refusal)
        raise
    holder = found.holder
    await remember_certificate(portal, holder, now)
    evidence = {"method": BY_CERTIFICATE, "evidence": holder.evidence.revocation}
    return await begin_session(
        request,
        replace(holder.user, certificate=holder.facts.key),
        found.grant,
        evidence | {"card": holder.facts.kind},
        {METHOD: BY_CERTIFICATE, FINGERPRINT: holder.evidence.fingerprint},
    )


async def begin_session(
    request: web.Request,
    user: User,
    grant: Grant,
    facts: Mapping[str, object],
    data: Mapping[str, str],
) -> web.Response:
    """Open a session with its audit row (``facts`` go into it), and hand out its cookie."""
    portal = portal_of(request)
    await _end_former_session(request)
    institutions = [one.institution for one in user.grants]
    row = audit_row("login", by=user.id, outlet=grant.institution, **facts)
    secret, session = await portal.sessions.open(
        user, grant, row, {INSTITUTIONS: " ".join(institutions), **data}
    )
    response = json_response(who(session))
    set_session_cookie(response, request[ORIGIN], secret)
    return response


async def remember_certificate(portal: Portal, holder: Holder, now: datetime) -> None:
    """Keep the certificate: sessions and passkeys of its user rest on it."""
    leaf = holder.evidence.chain[0]
    kept = LoginCertificate(
        fingerprint=holder.evidence.fingerprint,
        user=holder.user.id,
        key=holder.facts.key,
        chain=holder.chain,
        not_after=leaf.not_valid_after_utc,
        seen_at=now,
    )
    row: dict[str, object] = {
        "act": "certificate_seen",
        "by": holder.user.id,
        "certificate": holder.evidence.fingerprint,
    }
    if portal.certificates.is_news(kept.fingerprint, kept.user):
        await portal.state.passkeys.remember_certificate(kept, row)
        portal.certificates.note(kept.fingerprint, kept.user)


async def get_me(request: web.Request) -> web.Response:
    """Say who is logged in, where, and what that allows."""
    portal, session = portal_of(request), session_of(request)
    return json_response(
        {**who(session), "expires_at": rfc3339(portal.sessions.limits.end(session))}
    )


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
        "method": session.data.get(METHOD, BY_CERTIFICATE),
        "locked": is_locked(session),
    }


def address_of(request: web.Request) -> str:
    """Return the address a request came from, for the budgets."""
    return request.remote or "unknown"


async def record_refusal(request: web.Request, refusal: MaskmapError) -> None:
    """Count a refused login, and leave its audit row."""
    portal = portal_of(request)
    portal.budgets.count_failed_login(address_of(request))
    # Whoever runs the portal sees here that its trust folder lacks an authority or a list.
    _log.info("login_refused", reason=refusal.code)
    row: dict[str, object] = {"act": "login_refused", "reason": refusal.code}
    await portal.ledger.record(row, portal.clock())


def within_session(refusal: LoginRefused) -> Conflict:
    """Turn a refused proof in a session that goes on into 409: 401 would mean that it has ended."""
    return Conflict(str(refusal), code=refusal.code)


async def _end_former_session(request: web.Request) -> None:
    """A login in a browser that is still logged in ends the session before it."""
    former = request.get(SESSION)
    if former is not None:
        row = audit_row("logout", by=former.user, outlet=former.institution)
        await portal_of(request).sessions.close(former, row)
