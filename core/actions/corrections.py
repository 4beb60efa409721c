"""Corrections of the register: proposed by outlets and decided, or made, by the authority.

What was corrected stands in the accepted proposals, by whom and when; no later list overrides it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Literal

from msgspec.structs import replace

from core.actions.outlets import corrected, entry, said, what_changed
from core.actions.published_words import published
from core.clock import Clock
from core.domain.outlets import Outlet
from core.domain.proposals import FIELDS, Proposal
from core.errors import Conflict, Invalid, NotFound
from core.ports.ledger import AuditRow
from core.ports.outlet_states import OutletStates
from core.ports.stewardship import Stewardship

LONGEST_REASON = 200


async def decide_proposal(
    stewardship: Stewardship,
    outlet_states: OutletStates,
    clock: Clock,
    *,
    by: str,
    identity: str,
    verdict: Literal["accepted", "refused"],
    reason: str,
    seen: Mapping[str, str] | None = None,
) -> Proposal:
    """Decide a proposal; an accepted one changes the register in the same transaction.

    Only the fields it names are set, over whatever the register says by then. ``seen`` is what
    the register said of them when the authority looked (see ``register_says``).

    Raises:
        NotFound: there is no such proposal, or its outlet is gone.
        Conflict: it does not wait any more, or the register says something else than was seen.
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

    def change(register: Mapping[str, Outlet]) -> tuple[Sequence[Outlet], AuditRow]:
        if verdict == "refused":
            return [], _row(decided)
        known = entry(register, proposal.outlet)
        if seen is not None and seen != register_says(known, proposal):
            raise Conflict(f"the register of {known.code} was changed meanwhile; look at it again")
        fixed = corrected(known, proposal.value)
        return [fixed], _row(decided) | what_changed(known, fixed, proposal.value)

    await stewardship.decide_proposals([decided], change, now)
    return decided


async def correct_outlet(
    stewardship: Stewardship,
    clock: Clock,
    *,
    by: str,
    code: str,
    values: Mapping[str, str],
    reason: str,
) -> None:
    """Correct fields of one entry of the register by hand (see ``corrected``).

    It is kept as a proposal of the authority's own that was accepted.

    Raises:
        NotFound: the outlet is not in the register. Invalid: a value cannot be taken.
    """
    now = clock()
    made = [
        Proposal(
            id=f"p{secrets.token_hex(8)}",
            outlet=code,
            kind=kind,
            value={name: values[name] for name in fields if name in values},
            note="",
            by=by,
            at=now,
            state="accepted",
            decided_by=by,
            decided_at=now,
            reason=reason,
        )
        for kind, fields in FIELDS.items()
        if not values.keys().isdisjoint(fields)
    ]

    def change(register: Mapping[str, Outlet]) -> tuple[Sequence[Outlet], AuditRow]:
        known = entry(register, code)
        fixed = corrected(known, values)
        row: AuditRow = {"act": "correct_outlet", "by": by, "outlet": code, "reason": reason}
        return [fixed], row | what_changed(known, fixed, values)

    await stewardship.decide_proposals(made, change, now)


def register_says(outlet: Outlet, proposal: Proposal) -> dict[str, str]:
    """Return what the register says in the fields that a proposal would set."""
    return {name: said(outlet, name) for name in proposal.value}


def _row(decided: Proposal) -> AuditRow:
    return {
        "act": "proposal_" + decided.state,
        "by": decided.decided_by,
        "outlet": decided.outlet,
        "proposal": decided.id,
        "fields": sorted(decided.value),
        "reason": decided.reason,
    }
