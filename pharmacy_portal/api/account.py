"""One's own account: where one is authorised, changing between institutions, codes and cards."""

from __future__ import annotations

from aiohttp import web

from core.actions import appointments, own_access, people
from core.actions.desk import audit_row
from core.errors import MaskmapError, NotPermitted
from core.ports import CertificateFacts, User
from pharmacy_portal.api.bodies import Body, json_response, read_body
from pharmacy_portal.api.login import address_of, who
from pharmacy_portal.api.people import ended
from pharmacy_portal.cookies import pre_login_secret, set_session_cookie
from pharmacy_portal.languages import language_of
from pharmacy_portal.login.certificates import LoginRefused
from pharmacy_portal.login.verification import LoginRequest, verify_card
from pharmacy_portal.people_view import describe_access, describe_card, service_words
from pharmacy_portal.permission_names import SERVICES
from pharmacy_portal.practice import PRACTICE
from pharmacy_portal.wiring import ORIGIN, Portal, portal_of, session_of

# What belongs to the place one leaves: its narrower services, and practising.
_LEFT_BEHIND = (SERVICES, PRACTICE)


class Choice(Body, frozen=True):
    """The institution, and the role there, to go on working in."""

    institution: str
    role: str


class Code(Body, frozen=True):
    """A one-time code."""

    code: str


class NewCard(Body, frozen=True):
    """A further card's signature over the four lines of a login."""

    certificate: str
    signature: str
    mechanism: str
    intermediates: list[str] | str | None = None
    challenge: str | None = None


async def get_access(request: web.Request) -> web.Response:
    """List where one is authorised, and one's cards."""
    return json_response(await account_of(request))


async def account_of(request: web.Request) -> dict[str, object]:
    """Describe the access and the cards of the session's user."""
    portal, session, language = portal_of(request), session_of(request), language_of(request)
    found = await own_access.own_access(portal.state, session.user)
    names = await portal.state.people.names_of([one.access.granted_by for one in found])
    here = (session.institution, session.role)
    lines = []
    for one in found:
        access = one.access
        outlet = await portal.ledger.outlet(access.institution)
        described = describe_access(access, names, session.user, language)
        described |= {
            "institution": access.institution,
            "institution_name": outlet.name if outlet else "",
            "here": (access.institution, access.role) == here,
            "usable": one.services != (),
            "service_names": service_words(one.services, language),
        }
        lines.append(described)
    cards = await portal.state.people.cards_of(session.user)
    return {"access": lines, "cards": [describe_card(card, language) for card in cards]}


async def post_switch(request: web.Request) -> web.Response:
    """Go on at another institution, or in another role: a new session, no new PIN.

    What the card proved at the login holds until the same absolute limit.
    """
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, Choice)
    grant = await own_access.grant_for(
        portal.state, user=session.user, institution=body.institution, role=body.role
    )
    row = audit_row("switch", by=session.user, outlet=grant.institution, role=grant.role)
    kept = {name: value for name, value in session.data.items() if name not in _LEFT_BEHIND}
    user = User(session.user, session.name, session.certificate, (grant,))
    former = audit_row("logout", by=session.user, outlet=session.institution)
    await portal.sessions.close(session, former)
    secret, fresh = await portal.sessions.open(user, grant, row, kept, since=session.created_at)
    response = json_response(who(fresh))
    set_session_cookie(response, request[ORIGIN], secret)
    return response


async def post_code(request: web.Request) -> web.Response:
    """Redeem a code with the card that one is logged in with."""
    portal, session = portal_of(request), session_of(request)
    portal.budgets.spend_login(address_of(request))
    body = await read_body(request, Code)
    try:
        await people.redeem(
            portal.state, certificate=session.certificate, code=body.code, now=portal.clock()
        )
    except MaskmapError:
        portal.budgets.count_failed_login(address_of(request))
        raise
    return json_response(await account_of(request), 201)


async def delete_access(request: web.Request) -> web.Response:
    """Give up a role of one's own."""
    portal, session = portal_of(request), session_of(request)
    changed = await appointments.give_up(
        portal.state,
        by=session.user,
        institution=request.match_info["institution"],
        role=request.match_info["role"],
        now=portal.clock(),
    )
    return ended(request, changed)


async def post_card(request: web.Request) -> web.Response:
    """Register a new card beside the old one, which one is logged in with.

    Raises:
        NotPermitted: the new card does not pass the checks of a login.
        Conflict: it belongs to an account already.
    """
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, NewCard)
    try:
        leaf = await _checked(portal, request, body)
    except LoginRefused as refusal:
        # The session goes on: this is not its login that failed.
        raise NotPermitted(str(refusal), code=refusal.code) from None
    card = await own_access.bind_new_card(
        portal.state, leaf, by=session.user, old=session.certificate, now=portal.clock()
    )
    return json_response(describe_card(card, language_of(request)), 201)


async def _checked(portal: Portal, request: web.Request, card: NewCard) -> CertificateFacts:
    """Check a card as a login would, but for whose it is."""
    secret = pre_login_secret(request, request[ORIGIN])
    signed = LoginRequest(
        card.certificate,
        card.signature,
        card.mechanism,
        card.intermediates,
        challenge=card.challenge,
    )
    proven = await verify_card(
        portal.certificates,
        signed,
        origin=request[ORIGIN],
        challenge=portal.challenges.take(secret) if secret else None,
        now=portal.clock(),
    )
    return proven.facts
