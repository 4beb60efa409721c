"""機構管理者作業: administrators, the service, users and what they may use.

The institution is always the session's; whatever belongs to another one is not found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from aiohttp import web

from core.actions import appointments, service_applications, users
from core.actions.invitations import Invited, Wish
from core.actions.user_lists import read_user_list
from core.domain.calendar import rfc3339
from core.domain.people import Service
from core.errors import Invalid
from core.ports import Changed
from pharmacy_portal.api.bodies import Body, json_response, read_body
from pharmacy_portal.languages import language_of
from pharmacy_portal.people_view import describe_act, describe_roster, instant, users_named
from pharmacy_portal.wiring import portal_of, session_of

ACTS_A_PAGE = 50


class NewAdministrator(Body, frozen=True):
    """Whom a code is for."""

    name: str


class NewUser(Body, frozen=True):
    """Whom a code is for, and what he may use."""

    name: str
    services: list[str]


class UserList(Body, frozen=True):
    """A CSV text with the columns 姓名 (name) and 服務 (services)."""

    csv: str


class Services(Body, frozen=True):
    """What a user may use in a role."""

    role: str
    services: list[str]


class Blocked(Body, frozen=True):
    """Whether somebody of the staff list is shut out."""

    blocked: bool


async def get_people(request: web.Request) -> web.Response:
    """Tell who may do what here, and what waits."""
    return json_response(await people_of(request))


async def people_of(request: web.Request) -> dict[str, object]:
    """Describe the people of the session's institution."""
    portal, session = portal_of(request), session_of(request)
    roster = await portal.state.people.roster(session.institution, portal.clock())
    names = await portal.state.people.names_of(users_named(roster.access, roster.invitations))
    return describe_roster(roster, names, session.user, language_of(request))


async def post_administrator(request: web.Request) -> web.Response:
    """Invite an administrator; the answer is the only place where the code stands."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, NewAdministrator)
    invited = await appointments.appoint(
        portal.state,
        by=session.user,
        institution=session.institution,
        name=body.name,
        now=portal.clock(),
    )
    return json_response(code_of(invited), 201)


async def delete_administrator(request: web.Request) -> web.Response:
    """Dismiss an administrator at once; ``?leaving_none=1`` dismisses the last one too."""
    portal, session = portal_of(request), session_of(request)
    changed = await appointments.dismiss(
        portal.state,
        by=session.user,
        institution=session.institution,
        user=request.match_info["user"],
        now=portal.clock(),
        leaving_none=request.query.get("leaving_none") == "1",
    )
    return ended(request, changed)


async def delete_administrator_code(request: web.Request) -> web.Response:
    """Take back the code of an administrator to be."""
    return await _withdraw(request, appointing=True)


async def delete_user_code(request: web.Request) -> web.Response:
    """Take back the code of a user to be."""
    return await _withdraw(request, appointing=False)


async def post_service(request: web.Request) -> web.Response:
    """Apply for the service."""
    portal, session = portal_of(request), session_of(request)
    service = await service_applications.apply_for_service(
        portal.state, by=session.user, institution=session.institution, now=portal.clock()
    )
    return json_response(describe_service(service), 201)


async def post_user(request: web.Request) -> web.Response:
    """Invite a user."""
    body = await read_body(request, NewUser)
    wish = Wish(users.USER_ROLE, body.name, users.chosen(body.services))
    return json_response(code_of((await _invite(request, [wish]))[0]), 201)


async def post_users(request: web.Request) -> web.Response:
    """Invite many users from a CSV list, all or none; codes stand in the answer alone."""
    body = await read_body(request, UserList)
    invited = await _invite(request, read_user_list(body.csv))
    return json_response({"invitations": [code_of(one) for one in invited]}, 201)


async def put_services(request: web.Request) -> web.Response:
    """Set what a user may use; his sessions end, and he logs in anew."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, Services)
    changed = await users.authorise(
        portal.state,
        by=session.user,
        institution=session.institution,
        user=request.match_info["user"],
        role=body.role,
        services=body.services,
        now=portal.clock(),
    )
    return ended(request, changed)


async def delete_user(request: web.Request) -> web.Response:
    """Take everything at the counter from a user, at once."""
    portal, session = portal_of(request), session_of(request)
    changed = await users.remove_user(
        portal.state,
        by=session.user,
        institution=session.institution,
        user=request.match_info["user"],
        now=portal.clock(),
    )
    return ended(request, changed)


async def post_renewal(request: web.Request) -> web.Response:
    """Make a code for a user's renewed card."""
    portal, session = portal_of(request), session_of(request)
    invited = await users.invite_renewal(
        portal.state,
        by=session.user,
        institution=session.institution,
        user=request.match_info["user"],
        now=portal.clock(),
    )
    return json_response(code_of(invited), 201)


async def put_staff(request: web.Request) -> web.Response:
    """Shut somebody of the staff list out, or let him in again."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, Blocked)
    changed = await users.shut_out(
        portal.state,
        by=session.user,
        institution=session.institution,
        member=request.match_info["member"],
        blocked=body.blocked,
        now=portal.clock(),
    )
    return ended(request, changed)


async def get_acts(request: web.Request) -> web.Response:
    """List this institution's acts, newest first; ``?before=`` goes on from ``next``."""
    return json_response(await acts_of(request))


async def acts_of(request: web.Request) -> dict[str, object]:
    """Describe a page of the institution's acts.

    Raises:
        Invalid: ``before`` is no number.
    """
    portal, session = portal_of(request), session_of(request)
    before = request.query.get("before", "")
    if before and not (before.isascii() and before.isdigit() and len(before) <= 18):
        raise Invalid("before must be a number from an earlier page")
    events, further = await portal.state.people.acts(
        session.institution, int(before) if before else None, ACTS_A_PAGE
    )
    named = {str(event.what.get("user", "")) for event in events} | {one.by for one in events}
    names = await portal.state.people.names_of(sorted(named))
    language = language_of(request)
    return {"acts": [describe_act(one, names, language) for one in events], "next": further}


def ended(request: web.Request, changed: Changed) -> web.Response:
    """Let go of ended sessions in this process at once, and say how many there were."""
    portal_of(request).sessions.forget(changed.sessions)
    return json_response({"sessions_ended": len(changed.sessions)})


def code_of(invited: Invited) -> dict[str, object]:
    """Describe a fresh invitation with its code."""
    invitation = invited.invitation
    return {
        "invitation": invitation.id,
        "name": invitation.name,
        "code": f"{invited.code[:4]}-{invited.code[4:]}",
        "expires_at": rfc3339(invitation.expires_at),
    }


def describe_service(service: Service) -> Mapping[str, object]:
    """Describe how an institution stands with the service."""
    return {
        "institution": service.institution,
        "state": service.state,
        "had_before": service.had_before,
        "applied_at": instant(service.applied_at),
        "decided_at": instant(service.decided_at),
        "reason": service.reason,
    }


async def _invite(request: web.Request, wishes: Iterable[Wish]) -> list[Invited]:
    portal, session = portal_of(request), session_of(request)
    return await users.invite_users(
        portal.state,
        list(wishes),
        by=session.user,
        institution=session.institution,
        now=portal.clock(),
    )


async def _withdraw(request: web.Request, *, appointing: bool) -> web.Response:
    portal, session = portal_of(request), session_of(request)
    changed = await appointments.withdraw(
        portal.state,
        by=session.user,
        institution=session.institution,
        invitation=request.match_info["invitation"],
        now=portal.clock(),
        appointing=appointing,
    )
    return ended(request, changed)
