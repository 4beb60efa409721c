"""Card agents: enrolled with a staff card, listed, revoked; and the nonces of their readings."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Sequence

from aiohttp import web
from cryptography import x509

from core.actions import agents
from core.actions.people import recognise
from core.domain.calendar import rfc3339
from core.domain.statements import enrolment_statement
from core.errors import Invalid, NotPermitted
from core.ports import User
from core.ports.agents import Agent
from pharmacy_portal.api.bodies import Body, json_response, read_body
from pharmacy_portal.login.certificates import (
    LoginRefused,
    check_signature,
    fingerprint_of,
    read_certificate,
)
from pharmacy_portal.login.facts import facts_of
from pharmacy_portal.login.verification import read_intermediates
from pharmacy_portal.nonces import Nonce
from pharmacy_portal.wiring import ORIGIN, Portal, portal_of, session_of


class AgentRequest(Body, frozen=True):
    """What an agent answers to ``/v1/enrol``, and the challenge it signed."""

    public_key: str
    certificate: str
    signature: str
    mechanism: str
    challenge: str
    machine: str = ""
    intermediates: Sequence[str] | str | None = ()
    card: str | None = None


async def post_nonce(request: web.Request) -> web.Response:
    """Hand out the nonce of this session's next reading."""
    return json_response(_spelled(portal_of(request).readings.issue(session_of(request)), "nonce"))


async def post_challenge(request: web.Request) -> web.Response:
    """Hand out the challenge that an agent and a staff card sign to enrol the agent."""
    nonce = portal_of(request).agent_challenges.issue(session_of(request).id)
    return json_response(_spelled(nonce, "challenge"))


async def post_agent(request: web.Request) -> web.Response:
    """Enrol an agent for this session's institution.

    Raises:
        NotPermitted: with the code of what stands against the challenge or the card.
    """
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, AgentRequest)
    expires_at = portal.agent_challenges.take(session.id, body.challenge)
    if expires_at is None or portal.clock() >= expires_at:
        raise NotPermitted("the challenge is used up or too old", code="CHALLENGE_EXPIRED")
    public_key = _decoded(body.public_key, "public_key")
    try:
        leaf = read_certificate(body.certificate)
        text = enrolment_statement(
            request[ORIGIN],
            body.challenge,
            fingerprint_of(leaf),
            hashlib.sha256(public_key).hexdigest(),
        )
        check_signature(leaf, body.mechanism, _decoded(body.signature, "signature"), text)
        holder = await _holder(portal, leaf, read_intermediates(body.intermediates))
    except LoginRefused as refusal:
        # The session goes on: this is not its login that failed.
        raise NotPermitted(str(refusal), code=refusal.code) from None
    if holder is None or holder.id != session.user:
        raise NotPermitted("the card is not of the user who is logged in", code="NOT_ENROLLED")
    new = agents.NewAgent(public_key, body.machine, facts_of(leaf).key)
    enrolled = await agents.enrol_agent(
        portal.state.agents,
        by=session.user,
        institution=session.institution,
        new=new,
        clock=portal.clock,
    )
    portal.trusted_agents.forget(enrolled.id, session.institution)
    return json_response({"agent_id": enrolled.id}, 201)


async def get_agents(request: web.Request) -> web.Response:
    """List the agents of this institution."""
    portal, session = portal_of(request), session_of(request)
    found = await agents.list_agents(portal.state.agents, institution=session.institution)
    return json_response({"agents": [_shown(agent) for agent in found]})


async def delete_agent(request: web.Request) -> web.Response:
    """Trust an agent no longer, at once."""
    portal, session = portal_of(request), session_of(request)
    agent = request.match_info["agent"]
    await agents.revoke_agent(
        portal.state.agents,
        by=session.user,
        role=session.role,
        institution=session.institution,
        agent=agent,
        clock=portal.clock,
    )
    portal.trusted_agents.forget(agent, session.institution)
    return json_response({"agent_id": agent, "revoked": True})


async def _holder(
    portal: Portal, leaf: x509.Certificate, intermediates: Sequence[x509.Certificate]
) -> User | None:
    """Check a card as a login would, and return whose it is.

    Raises:
        LoginRefused: chain, validity or revocation.
    """
    now = portal.clock()
    await portal.certificates.check(leaf, intermediates, now)
    return await recognise(portal.state, facts_of(leaf), now)


def _spelled(nonce: Nonce, name: str) -> dict[str, object]:
    return {name: nonce.text, "expires_at": rfc3339(nonce.expires_at)}


def _decoded(text: str, field: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Invalid(f"{field} is not base64") from None


def _shown(agent: Agent) -> dict[str, object]:
    return {
        "agent_id": agent.id,
        "machine": agent.machine,
        "enrolled_by": agent.enrolled_by,
        "enrolled_at": rfc3339(agent.enrolled_at),
        "revoked_at": rfc3339(agent.revoked_at) if agent.revoked_at else None,
        "revoked_by": agent.revoked_by,
    }
