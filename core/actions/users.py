"""機構使用者維護作業 and 使用者授權管理作業: the administrator's two tasks.

An administrator authorises others, never himself; whatever he takes away ends at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from core.actions.desk import audit_row
from core.actions.invitations import Invited, PeopleState, Wish, holds, issue, no_longer, refused
from core.domain.access import COUNTER_ROLES, SERVICES, services_of
from core.domain.people import Roster, StaffMember
from core.errors import Invalid, NotFound, Refused
from core.ports import AuditRow, Change, Changed, Revoked

USER_ROLE = "user"
MOST_AT_ONCE = 200


def chosen(services: Sequence[str]) -> tuple[str, ...]:
    """Return services in their order, each once.

    Raises:
        Invalid: none is named, or one that does not exist.
    """
    known = services_of(USER_ROLE)
    unknown = sorted(set(services) - set(known))
    if unknown or not services:
        raise Invalid(f"choose services among {', '.join(known)}")
    return tuple(name for name in SERVICES if name in services)


async def invite_users(
    state: PeopleState, wishes: Sequence[Wish], *, by: str, institution: str, now: datetime
) -> list[Invited]:
    """Invite users, all or none; the codes are known only now.

    Raises:
        Invalid: a name or a service is not right, or there are too many at once.
        NotPermitted: ``by`` is no administrator there any more.
    """
    if not 0 < len(wishes) <= MOST_AT_ONCE:
        raise Invalid(f"invite between 1 and {MOST_AT_ONCE} users at once")
    invited = [issue(state, wish, by=by, institution=institution, at=now) for wish in wishes]
    rows = [
        audit_row(
            "invite",
            by=by,
            outlet=institution,
            role=one.invitation.role,
            services=list(one.invitation.services or ()),
            invitation=one.invitation.id,
        )
        for one in invited
    ]

    def decide(roster: Roster) -> Change:
        if not holds(roster, by, "administrator"):
            return refused(rows[0], no_longer())
        return Change(rows, invitations=[one.invitation for one in invited])

    await state.people.change(institution, decide, now)
    return invited


async def authorise(
    state: PeopleState,
    *,
    by: str,
    institution: str,
    user: str,
    role: str,
    services: Sequence[str],
    now: datetime,
) -> Changed:
    """Set which services a user may use; he logs in anew to use them.

    Raises:
        Refused: ``GRANT_TO_SELF``.
        NotFound: the user has no such role at the counter there.
    """
    wanted = chosen(services)
    row = audit_row(
        "authorise", by=by, outlet=institution, user=user, role=role, services=list(wanted)
    )

    def decide(roster: Roster) -> Change:
        found = [one for one in roster.of_user(user) if one.role == role]
        if role not in COUNTER_ROLES or not found:
            return refused(row, NotFound("there is no such user here"))
        access = replace(found[0], services=wanted, granted_by=by, granted_at=now)
        return Change([row], grants=[access])

    return await _by_administrator(state, row, by, institution, user, decide, now)


async def remove_user(
    state: PeopleState, *, by: str, institution: str, user: str, now: datetime
) -> Changed:
    """Take everything at the counter from a user at once; the staff list does not bring it back.

    Raises:
        NotFound: nobody of that id works at the counter there.
    """
    row = audit_row("remove_user", by=by, outlet=institution, user=user)

    def decide(roster: Roster) -> Change:
        if not holds(roster, by, "administrator"):
            return refused(row, no_longer())
        ending = [one for one in roster.of_user(user) if one.role in COUNTER_ROLES]
        if not ending:
            return refused(row, NotFound("there is no such user here"))
        return Change(
            [row],
            revoked=[Revoked(user, institution, one.role) for one in ending],
            staff_blocks=[(one.id, by) for one in roster.staff if one.user == user],
        )

    return await state.people.change(institution, decide, now)


async def shut_out(
    state: PeopleState, *, by: str, institution: str, member: str, blocked: bool, now: datetime
) -> Changed:
    """Shut somebody of the staff list out, or let him in again.

    Raises:
        Refused: ``GRANT_TO_SELF`` for letting oneself in.
        NotFound: there is no such line of the list here.
    """
    act = "shut_out" if blocked else "let_in"
    row = audit_row(act, by=by, outlet=institution, staff=member)

    def decide(roster: Roster) -> Change:
        if not holds(roster, by, "administrator"):
            return refused(row, no_longer())
        found = [one for one in roster.staff if one.id == member]
        if not found:
            return refused(row, NotFound("there is no such line of the staff list here"))
        if not blocked and found[0].user == by:
            return refused(row, Refused(("GRANT_TO_SELF",)))
        return _shut(found[0], row, by if blocked else "")

    return await state.people.change(institution, decide, now)


async def invite_renewal(
    state: PeopleState,
    *,
    by: str,
    institution: str,
    user: str,
    now: datetime,
    authority: bool = False,
) -> Invited:
    """Make a code with which a user's renewed card takes the place of the old one.

    It must be a card of the same subject serial: a code never hands an account to another person.
    A representative's card, and where no other administrator is left, is for the authority.

    Raises:
        Refused: ``GRANT_TO_SELF``.
        NotFound: there is no such user here.
    """
    names = await state.people.names_of([user])
    wish = Wish("", names.get(user, user), kind="renewal", user=user)
    invited = issue(state, wish, by=by, institution=institution, at=now)
    row = audit_row("invite_renewal", by=by, outlet=institution, user=user)

    def decide(roster: Roster) -> Change:
        found = roster.of_user(user)
        mine = [one for one in found if authority or one.role != "representative"]
        if not mine:
            return refused(row, NotFound("there is no such user here"))
        invitation = replace(invited.invitation, role=mine[0].role)
        return Change([row], invitations=[invitation])

    if authority:
        await state.people.change(institution, decide, now)
    else:
        await _by_administrator(state, row, by, institution, user, decide, now)
    return invited


async def _by_administrator(
    state: PeopleState,
    row: AuditRow,
    by: str,
    institution: str,
    user: str,
    decide: Callable[[Roster], Change],
    now: datetime,
) -> Changed:
    """Let an administrator act on somebody else; on himself nobody does."""

    def checked(roster: Roster) -> Change:
        if not holds(roster, by, "administrator"):
            return refused(row, no_longer())
        if user == by:
            return refused(row, Refused(("GRANT_TO_SELF",)))
        return decide(roster)

    return await state.people.change(institution, checked, now)


def _shut(member: StaffMember, row: AuditRow, blocked_by: str) -> Change:
    ending = [Revoked(member.user, member.institution, member.role)] if blocked_by else []
    return Change(
        [row | ({"user": member.user} if member.user else {})],
        revoked=ending if member.user else [],
        staff_blocks=[(member.id, blocked_by)],
    )
