"""The authority's acts on institutions: services granted, refused, ended; administrators."""

from __future__ import annotations

from typing import Literal

from aiohttp import web

from core.actions.appointments import appoint
from core.actions.service_applications import decide_service
from core.domain.outlets import valid_code
from core.errors import Invalid
from pharmacy_portal.api.bodies import Body, json_response, read_body
from pharmacy_portal.api.people import code_of
from pharmacy_portal.wiring import portal_of, session_of


class ServiceVerdict(Body, frozen=True):
    """A decision on an institution's service."""

    verdict: Literal["granted", "refused"]
    reason: str = ""
    institution: str = ""


class AppointmentRequest(Body, frozen=True):
    """Whom to appoint where neither representative nor administrator can act."""

    institution: str
    role: Literal["administrator", "representative"]
    name: str


async def post_service(request: web.Request) -> web.Response:
    """Grant a service, refuse it, or end it; ending ends the sessions there.

    Raises:
        Invalid: that is no institution code, or a refusal has no reason.
    """
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, ServiceVerdict)
    code = request.match_info.get("institution", body.institution).strip().upper()
    if not valid_code(code):
        raise Invalid("an institution code has ten characters")
    changed = await decide_service(
        portal.state,
        by=session.user,
        institution=code,
        grant=body.verdict == "granted",
        reason=body.reason,
        now=portal.clock(),
    )
    portal.sessions.forget(changed.sessions)
    return json_response({"institution": code, "state": body.verdict})


async def post_appointment(request: web.Request) -> web.Response:
    """Appoint for an institution that has nobody; the answer alone has the one-time code.

    Raises:
        Invalid: that is no institution of the register, or there is no name.
    """
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, AppointmentRequest)
    code = body.institution.strip().upper()
    if not valid_code(code):
        raise Invalid("an institution code has ten characters")
    if await portal.ledger.outlet(code) is None:
        raise Invalid(f"{code} is not in the register: compare the code, or have it imported first")
    invited = await appoint(
        portal.state,
        by=session.user,
        institution=code,
        name=body.name,
        role=body.role,
        authority=True,
        now=portal.clock(),
    )
    return json_response(code_of(invited), 201)
