"""What is stored of card agents: their keys, and who enrolled them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.ports.ledger import AuditRow


@dataclass(frozen=True, slots=True)
class Agent:
    """A card agent that one institution trusts: a raw Ed25519 key that a staff card vouched for.

    ``id`` is ``core.domain.statements.agent_id_of`` the key. One computer may serve several
    institutions; each enrols it for itself.
    """

    id: str
    institution: str
    public_key: bytes
    machine: str
    enrolled_by: str
    certificate: str
    enrolled_at: datetime
    revoked_at: datetime | None = None
    revoked_by: str = ""


class Agents(Protocol):
    """Storage of card agents: their keys, and who enrolled them."""

    async def save_agent(self, agent: Agent, row: AuditRow) -> None:
        """Enrol an agent, or enrol it anew, with its audit row."""

    async def agent(self, agent: str, institution: str) -> Agent | None:
        """Return an institution's agent, revoked or not."""

    async def agents_of(self, institution: str) -> Sequence[Agent]:
        """Return an institution's agents, newest first, revoked ones too."""

    async def revoke_agent(self, agent: Agent, by: str, row: AuditRow, at: datetime) -> None:
        """Trust an agent no longer, with the audit row; one that is revoked stays as it was."""
