"""What somebody may do everywhere he is authorised, and a new card in the place of the old one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.actions.desk import audit_row
from core.actions.invitations import PeopleState, refused
from core.domain.people import Access, CardRecord, Certificate, effective_services
from core.errors import Conflict, MaskmapError, NotFound
from core.ports import CertificateFacts, Change, Grant


@dataclass(frozen=True, slots=True)
class OwnAccess:
    """One line of one's own authorisations; ``services`` are those that work now."""

    access: Access
    services: tuple[str, ...] | None


async def own_access(state: PeopleState, user: str) -> list[OwnAccess]:
    """List what a user may do, institution by institution."""
    granted = await state.people.access_of(user)
    codes = sorted({one.institution for one in granted})
    services = {one.institution: one for one in await state.people.services(codes)}
    return [
        OwnAccess(one, effective_services(one, services.get(one.institution))) for one in granted
    ]


async def grant_for(state: PeopleState, *, user: str, institution: str, role: str) -> Grant:
    """Return the grant of a user's choice.

    Raises:
        NotFound: he has none such.
    """
    for one in await own_access(state, user):
        if (one.access.institution, one.access.role) == (institution, role):
            return Grant(institution, role, one.services)
    raise NotFound("you have no such role at that institution")


async def bind_new_card(
    state: PeopleState, facts: CertificateFacts, *, by: str, old: str, now: datetime
) -> Certificate:
    """Bind a further card to a user who is logged in with his own card ``old``.

    A card of the same kind takes the place of the one he is logged in with, whose sessions end.

    Raises:
        Conflict: ``CARD_BOUND``: the card, or its subject, belongs to an account already.
    """
    own = {one.key: one for one in await state.people.cards_of(by)}
    row = audit_row("bind_card", by=by, outlet="", card=facts.kind)

    def decide(record: CardRecord) -> Change:
        fault = _fault(record, by)
        if fault is not None:
            return refused(row, fault)
        fresh = _bound(facts, by, now)
        replaced = [old] if old in own and own[old].kind in (facts.kind, "") else []
        return Change([row], certificates=[fresh], retired=replaced)

    record = await state.people.change_card(facts, decide, now)
    assert record.bound is not None
    return record.bound


def _fault(record: CardRecord, user: str) -> MaskmapError | None:
    if record.bound is not None or _others(record.same_subject, user):
        return Conflict("this card belongs to an account already", code="CARD_BOUND")
    if any(one.user not in ("", user) for one in record.staff):
        return Conflict("the staff list knows this card as another's", code="CARD_BOUND")
    return None


def _others(certificates: Sequence[Certificate], user: str) -> bool:
    return any(one.user != user for one in certificates)


def _bound(facts: CertificateFacts, user: str, now: datetime) -> Certificate:
    return Certificate(
        key=facts.key,
        user=user,
        kind=facts.kind,
        issuer_sha256=facts.issuer_sha256,
        subject_serial=facts.subject_serial,
        public_key_sha256=facts.public_key_sha256,
        bound_at=now,
        bound_by=user,
    )
