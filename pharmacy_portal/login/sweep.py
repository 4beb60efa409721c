"""Ending the sessions of certificates that were revoked or ran out while they were in use."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable
from datetime import datetime

from cryptography import x509

from core.actions.desk import audit_row
from core.log import get_logger
from core.ports.passkeys import LiveSession
from core.storage import State
from pharmacy_portal.login.certificates import LoginRefused, build_chain
from pharmacy_portal.login.check import CertificateCheck
from pharmacy_portal.login.verification import read_intermediates
from pharmacy_portal.sessions import Sessions

# Responders are asked about so many certificates in use at each sweep, by turns.
ASKED_EACH_SWEEP = 64
_HELD_CHAINS = 20_000
# What says nothing about the card itself does not stop a counter that is at work.
_KEPT = frozenset({"REVOCATION_UNKNOWN"})
_log = get_logger(__name__)


class RevocationSweep:
    """Looks through the live sessions, each certificate once."""

    def __init__(self, state: State, sessions: Sessions, certificates: CertificateCheck) -> None:
        self._state = state
        self._sessions = sessions
        self._certificates = certificates
        self._chains: OrderedDict[str, tuple[x509.Certificate, ...]] = OrderedDict()
        self._asked: OrderedDict[str, None] = OrderedDict()

    async def run_once(self, now: datetime) -> int:
        """End what must not go on; return how many sessions that were."""
        by_certificate: dict[str, list[LiveSession]] = {}
        for session in await self._state.passkeys.live_sessions(self._sessions.oldest_live(now)):
            by_certificate.setdefault(session.fingerprint, []).append(session)
        ended = 0
        for fingerprint, sessions in by_certificate.items():
            await asyncio.sleep(0)
            ended += await self._end(sessions, await self._fault(self._look_up(fingerprint, now)))
        turns = self._whose_turn(list(by_certificate))
        # All at once: one that does not answer holds up neither the others nor the next lists.
        faults = await asyncio.gather(*(self._fault(self._ask(one, now)) for one in turns))
        for fingerprint, reason in zip(turns, faults, strict=True):
            ended += await self._end(by_certificate[fingerprint], reason)
        return ended

    async def _fault(self, looking: Awaitable[None]) -> str:
        """Return the code of what stands against a certificate now; empty: nothing."""
        try:
            await looking
        except LoginRefused as refusal:
            return "" if refusal.code in _KEPT else refusal.code
        return ""

    async def _look_up(self, fingerprint: str, now: datetime) -> None:
        """Look at a certificate's chain and at the lists in memory; asks nobody."""
        chain = self._chains.pop(fingerprint, None)
        if not chain or chain[-1] not in self._certificates.trust.roots:
            chain = await self._built(fingerprint, now)
        self._certificates.recheck(chain, now)
        self._chains[fingerprint] = chain
        if len(self._chains) > _HELD_CHAINS:
            self._chains.popitem(last=False)

    async def _built(self, fingerprint: str, now: datetime) -> tuple[x509.Certificate, ...]:
        stored = await self._state.passkeys.certificate(fingerprint)
        if stored is None:
            raise LoginRefused("the certificate is not kept", code="CERTIFICATE_UNTRUSTED")
        leaf, *between = read_intermediates(stored.chain)
        return tuple(build_chain(self._certificates.trust, leaf, between, now))

    async def _ask(self, fingerprint: str, now: datetime) -> None:
        """Check a certificate as a login would, by a fresh answer of its responder."""
        leaf, *between = self._chains[fingerprint]
        self._certificates.forget_answer(fingerprint)
        await self._certificates.check(leaf, between, now)

    def _whose_turn(self, live: list[str]) -> list[str]:
        """Choose the certificates whose responder is asked again: those asked longest ago."""
        still = set(live)
        self._asked = OrderedDict.fromkeys([*filter(still.__contains__, self._asked), *live])
        chosen = [one for one in self._asked if self._has_responder(one)][:ASKED_EACH_SWEEP]
        for one in chosen:
            self._asked.move_to_end(one)
        return chosen

    def _has_responder(self, fingerprint: str) -> bool:
        chain = self._chains.get(fingerprint)
        return chain is not None and self._certificates.asks_responder(chain[0])

    async def _end(self, sessions: list[LiveSession], reason: str) -> int:
        """End the sessions of a certificate that something stands against."""
        for one in sessions if reason else ():
            row = audit_row("session_ended", by=one.user, outlet=one.institution, reason=reason)
            await self._sessions.close_by_id(one.id, row)
            self._certificates.numbers.count_ended()
            _log.warning("session_ended", user=one.user, reason=reason)
        return len(sessions) if reason else 0
