"""健保服務申請作業: institutions apply for the service 防疫口罩管控系統.

Source: the manual, 貳: 如貴單位曾申請本署 VPN 任一服務項目，則由本署統一授權. Without a granted
service nobody works at the institution's counter; an institution nobody listed has none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.actions.desk import audit_row, free_text
from core.actions.invitations import PeopleState, holds, no_longer, refused
from core.domain.outlets import valid_code
from core.domain.people import Roster, Service, ServiceState
from core.errors import Conflict, Invalid, NotFound
from core.ports import Change, Changed

LONGEST_REASON = 200
_OPEN_TO_APPLY = ("none", "refused", "withdrawn")


async def apply_for_service(
    state: PeopleState, *, by: str, institution: str, now: datetime
) -> Service:
    """Apply; whoever had a service before, and was never refused, has it at once.

    Raises:
        Conflict: it is granted, or applied for, already.
        NotPermitted: ``by`` is no administrator there any more.
    """

    def decide(roster: Roster) -> Change:
        service = roster.service
        row = audit_row("apply_for_service", by=by, outlet=institution)
        if not holds(roster, by, "administrator"):
            return refused(row, no_longer())
        if service.state not in _OPEN_TO_APPLY:
            return refused(row, Conflict("the service is applied for, or granted, already"))
        at_once = service.had_before and service.state == "none"
        asked = replace(service, state="applied", applied_by=by, applied_at=now, reason="")
        if at_once:
            asked = replace(asked, state="granted", decided_by="list", decided_at=now)
        return Change([row | {"state": asked.state}], service=asked)

    await state.people.change(institution, decide, now)
    return (await state.people.services([institution]))[0]


async def decide_service(
    state: PeopleState, *, by: str, institution: str, grant: bool, reason: str, now: datetime
) -> Changed:
    """Grant the service, refuse it, or withdraw it, for the authority.

    Withdrawing ends every live session at the institution.

    Raises:
        Invalid: a refusal without a reason.
        NotFound: the institution never applied, nor was it listed.
    """
    why = free_text(reason, LONGEST_REASON)
    if not grant and not why:
        raise Invalid("say why: the institution reads it")

    def decide(roster: Roster) -> Change:
        service = roster.service
        row = audit_row("decide_service", by=by, outlet=institution, granted=grant, reason=why)
        if service.state == "none" and not grant:
            return refused(row, NotFound("this institution has not applied"))
        decided = replace(service, decided_by=by, decided_at=now, reason=why)
        return Change([row], service=replace(decided, state=_decided(service, grant)))

    return await state.people.change(institution, decide, now)


def _decided(service: Service, grant: bool) -> ServiceState:
    if grant:
        return "granted"
    return "refused" if service.state == "applied" else "withdrawn"


async def list_served(
    state: PeopleState, institutions: Sequence[str], *, by: str, now: datetime
) -> int:
    """Note which institutions had a service before: they are granted this one at once.

    One that was refused, or whose service was withdrawn, stays so.

    Returns:
        How many were granted by it.

    Raises:
        Invalid: a code is malformed; nothing is written.
    """
    bad = [code for code in institutions if not valid_code(code)]
    if bad:
        raise Invalid(f"not a medical institution code: {', '.join(bad[:5])}")
    known = await state.people.services(sorted(set(institutions)))
    fresh = [one for one in known if not one.had_before or one.state in ("none", "applied")]
    written = [_listed(one, by, now) for one in fresh]
    granted = sum(
        new.state == "granted" != old.state for old, new in zip(fresh, written, strict=True)
    )
    if written:
        row: dict[str, object] = {"act": "list_served", "by": by, "listed": len(written)}
        await state.people.save_services(written, row | {"granted": granted}, now)
    return granted


def _listed(service: Service, by: str, now: datetime) -> Service:
    listed = replace(service, had_before=True)
    if service.state not in ("none", "applied"):
        return listed
    return replace(listed, state="granted", decided_by=by, decided_at=now)
