"""The outlet's own page over JSON: what it says of itself, how the public sees it, proposals."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from aiohttp import web
from msgspec import UNSET, UnsetType

from core.actions.intakes import stock_now
from core.actions.outlet_page import Wanted, say_of_outlet
from core.actions.outlet_proposals import propose, withdraw
from core.domain.calendar import rfc3339, roc_minute, taipei_day
from core.domain.outlet_says import OutletSays
from core.domain.outlets import Outlet
from core.domain.proposals import KINDS, STATES, Proposal
from core.domain.sale_windows import parse_windows, time_of
from core.errors import Invalid, NotFound
from pharmacy_portal.api.bodies import Body, json_response, read_body
from pharmacy_portal.api.outlet_preview import preview
from pharmacy_portal.languages import language_of
from pharmacy_portal.wiring import Portal, portal_of, session_of

_REVISION = re.compile(r'(?:W/)?"?([0-9]{1,15})"?')


class WindowRow(Body, frozen=True):
    """One sale window; ``days`` 1 (Monday) to 7."""

    days: list[int]
    start: str
    end: str
    pieces: int | None = None


class TicketsPart(Body, frozen=True, omit_defaults=True):
    """Number tickets; what is left out stays as it is."""

    time: str | UnsetType = UNSET
    count: int | UnsetType | None = UNSET
    gone: bool | UnsetType = UNSET


class SayRequest(Body, frozen=True, omit_defaults=True):
    """Part or all of what an outlet says; what is left out stays as it is."""

    note: str | UnsetType | None = UNSET
    sale_windows: str | list[WindowRow] | UnsetType = UNSET
    tickets: TicketsPart | UnsetType | None = UNSET
    sold_out: bool | UnsetType = UNSET
    paused: bool | UnsetType = UNSET
    pause_reason: str | UnsetType = UNSET
    pause_reason_zh: str | UnsetType = UNSET
    pause_reason_en: str | UnsetType = UNSET
    pause_until: str | UnsetType | None = UNSET
    phone_hidden: bool | UnsetType = UNSET


class ProposalRequest(Body, frozen=True):
    """A correction of the register; ``value`` is a text, or ``{lat, lon}`` for a position."""

    kind: str
    value: Any
    note: str = ""


async def get_outlet(request: web.Request) -> web.Response:
    """Return what the register knows of this outlet, what it says, and how the public sees it."""
    portal, session = portal_of(request), session_of(request)
    says = await portal.state.outlet_states.outlet_says(session.institution)
    return await _answer(request, portal, says)


async def put_outlet(request: web.Request) -> web.Response:
    """Change what this outlet says: the fields named, and no others."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, SayRequest)
    wanted = Wanted(msgspec.to_builtins(body), _revision(request))
    says = await say_of_outlet(
        portal.state.outlet_states,
        portal.ledger,
        portal.clock,
        by=session.user,
        outlet=session.institution,
        wanted=wanted,
    )
    return await _answer(request, portal, says)


async def get_proposals(request: web.Request) -> web.Response:
    """List this outlet's proposals, newest first."""
    portal, session = portal_of(request), session_of(request)
    found = await portal.state.outlet_states.proposals(outlet=session.institution)
    language = language_of(request)
    return json_response({"proposals": [_proposal(one, language) for one in found]})


async def post_proposal(request: web.Request) -> web.Response:
    """Ask the authority to correct the register."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, ProposalRequest)
    proposal = await propose(
        portal.state.outlet_states,
        portal.ledger,
        portal.clock,
        by=session.user,
        outlet=session.institution,
        kind=body.kind,
        value=body.value,
        note=body.note,
    )
    return json_response(_proposal(proposal, language_of(request)), 201)


async def delete_proposal(request: web.Request) -> web.Response:
    """Take a waiting proposal back."""
    portal, session = portal_of(request), session_of(request)
    proposal = await withdraw(
        portal.state.outlet_states,
        portal.clock,
        by=session.user,
        outlet=session.institution,
        proposal_id=request.match_info["proposal"],
    )
    return json_response(_proposal(proposal, language_of(request)))


async def _answer(request: web.Request, portal: Portal, says: OutletSays) -> web.Response:
    outlet = await portal.ledger.outlet(says.outlet)
    if outlet is None:
        raise NotFound("this institution is not an outlet of the register")
    stops = await portal.state.outlet_states.standing_stops()
    concerned = [stop for stop in stops if stop.concerns(outlet.code, portal.programme.id)]
    stock = await stock_now(portal.desk, outlet=outlet.code)
    public = preview(
        outlet, says, concerned, portal.clock(), stock, portal.programme, language_of(request)
    )
    body = _register(outlet) | _said(portal, outlet, says) | {"public": public}
    response = json_response(body)
    response.headers["ETag"] = f'"{says.revision}"'
    return response


def _register(outlet: Outlet) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(outlet)
    return found | {"register_note": outlet.note}


def _said(portal: Portal, outlet: Outlet, says: OutletSays) -> dict[str, Any]:
    """Spell what an outlet says as ``PUT`` takes it; a word of yesterday is said no more."""
    now = portal.clock()
    today = taipei_day(now)
    over = says.pause_until is not None and says.pause_until <= now
    paused = says.paused_at is not None and not over
    gone, sold_out = says.tickets.gone_at, says.sold_out_at
    return {
        "note": outlet.note if says.note is None else says.note,
        "sale_windows": says.sale_windows,
        "windows": [_window(window) for window in parse_windows(says.sale_windows)],
        "tickets": {
            "time": says.tickets.time,
            "count": says.tickets.count,
            "gone": gone is not None and taipei_day(gone) == today,
        },
        "sold_out": sold_out is not None and taipei_day(sold_out) == today,
        "paused": paused,
        "pause_reason": says.pause_reason if paused else "",
        "pause_reason_zh": says.pause_zh if paused else "",
        "pause_reason_en": says.pause_en if paused else "",
        "pause_until": rfc3339(says.pause_until) if paused and says.pause_until else None,
        "phone_hidden": says.phone_hidden,
        "changed_at": rfc3339(says.changed_at) if says.changed_at else None,
        "revision": says.revision,
    }


def _window(window: Any) -> dict[str, Any]:
    return {
        "days": [day + 1 for day in sorted(window.days)],
        "start": time_of(window.start),
        "end": time_of(window.end),
        "pieces": window.pieces,
    }


def _proposal(proposal: Proposal, language: str) -> dict[str, Any]:
    return {
        "proposal_id": proposal.id,
        "kind": proposal.kind,
        "kind_words": KINDS[proposal.kind].in_language(language),
        "value": proposal.value,
        "note": proposal.note,
        "by": proposal.by,
        "at": rfc3339(proposal.at),
        "at_roc": roc_minute(proposal.at),
        "state": proposal.state,
        "state_words": STATES[proposal.state].in_language(language),
        "decided_at": rfc3339(proposal.decided_at) if proposal.decided_at else None,
        "reason": proposal.reason,
    }


def _revision(request: web.Request) -> int | None:
    """Return the revision that the client has seen, where it says so.

    Raises:
        Invalid: ``If-Match`` is no revision of this portal.
    """
    said = request.headers.get("If-Match")
    if said is None or said == "*":
        return None
    found = _REVISION.fullmatch(said.strip())
    if found is None:
        raise Invalid("If-Match: send the ETag of the answer that was seen")
    return int(found[1])
