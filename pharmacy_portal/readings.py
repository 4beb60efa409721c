"""Proofs of card readings: checked once, then good for one sale of the same person.

Everything here lives in memory. A restart loses nonces and readings that passed, never a sale:
a repeat of a committed one is answered by the ledger before the reading is asked about. Of a
person only a keyed hash is kept.
"""

from __future__ import annotations

import base64
import binascii
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

import msgspec
from cryptography.exceptions import InvalidSignature

from core.actions.card_readings import MISSING, CardReading, NoReading
from core.clock import Clock
from core.domain.buyers import PersonKeys
from core.domain.eligibility import Claim
from core.domain.identity import normalise_number
from core.domain.statements import AGENT_ID_DIGITS, reading_statement
from core.log import scrub_text
from core.ports import Session
from pharmacy_portal.nonces import Nonce, SessionNonces
from pharmacy_portal.trusted_agents import TrustedAgents

NONCE_VALID_FOR = timedelta(seconds=60)
READ_WITHIN = timedelta(seconds=60)
# How far a till's clock may be ahead of the server's; one behind only shortens the 60 s.
CLOCK_TOLERANCE = timedelta(seconds=10)
HOLDS_FOR = timedelta(minutes=10)
REMEMBERED = 200_000
_LONGEST_PART = 200
_LONGEST_READER = 100


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a card agent says of a reading; ``proof`` is the agent's id, a colon, base64."""

    nonce: str = ""
    reader: str = ""
    read_at: str = ""
    record_sha256: str = ""
    proof: str = ""


@dataclass(slots=True)
class PassedReading:
    """A reading that passed: whose (keyed), by which agent, until when, for which sale."""

    session: str
    person: bytes
    sent: Reading
    agent: str
    reader: str
    until: datetime
    used_for: str = ""

    def refusal(self, act: str) -> str:
        """Refuse a second sale; the ledger asks in one line, so one of two gets here first."""
        return "used" if self.used_for not in ("", act) else ""

    def use(self, act: str) -> None:
        """Remember the sale it serves: a repeat of its key may come again."""
        self.used_for = act


