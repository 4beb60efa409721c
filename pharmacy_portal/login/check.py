"""The whole check of a certificate: chain, and whether it was revoked; fail closed.

Every authority of a chain needs a revocation list that holds. For the card itself an OCSP
responder is asked too, where one is configured: an answer that comes counts, good or bad; where
none comes in time, the list decides. See docs/decisions/0075.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from prometheus_client import CollectorRegistry

from core.settings import Settings
from pharmacy_portal.login.certificates import LoginRefused, build_chain, fingerprint_of
from pharmacy_portal.login.fetching import Fetcher
from pharmacy_portal.login.numbers import RevocationNumbers
from pharmacy_portal.login.policy import RevocationPolicy, policy_of
from pharmacy_portal.login.responders import Responders, unknown_state
from pharmacy_portal.login.revocation import (
    Revocations,
    distribution_points,
    is_authority,
    key_digest,
)
from pharmacy_portal.login.trust import Trust, TrustFolder

REMEMBERED = 20_000
SEEN = 64
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What showed that a certificate is not revoked: ``crl``, ``ocsp`` or ``crl+ocsp``."""

    revocation: str
    fingerprint: str
    chain: tuple[x509.Certificate, ...] = ()


class CertificateCheck:
    """The trust of this portal, in memory, and what it may ask of others."""

    def __init__(
        self,
        folder: TrustFolder,
        policy: RevocationPolicy,
        fetcher: Fetcher,
        numbers: RevocationNumbers,
    ) -> None:
        self.folder = folder
        self.policy = policy
        self.fetcher = fetcher
        self.numbers = numbers
        self._responders = Responders(policy, fetcher, numbers)
        # Authorities whose cards were seen, and where these say that lists are found.
        self._seen: OrderedDict[str, x509.Certificate] = OrderedDict()
        self.points: OrderedDict[str, None] = OrderedDict()
        self._noted: OrderedDict[str, str] = OrderedDict()
        self._looking = asyncio.Lock()

    @property
    def trust(self) -> Trust:
        """What is trusted now; in memory."""
        return self.folder.held

    async def look(self, *, closely: bool = False) -> None:
        """Take up what changed in the folder; ``closely`` looks at each file, too."""
        if closely or self.folder.has_moved():
            async with self._looking:
                await asyncio.to_thread(self._take_up)

    def _take_up(self) -> None:
        """Read what changed, and the lists of authorities that only the cards name, off the loop.

        Otherwise the first login after a change would wait for it, and all others with it.
        """
        lists = self.folder.current().revocations
        for authority in list(self._seen.values()):
            lists.learn(authority)

    async def check(
        self, leaf: x509.Certificate, intermediates: Sequence[x509.Certificate], now: datetime
    ) -> Evidence:
        """Check chain, validity, purpose and revocation at an instant.

        Raises:
            LoginRefused: CERTIFICATE_EXPIRED, CERTIFICATE_UNTRUSTED, CERTIFICATE_REVOKED, or
                REVOCATION_UNKNOWN where nobody can say now.
        """
        await self.look()
        at = now.astimezone(UTC)
        chain = build_chain(self.trust, leaf, intermediates, at)
        if not all(self._listed(*pair, at) for pair in _pairs(chain[1:])):
            raise unknown_state()
        self._remember_authorities(chain)
        evidence = await self._of_leaf(leaf, chain[1], at)
        return Evidence(evidence, fingerprint_of(leaf), tuple(chain))

    def recheck(self, chain: Sequence[x509.Certificate], now: datetime) -> None:
        """Look a chain that was good before up in the lists of now; asks nobody.

        Raises:
            LoginRefused: CERTIFICATE_EXPIRED or CERTIFICATE_REVOKED.
        """
        at = now.astimezone(UTC)
        if at > chain[0].not_valid_after_utc:
            raise LoginRefused("certificate is not valid now", code="CERTIFICATE_EXPIRED")
        for pair in _pairs(chain):
            self._listed(*pair, at)

    def is_news(self, fingerprint: str, user: str) -> bool:
        """Tell whether this process has not yet kept that a certificate is a user's."""
        return self._noted.get(fingerprint) != user

    def note(self, fingerprint: str, user: str) -> None:
        """Remember that it was kept: a login spares the writing."""
        self._noted[fingerprint] = user
        if len(self._noted) > REMEMBERED:
            self._noted.popitem(last=False)

    def asks_responder(self, leaf: x509.Certificate) -> bool:
        """Tell whether a responder is asked about a certificate."""
        return bool(self._responders.url_of(leaf))

    def forget_answer(self, fingerprint: str) -> None:
        """Ask the responder anew at the next check of a certificate."""
        self._responders.forget(fingerprint)

    async def _of_leaf(self, leaf: x509.Certificate, issuer: x509.Certificate, at: datetime) -> str:
        listed = self._listed(leaf, issuer, at)
        answered = await self._responders.vouches(leaf, issuer, at)
        if not listed and not answered:
            raise unknown_state()
        return "+".join(("crl",) * listed + ("ocsp",) * answered)

    def _listed(
        self, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime
    ) -> bool:
        """Look a certificate up in the newest list that speaks for it.

        Raises:
            LoginRefused: it stands there.
        """
        return is_listed_good(self.trust.revocations, certificate, issuer, at, self.policy.grace)

    def _remember_authorities(self, chain: Sequence[x509.Certificate]) -> None:
        """Learn whose lists to fetch, and where, from a chain that holds."""
        for authority in chain[1:-1]:
            _keep(self._seen, key_digest(authority), authority)
        for url in self.policy.hosts.among(distribution_points(chain[0])):
            _keep(self.points, url, None)

    def authorities(self) -> list[x509.Certificate]:
        """List the authorities whose lists are of use: the folder's, and those of cards seen."""
        known = [*self.trust.roots, *self.trust.between, *self._seen.values()]
        return list({key_digest(one): one for one in known if is_authority(one)}.values())


def _keep(held: OrderedDict[str, T], key: str, value: T) -> None:
    """Remember the newest few."""
    held[key] = value
    held.move_to_end(key)
    if len(held) > SEEN:
        held.popitem(last=False)


def make_check(settings: Settings, folder: Path, registry: CollectorRegistry) -> CertificateCheck:
    """Make the check of one portal and read its trust for the first time."""
    trust = TrustFolder(folder, demo=settings.demo, fetched=settings.revocation_folder)
    trust.current()
    return CertificateCheck(trust, policy_of(settings), Fetcher(), RevocationNumbers(registry))


def is_listed_good(
    lists: Revocations,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    at: datetime,
    grace: timedelta,
) -> bool:
    """Tell whether a list that holds speaks for a certificate, and well; False: no such list.

    Raises:
        LoginRefused: the certificate is revoked.
    """
    found = lists.covering(certificate, issuer, at, grace)
    if found is not None and certificate.serial_number in found.serials:
        raise LoginRefused("the certificate is revoked", code="CERTIFICATE_REVOKED")
    return found is not None


def _pairs(
    chain: Sequence[x509.Certificate],
) -> list[tuple[x509.Certificate, x509.Certificate]]:
    """List each certificate of a chain with its issuer."""
    return list(pairwise(chain))
