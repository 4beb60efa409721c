"""Asking OCSP responders at a login, within two seconds, and remembering what they said."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime

from cryptography import x509
from cryptography.x509.ocsp import OCSPCertStatus

from core.log import get_logger
from pharmacy_portal.login.certificates import LoginRefused, fingerprint_of
from pharmacy_portal.login.fetching import Fetcher, FetchFailed
from pharmacy_portal.login.numbers import RevocationNumbers
from pharmacy_portal.login.ocsp import (
    Answer,
    OcspRefused,
    OcspSilent,
    question,
    read_answer,
    responders,
)
from pharmacy_portal.login.policy import RevocationPolicy

CACHED_ANSWERS = 20_000
_log = get_logger(__name__)


class Responders:
    """The responders this portal may ask, and their answers while they may be believed."""

    def __init__(
        self, policy: RevocationPolicy, fetcher: Fetcher, numbers: RevocationNumbers
    ) -> None:
        self._policy = policy
        self._fetcher = fetcher
        self._numbers = numbers
        self._answers: OrderedDict[str, Answer] = OrderedDict()

    def url_of(self, leaf: x509.Certificate) -> str:
        """Return where to ask about a certificate; empty: nowhere."""
        named = self._policy.hosts.among(responders(leaf))
        return self._policy.ocsp_url or next(iter(named), "")

    def forget(self, fingerprint: str) -> None:
        """Believe no longer what was said of a certificate."""
        self._answers.pop(fingerprint, None)

    async def vouches(self, leaf: x509.Certificate, issuer: x509.Certificate, at: datetime) -> bool:
        """Tell whether a responder says that a certificate is good; False: nobody answered.

        Raises:
            LoginRefused: the answer says revoked, or must not be believed.
        """
        url = self.url_of(leaf)
        if not url:
            return False
        answer = self._remembered(leaf, at) or await self._ask(url, leaf, issuer, at)
        if answer is None:
            return False
        if answer.status is OCSPCertStatus.REVOKED:
            raise LoginRefused("the certificate is revoked", code="CERTIFICATE_REVOKED")
        if answer.status is not OCSPCertStatus.GOOD:
            raise unknown_state()
        return True

    def _remembered(self, leaf: x509.Certificate, at: datetime) -> Answer | None:
        answer = self._answers.get(fingerprint_of(leaf))
        return answer if answer is not None and at < answer.believed_until else None

    async def _ask(
        self, url: str, leaf: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> Answer | None:
        try:
            body = await self._fetcher.ocsp_answer(url, question(leaf, issuer))
            answer = read_answer(body, leaf, issuer, at)
        except (FetchFailed, OcspSilent) as fault:
            self._numbers.count_answer("silent")
            _log.warning("ocsp_silent", fault=str(fault))
            return None
        except OcspRefused as fault:
            self._numbers.count_answer("refused")
            _log.error("alarm_ocsp_answer_refused", fault=str(fault))
            raise unknown_state() from None
        self._numbers.count_answer(answer.status.name.lower())
        self._answers[fingerprint_of(leaf)] = answer
        if len(self._answers) > CACHED_ANSWERS:
            self._answers.popitem(last=False)
        return answer


def unknown_state() -> LoginRefused:
    """Return the refusal of a certificate of which nobody can say now whether it is revoked."""
    return LoginRefused(
        "nobody can say now whether the certificate is revoked", code="REVOCATION_UNKNOWN"
    )
