"""A whole login: challenge, certificate, signature, enrolment, institution."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import msgspec
from cryptography import x509

from core.errors import Invalid, MaskmapError
from core.ports import Accounts, Grant, User
from pharmacy_portal.login.certificates import (
    MAX_INTERMEDIATES,
    LoginRefused,
    certificate_key,
    check_chain,
    check_signature,
    read_certificate,
    signed_text,
)
from pharmacy_portal.login.trust import Trust

_PEM_END = "-----END CERTIFICATE-----"


class LoginRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a card says: PEM certificate, base64 signature over the four lines."""

    certificate: str
    signature: str
    mechanism: str
    intermediates: Sequence[str] | str | None = ()
    institution: str | None = None
    challenge: str | None = None


class ChooseInstitution(MaskmapError):
    """The user is authorised at several institutions and has to name one."""

    code = "CHOOSE_INSTITUTION"

    def __init__(self, institutions: Sequence[str]) -> None:
        super().__init__("name one of the institutions")
        self.institutions = tuple(institutions)


@dataclass(frozen=True)
class Evidence:
    """Who logged in, where, and with which certificate."""

    user: User
    grant: Grant


async def verify_login(
    accounts: Accounts,
    trust: Trust,
    wanted: LoginRequest,
    *,
    origin: str,
    challenge: str | None,
    now: datetime,
) -> Evidence:
    """Check everything about a login; ``challenge`` is the one bound to the browser.

    Raises:
        LoginRefused: with the code of what stood against it.
        ChooseInstitution: the card is good, the institution is open.
    """
    if challenge is None or wanted.challenge not in (None, challenge):
        raise LoginRefused("the challenge is used up or too old", code="CHALLENGE_EXPIRED")
    leaf = read_certificate(wanted.certificate)
    intermediates = _intermediates(wanted)
    # The signature first: only who holds the card learns anything about its certificate.
    text = signed_text(origin, challenge, leaf)
    check_signature(leaf, wanted.mechanism, _bytes(wanted.signature), text)
    check_chain(trust, leaf, intermediates, now)
    user = await accounts.user_of_certificate(certificate_key(leaf))
    if user is None or not user.grants:
        raise LoginRefused("this card is not enrolled", code="NOT_ENROLLED")
    return Evidence(user, choose_grant(user, wanted.institution))


def choose_grant(user: User, institution: str | None) -> Grant:
    """Return the grant at the institution named; without a name, the only one.

    Raises:
        LoginRefused: the user has none there.
        ChooseInstitution: there are several, and none was named.
    """
    grants = {grant.institution: grant for grant in user.grants}
    if institution is None and len(grants) > 1:
        raise ChooseInstitution(sorted(grants))
    found = grants.get(institution) if institution else user.grants[0]
    if found is None:
        raise LoginRefused("not authorised at that institution", code="NOT_ENROLLED")
    return found


def _intermediates(wanted: LoginRequest) -> list[x509.Certificate]:
    """Read the intermediates: a list of PEM texts, one text with several, or nothing."""
    given = wanted.intermediates or ()
    texts = given.split(_PEM_END)[:-1] if isinstance(given, str) else given
    if len(texts) > MAX_INTERMEDIATES:
        raise Invalid("intermediates: too many certificates")
    ending = _PEM_END if isinstance(given, str) else ""
    return [read_certificate(text + ending) for text in texts]


def _bytes(signature: str) -> bytes:
    try:
        return base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        raise LoginRefused("signature is not base64") from None
