"""Locking a till and unlocking it: kept by the server, so that it outlives a reload."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from aiohttp import web

from core.actions.desk import audit_row
from core.domain.calendar import rfc3339
from core.errors import MaskmapError, NotPermitted
from pharmacy_portal.api.bodies import Body, json_response, read_body
from pharmacy_portal.api.login import (
    address_of,
    record_refusal,
    remember_certificate,
    who,
    within_session,
)
from pharmacy_portal.api.passkeys import holder_of, take_challenge
from pharmacy_portal.login.certificates import LoginRefused
from pharmacy_portal.login.passkeys import use
from pharmacy_portal.login.verification import LoginRequest, verify_holder
from pharmacy_portal.sessions import (
    BY_CERTIFICATE,
    BY_PASSKEY,
    FINGERPRINT,
    LOCKED_AT,
    METHOD,
    is_locked,
)
from pharmacy_portal.wiring import ORIGIN, portal_of, session_of


class Unlock(Body, frozen=True):
    """A card's signature over a fresh challenge as at login, or a passkey's assertion."""

    certificate: str = ""
    signature: str = ""
    mechanism: str = ""
    intermediates: list[str] | str | None = None
    challenge: str | None = None
    credential: dict[str, Any] | None = None


async def post_lock(request: web.Request) -> web.Response:
    """Lock this session; once is enough."""
    session = session_of(request)
    if not is_locked(session):
        await _change(request, "session_locked", {LOCKED_AT: rfc3339(portal_of(request).clock())})
    return json_response({"locked": True})


async def post_unlock(request: web.Request) -> web.Response:
    """Unlock this session with a card or a passkey of its own user."""
    portal = portal_of(request)
    portal.budgets.spend_login(address_of(request))
    body = await read_body(request, Unlock)
    try:
        method, fingerprint = await _proof(request, body)
    except LoginRefused as refusal:
        await record_refusal(request, refusal)
        raise within_session(refusal) from None
    except MaskmapError as refusal:
        await record_refusal(request, refusal)
        raise
    # What unlocked it is what it rests on: a found passkey does not inherit a card's acts.
    data = {LOCKED_AT: "", FINGERPRINT: fingerprint, METHOD: method}
    return json_response(who(await _change(request, "session_unlocked", data, method=method)))


async def _proof(request: web.Request, body: Unlock) -> tuple[str, str]:
    """Return how the user showed himself, and the certificate the session rests on from now.

    Raises:
        NotPermitted: OTHER_USER, or LoginRefused with its code.
    """
    portal, challenge, now = portal_of(request), take_challenge(request), portal_of(request).clock()
    if body.credential is not None:
        by_passkey = await holder_of(request, body.credential, challenge)
        _check_same(request, by_passkey.user.id)
        await use(portal.state, by_passkey, now)
        return BY_PASSKEY, by_passkey.evidence.fingerprint
    signed = LoginRequest(
        body.certificate,
        body.signature,
        body.mechanism,
        body.intermediates,
        challenge=body.challenge,
    )
    holder = await verify_holder(
        portal.state,
        portal.certificates,
        signed,
        origin=request[ORIGIN],
        challenge=challenge,
        now=now,
    )
    _check_same(request, holder.user.id)
    await remember_certificate(portal, holder, now)
    return BY_CERTIFICATE, holder.evidence.fingerprint


def _check_same(request: web.Request, user: str) -> None:
    if user != session_of(request).user:
        raise NotPermitted("another user's card", code="OTHER_USER")


async def _change(request: web.Request, act: str, data: Mapping[str, str], **facts: object) -> Any:
    """Change what the session remembers, with its audit row."""
    portal, session, now = portal_of(request), session_of(request), portal_of(request).clock()
    row = audit_row(act, by=session.user, outlet=session.institution, **facts)
    seen = replace(session, seen_at=now)
    if not await portal.state.passkeys.change_session(seen, data, row, now):
        raise NotPermitted("the session has ended", code="SESSION_EXPIRED")
    return await portal.sessions.reread(seen)
