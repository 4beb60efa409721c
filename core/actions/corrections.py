"""Corrections of the register that outlets proposed: accepted or refused by the authority."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from core.actions.outlets import corrected
from core.actions.published_words import published
from core.clock import Clock
from core.domain.outlets import Outlet
from core.domain.proposals import Proposal
from core.errors import Conflict, Invalid, NotFound
from core.ports.ledger import AuditRow, Ledger
from core.ports.outlet_states import OutletStates
from core.ports.stewardship import Stewardship

LONGEST_REASON = 200


async def decide_proposal(
    stewardship: Stewardship,
    outlet_states: OutletStates,
    ledger: Ledger,
    clock: Clock,
    *,
    by: str,
    identity: str,
    verdict: Literal["accepted", "refused"],
    reason: str,
) -> Proposal:
    """Decide a proposal; an accepted one changes the register in the same transaction.

    Raises:
        NotFound: there is no such proposal, or its outlet is gone.
        Conflict: it does not wait any more.
        Invalid: a refusal without a reason, or a value the register does not take.
    """
    why = published(reason, LONGEST_REASON)
    if verdict == "refused" and not why:
        raise Invalid("say why the proposal is refused")
    proposal = await outlet_states.proposal(identity)
    if proposal is None:
        raise NotFound(f"there is no proposal {identity}")
    if proposal.state != "waiting":
        raise Conflict(f"proposal {identity} was {proposal.state} already")
    now = clock()
    decided = replace(proposal, state=verdict, decided_by=by, decided_at=now, reason=why)
    fixed = await _fixed(ledger, proposal) if verdict == "accepted" else None
    await stewardship.decide_proposal(decided, fixed, _row(decided), now)
    return decided


async def _fixed(ledger: Ledger, proposal: Proposal) -> Outlet:
    known = await ledger.outlet(proposal.outlet)
    if known is None:
        raise NotFound(f"outlet {proposal.outlet} is not in the register")
    return corrected(known, proposal.value)


def _row(decided: Proposal) -> AuditRow:
    return {
        "act": "proposal_" + decided.state,
        "by": decided.decided_by,
        "outlet": decided.outlet,
        "proposal": decided.id,
        "fields": sorted(decided.value),
        "reason": decided.reason,
    }