class Readings:
    """The nonces of this process, and the readings that passed."""

    def __init__(self, agents: TrustedAgents, keys: PersonKeys, clock: Clock) -> None:
        self._agents, self._keys, self._clock = agents, keys, clock
        self._nonces = SessionNonces(clock, NONCE_VALID_FOR)
        # What was presented, by nonce: the reading that passed, or None where it did not.
        self._presented: OrderedDict[str, tuple[datetime, str, PassedReading | None]]
        self._presented = OrderedDict()
        self._newest: dict[tuple[str, bytes], PassedReading] = {}

    def issue(self, session: Session) -> Nonce:
        """Make a nonce for the session's next reading."""
        return self._nonces.issue(session.id)

    async def for_check(
        self, session: Session, origin: str, claim: Claim, sent: Reading | None
    ) -> CardReading:
        """Check a reading that has not been shown before; it then holds for one sale."""
        if sent is None or not sent.proof:
            return MISSING
        return await self._present(session, origin, claim, sent)

    async def for_sale(
        self, session: Session, origin: str, claim: Claim, sent: Reading | None
    ) -> CardReading:
        """Return the reading that passed for this person at the check, or check a fresh one."""
        if sent is None or not sent.proof:
            passed = self._newest.get((session.id, self._person(claim)))
            return MISSING if passed is None else await self._still(session, passed)
        shown = self._presented.get(sent.nonce)
        if shown is None or shown[1] != session.id:
            return await self._present(session, origin, claim, sent)
        passed = shown[2]
        if passed is None:
            return NoReading("used")
        if passed.sent != sent:
            return NoReading("bad_signature")
        if passed.person != self._person(claim):
            return NoReading("other_person", passed.agent, passed.reader)
        return await self._still(session, passed)

    async def _still(self, session: Session, passed: PassedReading) -> CardReading:
        """Return a reading that passed before, if its time and its agent still hold."""
        if self._clock() >= passed.until:
            return NoReading("too_old", passed.agent, passed.reader)
        agent = await self._agents.find(passed.agent, session.institution)
        if agent is None or agent.revoked:
            return NoReading("revoked_agent", passed.agent, passed.reader)
        return passed

    async def _present(
        self, session: Session, origin: str, claim: Claim, sent: Reading
    ) -> CardReading:
        """Use up the nonce, whatever comes of it."""
        now = self._clock()
        expires_at = self._nonces.take(session.id, sent.nonce)
        if expires_at is None:
            shown = self._presented.get(sent.nonce)
            return NoReading("used" if shown and shown[1] == session.id else "unknown_nonce")
        self._remember(now, sent.nonce, session.id, None)
        if now >= expires_at:
            return NoReading("too_old")
        found = await self._proven(session, origin, claim, sent, now)
        if isinstance(found, PassedReading):
            self._remember(now, sent.nonce, session.id, found)
            self._newest[(session.id, found.person)] = found
        return found

    async def _proven(
        self, session: Session, origin: str, claim: Claim, sent: Reading, now: datetime
    ) -> PassedReading | NoReading:
        agent_id, _, signature = sent.proof.partition(":")
        if len(agent_id) != AGENT_ID_DIGITS:
            return NoReading("bad_signature")
        agent = await self._agents.find(agent_id, session.institution)
        if agent is None:
            return NoReading("unknown_agent")
        if agent.revoked:
            return NoReading("revoked_agent", agent_id)
        try:
            agent.key.verify(_bytes(signature), _statement(origin, agent_id, claim, sent))
        except (InvalidSignature, ValueError):
            return NoReading("bad_signature", agent_id)
        if not _fresh(sent.read_at, now):
            return NoReading("too_old", agent_id)
        person, reader = self._person(claim), _reader_name(sent.reader)
        return PassedReading(session.id, person, sent, agent_id, reader, now + HOLDS_FOR)

    def _person(self, claim: Claim) -> bytes:
        born = claim.born.isoformat() if claim.born else ""
        return self._keys.fingerprint(f"reading {normalise_number(claim.number)} {born}".encode())

    def _remember(
        self, now: datetime, nonce: str, session: str, passed: PassedReading | None
    ) -> None:
        self._presented[nonce] = (now, session, passed)
        while self._presented:
            oldest, (at, _, old) = next(iter(self._presented.items()))
            if now < at + HOLDS_FOR and len(self._presented) <= REMEMBERED:
                return
            del self._presented[oldest]
            if old is not None and self._newest.get((old.session, old.person)) is old:
                del self._newest[(old.session, old.person)]


def _statement(origin: str, agent: str, claim: Claim, sent: Reading) -> bytes:
    """Return what the agent must have signed for this buyer.

    Raises:
        ValueError: there is no such statement.
    """
    parts = (sent.nonce, sent.reader, sent.read_at, sent.record_sha256)
    if claim.born is None or max(map(len, parts)) > _LONGEST_PART:
        raise ValueError("no agent signs this")
    return reading_statement(
        origin,
        sent.nonce,
        agent,
        sent.reader,
        sent.read_at,
        sent.record_sha256,
        normalise_number(claim.number),
        claim.born,
    )


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


def _fresh(read_at: str, now: datetime) -> bool:
    try:
        age = now - datetime.fromisoformat(read_at)
    except (ValueError, TypeError):
        return False
    return -CLOCK_TOLERANCE <= age <= READ_WITHIN


def _reader_name(text: str) -> str:
    """Return a reader's name for the audit trail; nothing in it may look like a person."""
    shown = "".join(sign for sign in unicodedata.normalize("NFKC", text) if sign.isprintable())
    return scrub_text(shown)[:_LONGEST_READER]
