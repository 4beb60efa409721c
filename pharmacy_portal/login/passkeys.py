"""Whose passkey it is, and whether its user's cards still stand. See docs/decisions/0076."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.actions.people import recognise
from core.domain.eligibility import Claim
from core.domain.identity import normalise_number
from core.domain.statements import reading_statement
from core.errors import NotPermitted
from core.log import get_logger
from core.ports import User
from core.ports.passkeys import LoginCertificate, Passkey
from core.storage import State
from pharmacy_portal.login.certificates import LoginRefused
from pharmacy_portal.login.challenges import Challenge
from pharmacy_portal.login.check import CertificateCheck, Evidence
from pharmacy_portal.login.facts import facts_of
from pharmacy_portal.login.verification import read_intermediates
from pharmacy_portal.login.webauthn_checks import check_login, credential_id

MOST_PASSKEYS = 5
READ_WITHIN = timedelta(seconds=60)
_log = get_logger(__name__)


@dataclass(frozen=True)
class PasskeyHolder:
    """Who answered with a passkey, and the certificate of his that stands behind it now."""

    user: User
    passkey: Passkey
    sign_count: int
    evidence: Evidence


async def verify_passkey(
    state: State,
    certificates: CertificateCheck,
    credential: Mapping[str, Any],
    *,
    origin: str,
    challenge: Challenge | None,
    now: datetime,
) -> PasskeyHolder:
    """Check an assertion, and that a certificate of its user is still good.

    Raises:
        LoginRefused: CHALLENGE_EXPIRED, PASSKEY_REFUSED, or the code of the user's newest card
            where none of his cards is good.
    """
    claimed = credential_id(credential)
    if challenge is None or challenge.only_for not in ("", claimed):
        raise LoginRefused("the challenge is used up or too old", code="CHALLENGE_EXPIRED")
    passkey = await state.passkeys.passkey(claimed)
    if passkey is None:
        raise LoginRefused("no such passkey", code="PASSKEY_REFUSED")
    count = check_login(credential, passkey, origin, challenge)
    user, evidence = await _standing(state, certificates, passkey.user, now)
    return PasskeyHolder(user, passkey, count, evidence)


async def use(state: State, holder: PasskeyHolder, now: datetime) -> None:
    """Move the passkey's count on.

    Raises:
        LoginRefused: another login with the same answer was faster.
    """
    passkey = holder.passkey
    moved = await state.passkeys.use_passkey(
        passkey.id, after=passkey.sign_count, count=holder.sign_count, at=now
    )
    if not moved:
        raise LoginRefused("the passkey was used elsewhere meanwhile", code="PASSKEY_REFUSED")


async def _standing(
    state: State, certificates: CertificateCheck, user: str, now: datetime
) -> tuple[User, Evidence]:
    """Return a passkey's user by the first of his certificates that is good now.

    Raises:
        LoginRefused: none is; with the code of the newest one.
    """
    refusals: list[NotPermitted] = []
    for kept in await state.passkeys.certificates_of(user, now):
        try:
            return await _rests_on(state, certificates, kept, now)
        except NotPermitted as fault:
            refusals.append(fault)
    if refusals:
        raise refusals[0]
    raise LoginRefused("no card of this user is valid now", code="CERTIFICATE_EXPIRED")


async def _rests_on(
    state: State, certificates: CertificateCheck, kept: LoginCertificate, now: datetime
) -> tuple[User, Evidence]:
    leaf, *between = read_intermediates(kept.chain)
    evidence = await certificates.check(leaf, between, now)
    found = await recognise(state, facts_of(leaf), now)
    if found is None or found.id != kept.user:
        raise LoginRefused("the card is bound to this user no longer", code="NOT_ENROLLED")
    return found, evidence


@dataclass(frozen=True, slots=True)
class CardReadingProof:
    """What an agent signed of an NHI card's reading before the login; the nonce was ours."""

    nonce: str
    reader: str
    read_at: str
    record_sha256: str
    proof: str


async def named_by_card(
    state: State,
    claim: Claim,
    proof: CardReadingProof,
    *,
    origin: str,
    challenge: Challenge | None,
    now: datetime,
) -> list[str]:
    """Return the passkeys that an NHI card names; a made-up one where it names nobody.

    The card opens nothing: it only spares the choice. Whether it named somebody cannot be told
    from the answer, and without a reading of a trusted agent it never does.
    """
    if challenge is not None and proof.nonce == challenge.text and _is_fresh(proof.read_at, now):
        candidates = await state.passkeys.passkeys_of_person(state.keys.all_of(claim.number))
        named = [one.id for one in candidates if await _proven(state, one, claim, proof, origin)]
        if named:
            return named
    return [_nobody(state, claim)]


def _nobody(state: State, claim: Claim) -> str:
    """Make up a credential id, the same for the same number."""
    made = state.keys.fingerprint(b"no passkey\0" + normalise_number(claim.number).encode())
    return base64.urlsafe_b64encode(hashlib.sha256(made).digest()).rstrip(b"=").decode()


async def _proven(
    state: State, passkey: Passkey, claim: Claim, proof: CardReadingProof, origin: str
) -> bool:
    """Tell whether an agent of the passkey's institution signed the reading."""
    agent_id, _, signature = proof.proof.partition(":")
    agent = await state.agents.agent(agent_id, passkey.institution)
    if agent is None or agent.revoked_at is not None or claim.born is None:
        return False
    try:
        text = reading_statement(
            origin,
            proof.nonce,
            agent_id,
            proof.reader,
            proof.read_at,
            proof.record_sha256,
            normalise_number(claim.number),
            claim.born,
        )
        key = Ed25519PublicKey.from_public_bytes(agent.public_key)
        key.verify(base64.b64decode(signature, validate=True), text)
    except (InvalidSignature, ValueError, binascii.Error):
        _log.warning("passkey_reading_refused", agent=agent_id)
        return False
    return True


def _is_fresh(read_at: str, now: datetime) -> bool:
    try:
        return abs(now - datetime.fromisoformat(read_at)) <= READ_WITHIN
    except (ValueError, TypeError):
        return False
