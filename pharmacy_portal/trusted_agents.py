"""The agents whose readings count, kept in memory for some seconds: a sale spares the look-up.

An agent revoked here is gone at once; one revoked by another process within ``REREAD_AFTER``.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.clock import Clock
from core.ports import Agents

REREAD_AFTER = timedelta(seconds=5)
KEPT = 20_000


@dataclass(frozen=True, slots=True)
class TrustedAgent:
    """An agent's key, and whether it is revoked."""

    key: Ed25519PublicKey
    revoked: bool
    read_at: datetime


class TrustedAgents:
    """Agents by id and institution."""

    def __init__(self, agents: Agents, clock: Clock) -> None:
        self._agents = agents
        self._clock = clock
        self._held: OrderedDict[tuple[str, str], TrustedAgent] = OrderedDict()

    async def find(self, agent: str, institution: str) -> TrustedAgent | None:
        """Return an institution's agent, revoked or not; None where it is unknown there."""
        now, name = self._clock(), (agent, institution)
        held = self._held.get(name)
        if held is not None and abs(now - held.read_at) < REREAD_AFTER:
            return held
        stored = await self._agents.agent(agent, institution)
        if stored is None:
            self._held.pop(name, None)
            return None
        key = Ed25519PublicKey.from_public_bytes(stored.public_key)
        found = TrustedAgent(key, stored.revoked_at is not None, now)
        self._held[name] = found
        if len(self._held) > KEPT:
            self._held.popitem(last=False)
        return found

    def forget(self, agent: str, institution: str) -> None:
        """Ask the ledger again the next time."""
        self._held.pop((agent, institution), None)
