"""Passkeys: made after a card login, listed, removed; and the login with one."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from core.actions.card_readings import NoReading
from core.actions.desk import audit_row, free_text
from core.domain.buyers import PersonKey
from core.domain.calendar import parse_birth_date, rfc3339
from core.domain.eligibility import Claim
from core.errors import Conflict, Invalid, MaskmapError, NotFound
from core.ports.passkeys import Passkey
from pharmacy_portal.api.bodies import LONGEST_FIELD, Body, json_response, read_body
from pharmacy_portal.api.login import (
    address_of,
    begin_session,
    record_refusal,
    within_session,
)
from pharmacy_portal.cookies import pre_login_secret, set_pre_login_cookie
from pharmacy_portal.login.certificates import LoginRefused
from pharmacy_portal.login.challenges import Challenge
from pharmacy_portal.login.passkeys import (
    MOST_PASSKEYS,
    CardReadingProof,
    PasskeyHolder,
    named_by_card,
    use,
    verify_passkey,
)
from pharmacy_portal.login.verification import ChooseInstitution, choose_grant
from pharmacy_portal.login.webauthn_checks import (
    check_enrolment,
    credential_id,
    enrolment_options,
    login_options,
    transports_of,
)
from pharmacy_portal.readings import Reading
from pharmacy_portal.sessions import BY_PASSKEY, FINGERPRINT, METHOD
from pharmacy_portal.wiring import ORIGIN, portal_of, session_of

_LONGEST_NAME = 40


class NhiCard(Body, frozen=True):
    """An NHI card as the card agent read it."""

    id_number: str
    birth_date: str
    reading: Reading

    def claim(self) -> Claim:
        """Return whose card it says it is.

        Raises:
            Invalid: a field is far too long.
        """
        if max(len(self.id_number), len(self.birth_date)) > LONGEST_FIELD:
            raise Invalid("a field is too long")
        return Claim("01", self.id_number, parse_birth_date(self.birth_date))


class NewPasskey(Body, frozen=True):
    """A credential as the browser made it, its name, and the NHI card that shall name its user."""

    credential: dict[str, Any]
    name: str = ""
    nhi: NhiCard | None = None


class PasskeyChoice(Body, frozen=True):
    """The NHI card in the reader, if one shall name the user."""

    nhi: NhiCard | None = None


class PasskeyLogin(Body, frozen=True):
    """A credential's assertion as the browser gave it, and the institution chosen."""

    credential: dict[str, Any]
    institution: str | None = None


async def post_options(request: web.Request) -> web.Response:
    """Say what the browser shall make a passkey for."""
    portal, session = portal_of(request), session_of(request)
    known = await portal.state.passkeys.passkeys_of(session.user)
    _check_room(len(known))
    secret, challenge = portal.challenges.issue()
    options = enrolment_options(session, known, request[ORIGIN], challenge)
    return _with_challenge(request, options, secret, challenge)


async def post_passkey(request: web.Request) -> web.Response:
    """Keep a new passkey of the user who logged in with a card."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, NewPasskey)
    challenge = take_challenge(request)
    try:
        identity, public_key, count = check_enrolment(body.credential, request[ORIGIN], challenge)
    except LoginRefused as refusal:
        raise within_session(refusal) from None
    known = await portal.state.passkeys.passkeys_of(session.user)
    _check_room(len(known))
    name = free_text(body.name.strip(), _LONGEST_NAME) or f"passkey {len(known) + 1}"
    made = Passkey(
        id=identity,
        user=session.user,
        name=name,
        public_key=public_key,
        sign_count=count,
        institution=session.institution,
        created_at=portal.clock(),
        transports=transports_of(body.credential),
        person=await _person(request, body.nhi) if body.nhi else None,
    )
    row = audit_row(
        "passkey_added",
        by=session.user,
        outlet=session.institution,
        passkey=identity,
        nhi_card=made.person is not None,
    )
    if not await portal.state.passkeys.save_passkey(made, row):
        raise Conflict("this passkey is already known", code="ALREADY_DONE")
    return json_response(_shown(made), 201)


async def get_passkeys(request: web.Request) -> web.Response:
    """List the user's own passkeys."""
    known = await portal_of(request).state.passkeys.passkeys_of(session_of(request).user)
    return json_response({"passkeys": [_shown(one) for one in known]})


