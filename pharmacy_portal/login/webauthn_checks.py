"""What a browser is asked for a passkey, and what is checked of its answer (WebAuthn level 3).

User verification (PIN, finger, face at the authenticator) is always demanded. The attestation is
not asked for: which make of authenticator a pharmacist has is nobody's business.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import webauthn
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from yarl import URL

from core.ports import Session
from core.ports.passkeys import Passkey
from pharmacy_portal.login.certificates import LoginRefused
from pharmacy_portal.login.challenges import VALID_FOR, Challenge

RELYING_PARTY = "maskmap 防疫口罩管控系統"
_TIMEOUT_MS = int(VALID_FOR.total_seconds() * 1000)
_REQUIRED = UserVerificationRequirement.REQUIRED
_HANDLE = b"maskmap passkey v1\n"
_TRANSPORTS = frozenset({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"})
# What the library raises where an answer is not even of the right shape.
_FAULTS = (WebAuthnException, ValueError, KeyError, TypeError, IndexError)


def relying_party_id(origin: str) -> str:
    """Return the host that passkeys of an origin belong to."""
    return URL(origin).host or ""


def user_handle(user: str) -> bytes:
    """Return what an authenticator keeps of a user: a hash of his id, and nothing to read."""
    return hashlib.sha256(_HANDLE + user.encode()).digest()


def enrolment_options(
    session: Session, known: Sequence[Passkey], origin: str, challenge: Challenge
) -> dict[str, Any]:
    """Return what ``navigator.credentials.create`` is asked for: a discoverable credential."""
    options = webauthn.generate_registration_options(
        rp_id=relying_party_id(origin),
        rp_name=RELYING_PARTY,
        user_id=user_handle(session.user),
        user_name=session.name,
        user_display_name=session.name,
        challenge=challenge.text.encode(),
        timeout=_TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            require_resident_key=True,
            user_verification=_REQUIRED,
        ),
        exclude_credentials=[_descriptor(one.id) for one in known],
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def login_options(allowed: Sequence[str], origin: str, challenge: Challenge) -> dict[str, Any]:
    """Return what ``navigator.credentials.get`` is asked for; nothing allowed means any."""
    options = webauthn.generate_authentication_options(
        rp_id=relying_party_id(origin),
        challenge=challenge.text.encode(),
        timeout=_TIMEOUT_MS,
        allow_credentials=[_descriptor(one) for one in allowed],
        user_verification=_REQUIRED,
    )
    return dict(json.loads(webauthn.options_to_json(options)))


def _descriptor(passkey: str) -> PublicKeyCredentialDescriptor:
    return PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey))


def check_enrolment(
    credential: Mapping[str, Any], origin: str, challenge: Challenge | None
) -> tuple[str, bytes, int]:
    """Check a new credential; return its id, COSE public key and sign count.

    Raises:
        LoginRefused: CHALLENGE_EXPIRED or PASSKEY_REFUSED.
    """
    if challenge is None:
        raise LoginRefused("the challenge is used up or too old", code="CHALLENGE_EXPIRED")
    try:
        made = webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge.text.encode(),
            expected_rp_id=relying_party_id(origin),
            expected_origin=origin,
            require_user_verification=True,
        )
    except _FAULTS as fault:
        raise _refused(fault) from None
    return bytes_to_base64url(made.credential_id), made.credential_public_key, made.sign_count


def check_login(
    credential: Mapping[str, Any], passkey: Passkey, origin: str, challenge: Challenge
) -> int:
    """Check an assertion; return the new sign count.

    Raises:
        LoginRefused: PASSKEY_REFUSED; also where the count went back, as a copied key's does.
    """
    try:
        used = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge.text.encode(),
            expected_rp_id=relying_party_id(origin),
            expected_origin=origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
        handle = dict(credential["response"]).get("userHandle")
        if handle and base64url_to_bytes(handle) != user_handle(passkey.user):
            raise ValueError("another user's")
    except _FAULTS as fault:
        raise _refused(fault) from None
    return used.new_sign_count


def credential_id(credential: Mapping[str, Any]) -> str:
    """Return the id a credential claims; empty where it claims none."""
    claimed = credential.get("id")
    return claimed.rstrip("=") if isinstance(claimed, str) else ""


def transports_of(credential: Mapping[str, Any]) -> tuple[str, ...]:
    """Return how the browser says that the authenticator is reached."""
    response = credential.get("response")
    named = response.get("transports") if isinstance(response, Mapping) else None
    words = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    return tuple(one for one in words if one in _TRANSPORTS)


def _refused(fault: Exception) -> LoginRefused:
    return LoginRefused(
        f"the passkey was not accepted ({type(fault).__name__})", code="PASSKEY_REFUSED"
    )
