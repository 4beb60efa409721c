"""Who holds the card that logs in: found by certificate, never by name.

A card's first login binds it: because the staff list names its subject serial, or because its
holder types a code he was given. From then on its key belongs to the binding; another key of the
same subject is a renewed card, and is refused until it has been renewed here too.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from core.actions.desk import audit_row
from core.actions.invitations import PeopleState, code_hash, refused
from core.domain.people import (
    Access,
    CardRecord,
    Certificate,
    Invitation,
    StaffMember,
    card_fits,
    effective_services,
    listed_role_fits,
    preferred,
)
from core.errors import MaskmapError, NotPermitted, Refused
from core.ports import AuditRow, CertificateFacts, Change, Grant, User

_ID_BYTES = 8


async def recognise(
    state: PeopleState, facts: CertificateFacts, now: datetime, code: str = ""
) -> User | None:
    """Return the user whose card this is, with what he is granted; None for a stranger's.

    Each institution comes with one grant: the one a login there begins with. ``code`` is an
    invitation's, where its holder typed one.

    Raises:
        NotPermitted: ``CARD_RENEWED``: another card of this subject is bound.
        Refused: ``INVITATION_INVALID``, ``CARD_KIND``, ``GRANT_TO_SELF``.
    """
    digest = code_hash(state, code) if code else ""
    record = await state.people.card(facts, now, digest)
    if code or _open(record, facts):

        def decide(record: CardRecord) -> Change | None:
            return _enrol(record, facts, now, asked=bool(code))

        record = await state.people.change_card(facts, decide, now, digest)
    return _user(record)


async def redeem(state: PeopleState, *, certificate: str, code: str, now: datetime) -> User | None:
    """Redeem a code in a session that is open, for the card that opened it.

    Raises:
        Refused: as ``recognise``.
    """
    stranger = CertificateFacts(certificate, "", "", "", "", "")
    record = await state.people.card(stranger, now)
    found = record.bound
    if found is None:
        return None
    facts = CertificateFacts(
        found.key,
        found.issuer_sha256,
        found.subject_serial,
        found.public_key_sha256,
        found.kind,
        record.name,
    )
    return await recognise(state, facts, now, code)


def _open(record: CardRecord, facts: CertificateFacts) -> bool:
    """Tell whether something is left to be written, or to be refused, about this card."""
    if record.bound is None:
        return bool(record.same_subject or record.staff)
    if record.bound.retired_at is not None:
        return False
    unknown = not record.bound.subject_serial and bool(facts.subject_serial)
    return unknown or bool(_listed_anew(record, record.bound.user))


def _enrol(
    record: CardRecord, facts: CertificateFacts, now: datetime, *, asked: bool
) -> Change | None:
    invitation = record.invitation
    # A login that goes on to choose an institution sends its code again.
    if asked and invitation is None and not record.redeemed:
        row = audit_row("redeem", by=record.bound.user if record.bound else "", outlet="")
        return refused(row, Refused(("INVITATION_INVALID",)))
    if record.bound is not None:
        return _known_card(record, record.bound, facts, now)
    if invitation is not None and invitation.kind == "renewal":
        return _renewed_card(record, invitation, facts, now)
    if record.same_subject or any(one.user for one in record.staff):
        row = audit_row("login_refused", by="", outlet="", card=facts.kind)
        error = NotPermitted("another card of this subject is bound here", code="CARD_RENEWED")
        return refused(row, error)
    return _new_card(record, facts, now)


def _known_card(
    record: CardRecord, bound: Certificate, facts: CertificateFacts, now: datetime
) -> Change | None:
    """Fill in what is not known of a card, and take up what the list or a code newly grants."""
    if bound.retired_at is not None:
        return None
    change = Change([])
    if not bound.subject_serial and facts.subject_serial:
        row = audit_row("complete_card", by=bound.user, outlet="", card=facts.kind)
        change = Change([row], certificates=[_filled(bound, facts)])
    change = _with_staff(change, _listed_anew(record, bound.user), bound.user, now)
    if record.invitation is not None:
        return _with_invitation(change, record.invitation, bound.user, facts.kind, now)
    return change if change.audit else None


def _new_card(record: CardRecord, facts: CertificateFacts, now: datetime) -> Change | None:
    """Bind a card for the first time, for whoever the list or a code lets in."""
    user = f"u-{secrets.token_hex(_ID_BYTES)}"
    listed = _listed_anew(record, user)
    if record.invitation is None and not listed:
        return None
    by = record.invitation.by if record.invitation else "staff_list"
    change = Change(
        [], users=[(user, facts.name)], certificates=[_certificate(facts, user, by, now)]
    )
    change = _with_staff(change, listed, user, now)
    if record.invitation is not None:
        change = _with_invitation(change, record.invitation, user, facts.kind, now)
    return change


def _renewed_card(
    record: CardRecord, invitation: Invitation, facts: CertificateFacts, now: datetime
) -> Change:
    """Put a new card in the place of the old ones of the same subject."""
    row = _redeemed(invitation, invitation.user)
    old = [one for one in record.invited if one.retired_at is None and one.key != facts.key]
    # Of the same kind too: different authorities may have given one number to two people.
    serial = facts.subject_serial
    same = [one for one in old if serial == one.subject_serial != "" and one.kind == facts.kind]
    foreign = [one for one in record.same_subject if one.user != invitation.user]
    if not same or foreign:
        return refused(row, Refused(("INVITATION_INVALID",)))
    fresh = _certificate(facts, invitation.user, invitation.by, now)
    return Change(
        [row],
        certificates=[fresh],
        retired=[one.key for one in same],
        used=(invitation.id, invitation.user),
    )


def _with_invitation(
    change: Change, invitation: Invitation, user: str, card_kind: str, now: datetime
) -> Change:
    row = _redeemed(invitation, user)
    fault = _fault(invitation, user, card_kind)
    if fault is not None:
        # Whoever is refused before he has an account leaves no id of one.
        return refused(row | {"by": ""} if change.users else row, fault)
    access = Access(
        user=user,
        name="",
        institution=invitation.institution,
        role=invitation.role,
        services=invitation.services,
        source="invitation",
        granted_by=invitation.by,
        granted_at=now,
    )
    return replace(
        change,
        audit=[*change.audit, row],
        grants=[*change.grants, access],
        used=(invitation.id, user),
    )


def _fault(invitation: Invitation, user: str, card_kind: str) -> MaskmapError | None:
    if invitation.kind == "renewal":
        return Refused(("INVITATION_INVALID",))
    if invitation.by == user:
        return Refused(("GRANT_TO_SELF",))
    if not card_fits(invitation.role, card_kind):
        return Refused(("CARD_KIND",))
    return None


def _with_staff(change: Change, listed: Sequence[StaffMember], user: str, now: datetime) -> Change:
    rows = [_by_list(one, user) for one in listed]
    grants = [
        Access(user, "", one.institution, one.role, None, "staff_list", "staff_list", now)
        for one in listed
    ]
    return replace(
        change,
        audit=[*change.audit, *rows],
        grants=[*change.grants, *grants],
        staff_users=[(one.id, user) for one in listed],
    )


def _listed_anew(record: CardRecord, user: str) -> list[StaffMember]:
    """Return the lines of the list that let this user in and have not done so yet."""
    granted = {(one.institution, one.role) for one in record.access}
    return [
        one
        for one in record.staff
        if not one.blocked_by
        and one.user in ("", user)
        and (one.institution, one.role) not in granted
        and listed_role_fits(record.kinds.get(one.institution, ""), one.role)
    ]


def _user(record: CardRecord) -> User | None:
    bound = record.bound
    if bound is None or bound.retired_at is not None or not record.access:
        return None
    grants = tuple(
        Grant(
            one.institution,
            one.role,
            effective_services(one, record.services.get(one.institution)),
        )
        for one in preferred(record.access, record.services)
    )
    return User(bound.user, record.name, bound.key, grants)


def _certificate(facts: CertificateFacts, user: str, by: str, now: datetime) -> Certificate:
    return Certificate(
        key=facts.key,
        user=user,
        kind=facts.kind,
        issuer_sha256=facts.issuer_sha256,
        subject_serial=facts.subject_serial,
        public_key_sha256=facts.public_key_sha256,
        bound_at=now,
        bound_by=by,
    )


def _filled(bound: Certificate, facts: CertificateFacts) -> Certificate:
    return replace(
        bound,
        kind=facts.kind,
        issuer_sha256=facts.issuer_sha256,
        subject_serial=facts.subject_serial,
        public_key_sha256=facts.public_key_sha256,
    )


def _redeemed(invitation: Invitation, user: str) -> AuditRow:
    return audit_row(
        "redeem",
        by=user,
        outlet=invitation.institution,
        role=invitation.role,
        granted_by=invitation.by,
        invitation=invitation.id,
    )


def _by_list(member: StaffMember, user: str) -> AuditRow:
    return audit_row("authorise_by_list", by=user, outlet=member.institution, role=member.role)
