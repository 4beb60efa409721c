"""Ending the sessions of certificates that were revoked or ran out while they were in use."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import datetime

from cryptography import x509

from core.actions.desk import audit_row
from core.log import get_logger
from core.ports.passkeys import LiveSession
from core.storage import State
from pharmacy_portal.login.certificates import LoginRefused
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
        turns = self._whose_turn(list(by_certificate))
        for fingerprint, sessions in by_certificate.items():
            await asyncio.sleep(0)
            reason = await self._fault(fingerprint, now, asked=fingerprint in turns)
            if reason:
                ended += await self._end(sessions, reason)
        return ended

    async def _fault(self, fingerprint: str, now: datetime, *, asked: bool) -> str:
        """Return the code of what stands against a certificate now; empty: nothing."""
        try:
            chain = self._chains.get(fingerprint)
            if chain and chain[-1] in self._certificates.trust.roots and not asked:
                self._certificates.recheck(chain, now)
            else:
                await self._check_whole(fingerprint, now)
        except LoginRefused as refusal:
            self._chains.pop(fingerprint, None)
            return "" if refusal.code in _KEPT else refusal.code
        return ""

    async def _check_whole(self, fingerprint: str, now: datetime) -> None:
        stored = await self._state.passkeys.certificate(fingerprint)
        if stored is None:
            raise LoginRefused("the certificate is not kept", code="CERTIFICATE_UNTRUSTED")
        leaf, *between = read_intermediates(stored.chain)
        self._certificates.forget_answer(fingerprint)
        evidence = await self._certificates.check(leaf, between, now)
        self._chains[fingerprint] = evidence.chain
        if len(self._chains) > _HELD_CHAINS:
            self._chains.popitem(last=False)

    def _whose_turn(self, live: list[str]) -> set[str]:
        """Choose the certificates whose responder is asked again: those asked longest ago."""
        self._asked = OrderedDict.fromkeys(
            [*(one for one in self._asked if one in set(live)), *live]
        )
        chosen = [one for one in self._asked if self._has_responder(one)][:ASKED_EACH_SWEEP]
        for one in chosen:
            self._asked.move_to_end(one)
        return set(chosen)

    def _has_responder(self, fingerprint: str) -> bool:
        chain = self._chains.get(fingerprint)
        return bool(chain) and self._certificates.asks_responder(chain[0])

    async def _end(self, sessions: list[LiveSession], reason: str) -> int:
        for one in sessions:
            row = audit_row("session_ended", by=one.user, outlet=one.institution, reason=reason)
            await self._sessions.close_by_id(one.id, row)
            self._certificates.numbers.count_ended()
            _log.warning("session_ended", user=one.user, reason=reason)
        return len(sessions)
