"""A whole login: challenge, certificate, signature, enrolment, institution."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from core.actions.people import recognise
from core.errors import Invalid, MaskmapError
from core.ports import CertificateFacts, Grant, User
from core.storage import State
from pharmacy_portal.login.certificates import (
    MAX_INTERMEDIATES,
    LoginRefused,
    check_signature,
    fingerprint_of,
    read_certificate,
    signed_text,
)
from pharmacy_portal.login.challenges import Challenge
from pharmacy_portal.login.check import CertificateCheck, Evidence
from pharmacy_portal.login.facts import facts_of

_PEM_END = "-----END CERTIFICATE-----"


class LoginRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a card says: PEM certificate, base64 signature over the four lines.

    ``invitation`` is the one-time code of somebody who is let in for the first time.
    """

    certificate: str
    signature: str
    mechanism: str
    intermediates: Sequence[str] | str | None = ()
    institution: str | None = None
    challenge: str | None = None
    invitation: str | None = None


class ChooseInstitution(MaskmapError):
    """The user is authorised at several institutions and has to name one."""

    code = "CHOOSE_INSTITUTION"

    def __init__(self, institutions: Sequence[str]) -> None:
        super().__init__("name one of the institutions")
        self.institutions = tuple(institutions)


@dataclass(frozen=True)
class ProvenCard:
    """A card that signed and passed every check; whose it is has not been asked."""

    facts: CertificateFacts
    evidence: Evidence
    # PEM, leaf first, as it is kept for the checks while the session lives.
    chain: str


@dataclass(frozen=True)
class Holder:
    """Whose card signed: the user, what stands in his certificate, and how it was checked."""

    user: User
    facts: CertificateFacts
    evidence: Evidence
    chain: str


@dataclass(frozen=True)
class LoggedIn:
    """Who logged in, and where."""

    holder: Holder
    grant: Grant


async def verify_card(
    certificates: CertificateCheck,
    wanted: LoginRequest,
    *,
    origin: str,
    challenge: Challenge | None,
    now: datetime,
) -> ProvenCard:
    """Check signature and certificate; ``challenge`` is the one bound to the browser.

    Raises:
        LoginRefused: with the code of what stood against it.
    """
    if challenge is None or wanted.challenge not in (None, challenge.text):
        raise LoginRefused("the challenge is used up or too old", code="CHALLENGE_EXPIRED")
    leaf = read_certificate(wanted.certificate)
    if challenge.only_for not in ("", fingerprint_of(leaf)):
        raise LoginRefused("the challenge is another card's", code="CHALLENGE_EXPIRED")
    intermediates = read_intermediates(wanted.intermediates)
    # The signature first: only who holds the card learns anything about its certificate.
    text = signed_text(origin, challenge.text, leaf)
    check_signature(leaf, wanted.mechanism, _bytes(wanted.signature), text)
    evidence = await certificates.check(leaf, intermediates, now)
    facts = facts_of(leaf)
    # An NHI card names its holder at most; its key vouches for nobody here.
    if facts.kind == "nhi":
        raise LoginRefused("an NHI card opens nothing", code="NOT_ENROLLED")
    return ProvenCard(facts, evidence, as_pem(leaf, *intermediates))


async def verify_holder(
    state: State,
    certificates: CertificateCheck,
    wanted: LoginRequest,
    *,
    origin: str,
    challenge: Challenge | None,
    now: datetime,
) -> Holder:
    """Check a card, and whose it is.

    Raises:
        LoginRefused: with the code of what stood against it.
    """
    card = await verify_card(certificates, wanted, origin=origin, challenge=challenge, now=now)
    user = await recognise(state, card.facts, now, wanted.invitation or "")
    if user is None:
        raise LoginRefused("this card is not enrolled", code="NOT_ENROLLED")
    return Holder(user, card.facts, card.evidence, card.chain)


async def verify_login(
    state: State,
    certificates: CertificateCheck,
    wanted: LoginRequest,
    *,
    origin: str,
    challenge: Challenge | None,
    now: datetime,
) -> LoggedIn:
    """Check everything about a login.

    Raises:
        LoginRefused: with the code of what stood against it.
        ChooseInstitution: the card is good, the institution is open.
    """
    holder = await verify_holder(
        state, certificates, wanted, origin=origin, challenge=challenge, now=now
    )
    return LoggedIn(holder, choose_grant(holder.user, wanted.institution))


def choose_grant(user: User, institution: str | None) -> Grant:
    """Return the grant at the institution named; without a name, the only one.

    Raises:
        LoginRefused: the user has none there.
        ChooseInstitution: there are several, and none was named.
    """
    if not user.grants:
        raise LoginRefused("this card is not enrolled", code="NOT_ENROLLED")
    grants = {grant.institution: grant for grant in user.grants}
    if institution is None and len(grants) > 1:
        raise ChooseInstitution(sorted(grants))
    found = grants.get(institution) if institution else user.grants[0]
    if found is None:
        raise LoginRefused("not authorised at that institution", code="NOT_ENROLLED")
    return found


def read_intermediates(given: Sequence[str] | str | None) -> list[x509.Certificate]:
    """Read intermediates: a list of PEM texts, one text with several, or nothing.

    Raises:
        Invalid: there are too many.
        LoginRefused: one is no certificate.
    """
    given = given or ()
    texts = given.split(_PEM_END)[:-1] if isinstance(given, str) else given
    if len(texts) > MAX_INTERMEDIATES:
        raise Invalid("intermediates: too many certificates")
    ending = _PEM_END if isinstance(given, str) else ""
    return [read_certificate(text + ending) for text in texts]


def as_pem(*certificates: x509.Certificate) -> str:
    """Write certificates one after the other."""
    pem = serialization.Encoding.PEM
    return "".join(one.public_bytes(pem).decode() for one in certificates)


def _bytes(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise LoginRefused("signature is not base64") from None