async def delete_passkey(request: web.Request) -> web.Response:
    """Remove one of the user's own passkeys."""
    portal, session = portal_of(request), session_of(request)
    identity = request.match_info["passkey"]
    row = audit_row(
        "passkey_removed", by=session.user, outlet=session.institution, passkey=identity
    )
    removed = await portal.state.passkeys.remove_passkey(
        identity, session.user, row, portal.clock()
    )
    if not removed:
        raise NotFound("no such passkey")
    return json_response({"removed": identity})


async def post_login_options(request: web.Request) -> web.Response:
    """Say what the browser shall ask the authenticator for; an NHI card may name the user."""
    portal = portal_of(request)
    portal.budgets.spend_login(address_of(request))
    body = await read_body(request, PasskeyChoice)
    allowed = await _named(request, body.nhi) if body.nhi else []
    secret, challenge = portal.challenges.issue()
    options = login_options(allowed, request[ORIGIN], challenge)
    return _with_challenge(request, options, secret, challenge)


async def post_login(request: web.Request) -> web.Response:
    """Log in with a passkey."""
    portal, now = portal_of(request), portal_of(request).clock()
    portal.budgets.spend_login(address_of(request))
    secret = pre_login_secret(request, request[ORIGIN])
    challenge = take_challenge(request)
    body = await read_body(request, PasskeyLogin)
    try:
        holder = await holder_of(request, body.credential, challenge)
        grant = choose_grant(holder.user, body.institution)
        await use(portal.state, holder, now)
    except ChooseInstitution:
        assert secret and challenge
        portal.challenges.give_back(secret, challenge, only_for=credential_id(body.credential))
        raise
    except MaskmapError as refusal:
        await record_refusal(request, refusal)
        raise
    evidence = holder.evidence
    facts = {"method": BY_PASSKEY, "passkey": holder.passkey.id, "evidence": evidence.revocation}
    data = {METHOD: BY_PASSKEY, FINGERPRINT: evidence.fingerprint}
    return await begin_session(request, holder.user, grant, facts, data)


async def holder_of(
    request: web.Request, credential: dict[str, Any], challenge: Challenge | None
) -> PasskeyHolder:
    """Check an assertion against the challenge of this browser."""
    portal = portal_of(request)
    return await verify_passkey(
        portal.state,
        portal.certificates,
        credential,
        origin=request[ORIGIN],
        challenge=challenge,
        now=portal.clock(),
    )


def take_challenge(request: web.Request) -> Challenge | None:
    """Use up the challenge of this browser."""
    secret = pre_login_secret(request, request[ORIGIN])
    return portal_of(request).challenges.take(secret) if secret else None


async def _named(request: web.Request, nhi: NhiCard) -> list[str]:
    portal, reading = portal_of(request), nhi.reading
    proof = CardReadingProof(
        reading.nonce, reading.reader, reading.read_at, reading.record_sha256, reading.proof
    )
    return await named_by_card(
        portal.state,
        nhi.claim(),
        proof,
        origin=request[ORIGIN],
        challenge=take_challenge(request),
        now=portal.clock(),
    )


async def _person(request: web.Request, nhi: NhiCard) -> PersonKey:
    """Return the keyed hash of an NHI card that was read for this session just now.

    Raises:
        Invalid: the reading does not hold.
    """
    portal, claim = portal_of(request), nhi.claim()
    reading = await portal.readings.for_check(
        session_of(request), request[ORIGIN], claim, nhi.reading
    )
    if isinstance(reading, NoReading):
        raise Invalid(f"the reading of the NHI card does not hold: {reading.why}")
    return portal.state.keys.of(claim.number)


def _check_room(passkeys: int) -> None:
    if passkeys >= MOST_PASSKEYS:
        raise Conflict(f"at most {MOST_PASSKEYS} passkeys", code="PASSKEY_LIMIT")


def _with_challenge(
    request: web.Request, options: dict[str, Any], secret: str, challenge: Challenge
) -> web.Response:
    body = {"options": options, "expires_at": rfc3339(challenge.expires_at)}
    response = json_response(body)
    set_pre_login_cookie(response, request[ORIGIN], secret)
    return response


def _shown(passkey: Passkey) -> dict[str, object]:
    return {
        "id": passkey.id,
        "name": passkey.name,
        "created_at": rfc3339(passkey.created_at),
        "used_at": rfc3339(passkey.used_at) if passkey.used_at else None,
        "nhi_card": passkey.person is not None,
    }
