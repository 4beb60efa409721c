"""機構管理者維護作業: the representative appoints and dismisses administrators.

Where an institution has no administrator and no representative who could appoint one, the
authority does. Nobody appoints himself; the last administrator does not go without a word.
"""

from __future__ import annotations

from datetime import datetime

from core.actions.desk import audit_row
from core.actions.invitations import Invited, PeopleState, Wish, holds, issue, no_longer, refused
from core.domain.access import COUNTER_ROLES
from core.domain.people import Roster
from core.errors import NotFound, Refused
from core.ports import Change, Changed, Revoked

_APPOINTER = {"administrator": "representative", "representative": "", "steward": ""}


async def appoint(
    state: PeopleState,
    *,
    by: str,
    institution: str,
    name: str,
    now: datetime,
    role: str = "administrator",
    authority: bool = False,
) -> Invited:
    """Invite an administrator (or, for the authority alone, a representative, a steward).

    Raises:
        NotPermitted: ``by`` is not the representative, nor acting for the authority.
        Invalid: there is no name.
    """
    invited = issue(state, Wish(role, name), by=by, institution=institution, at=now)
    row = audit_row(
        "invite", by=by, outlet=institution, role=role, invitation=invited.invitation.id
    )

    def decide(roster: Roster) -> Change:
        if not authority and not holds(roster, by, _APPOINTER[role]):
            return refused(row, no_longer())
        return Change([row], invitations=[invited.invitation])

    await state.people.change(institution, decide, now)
    return invited


async def dismiss(
    state: PeopleState,
    *,
    by: str,
    institution: str,
    user: str,
    now: datetime,
    role: str = "administrator",
    leaving_none: bool = False,
    authority: bool = False,
) -> Changed:
    """Dismiss an administrator; his live sessions end with it.

    ``leaving_none`` says that the appointer knows that nobody will administer the institution.

    Raises:
        Refused: ``LAST_ADMINISTRATOR``, unless ``leaving_none``.
        NotFound: the user is no such thing there.
    """
    row = audit_row("dismiss", by=by, outlet=institution, role=role, user=user)

    def decide(roster: Roster) -> Change:
        if not authority and not holds(roster, by, _APPOINTER[role]):
            return refused(row, no_longer())
        if not holds(roster, user, role):
            return refused(row, NotFound("there is no such administrator here"))
        if role == "administrator" and _is_last(roster) and not leaving_none:
            return refused(row, Refused(("LAST_ADMINISTRATOR",)))
        return Change([row], revoked=[Revoked(user, institution, role)])

    return await state.people.change(institution, decide, now)


async def give_up(
    state: PeopleState, *, by: str, institution: str, role: str, now: datetime
) -> Changed:
    """Give up what one may do oneself; the only administrator needs a successor first.

    Raises:
        Refused: ``LAST_ADMINISTRATOR``.
        NotFound: one has no such role there.
    """
    row = audit_row("give_up", by=by, outlet=institution, role=role)

    def decide(roster: Roster) -> Change:
        if not holds(roster, by, role):
            return refused(row, NotFound("you have no such role there"))
        if role == "administrator" and _is_last(roster):
            return refused(row, Refused(("LAST_ADMINISTRATOR",)))
        blocks = [(one.id, by) for one in roster.staff if one.user == by and one.role == role]
        return Change([row], revoked=[Revoked(by, institution, role)], staff_blocks=blocks)

    return await state.people.change(institution, decide, now)


async def withdraw(
    state: PeopleState,
    *,
    by: str,
    institution: str,
    invitation: str,
    now: datetime,
    appointing: bool,
) -> Changed:
    """Take back a code that has not been redeemed.

    ``appointing``: that of an administrator (by the representative), else that of a user.

    Raises:
        NotFound: there is no such open invitation.
    """
    row = audit_row("withdraw_invitation", by=by, outlet=institution, invitation=invitation)
    holder = "representative" if appointing else "administrator"

    def decide(roster: Roster) -> Change:
        if not holds(roster, by, holder):
            return refused(row, no_longer())
        roles = {"administrator"} if appointing else COUNTER_ROLES
        named = any(one.id == invitation and one.role in roles for one in roster.invitations)
        if not named:
            return refused(row, NotFound("there is no such open invitation"))
        return Change([row], withdrawn=[invitation])

    return await state.people.change(institution, decide, now)


def warning_of(roster: Roster) -> str:
    """Return a warning about an institution's people, as a code; empty where there is none."""
    administrators = roster.in_role("administrator")
    if not administrators:
        return "NO_ADMINISTRATOR"
    return "ONE_ADMINISTRATOR" if len(administrators) == 1 else ""


def _is_last(roster: Roster) -> bool:
    return len(roster.in_role("administrator")) <= 1
