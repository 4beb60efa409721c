"""Card agents of an institution: enrolled with a staff card, listed, revoked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.actions.desk import audit_row, free_text
from core.clock import Clock
from core.domain.access import Permission, has_permission
from core.domain.statements import agent_id_of
from core.errors import Invalid, NotFound, NotPermitted
from core.ports import Agents
from core.ports.agents import Agent

KEY_BYTES = 32
LONGEST_MACHINE = 64


@dataclass(frozen=True, slots=True)
class NewAgent:
    """An agent somebody vouches for: raw public key, name of the computer, certificate key."""

    public_key: bytes
    machine: str
    certificate: str


async def enrol_agent(
    agents: Agents, *, by: str, institution: str, new: NewAgent, clock: Clock
) -> Agent:
    """Trust an agent's readings at one institution; the card's signature is checked before.

    An agent that was revoked may be enrolled anew: it takes a staff card again.

    Raises:
        Invalid: the key is no Ed25519 key, or the computer's name holds a person's number.
    """
    if len(new.public_key) != KEY_BYTES:
        raise Invalid(f"public_key must be {KEY_BYTES} raw bytes in base64")
    agent = Agent(
        id=agent_id_of(new.public_key),
        institution=institution,
        public_key=new.public_key,
        machine=free_text(new.machine, LONGEST_MACHINE),
        enrolled_by=by,
        certificate=new.certificate,
        enrolled_at=clock(),
    )
    row = audit_row("agent_enrol", by=by, outlet=institution, agent=agent.id, machine=agent.machine)
    await agents.save_agent(agent, row)
    return agent


async def list_agents(agents: Agents, *, institution: str) -> Sequence[Agent]:
    """List an institution's agents, newest first."""
    return await agents.agents_of(institution)


async def revoke_agent(
    agents: Agents, *, by: str, role: str, institution: str, agent: str, clock: Clock
) -> None:
    """Trust an agent of the own institution no longer.

    Raises:
        NotFound: no such agent here.
        NotPermitted: neither an administrator nor who enrolled it.
    """
    found = await agents.agent(agent, institution)
    if found is None:
        raise NotFound("there is no such card agent at this institution")
    if found.enrolled_by != by and not has_permission(role, Permission.MANAGE_USERS):
        raise NotPermitted("an administrator, or who enrolled it, may revoke a card agent")
    row = audit_row("agent_revoke", by=by, outlet=institution, agent=agent)
    await agents.revoke_agent(found, by, row, clock())
