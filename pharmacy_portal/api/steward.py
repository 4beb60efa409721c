"""The authority's acts: announcements, stops, corrections, the directory, services."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Literal

from aiohttp import web

from core.actions import announcements, stops
from core.actions.corrections import correct_outlet, decide_proposal
from core.actions.outlets import mark_outlet
from core.actions.published_words import published
from core.community.store import CommunityStore
from core.domain.calendar import TAIPEI
from core.domain.outlets import Status
from core.domain.stops import Scope
from core.errors import Conflict, Invalid, MaskmapError, Refused
from core.log import scrub_text
from pharmacy_portal.api.bodies import Body, json_response, read_body
from pharmacy_portal.wiring import Portal, portal_of, session_of

LONGEST_REASON = 200


class AnnouncementRequest(Body, frozen=True):
    """An announcement; ``version`` is the one it was written upon, 0 for a new one."""

    kind: str
    audience: str
    zh: str
    en: str
    effective: str = ""
    version: int = 0


class WithdrawRequest(Body, frozen=True):
    """Why an announcement is withdrawn."""

    version: int
    reason: str


class StopRequest(Body, frozen=True):
    """Whom to stop, why, until when (Taipei, ``YYYY-MM-DDTHH:MM``); the target typed again."""

    scope: Scope
    target: str
    zh: str
    en: str
    confirmation: str
    until: str = ""


class LiftRequest(Body, frozen=True):
    """The target of the stop, typed again."""

    confirmation: str


class VerdictRequest(Body, frozen=True):
    """A decision on a proposal; ``seen`` is what the page showed of the register."""

    verdict: Literal["accepted", "refused"]
    reason: str = ""
    seen: dict[str, str] | None = None


class ListingVerdict(Body, frozen=True):
    """A decision on a submission to the directory of applications."""

    verdict: Literal["accepted", "rejected", "withdrawn"]
    reason: str = ""


class CorrectionRequest(Body, frozen=True):
    """Fields of the register to correct; ``status`` is set apart, with the same reason."""

    reason: str
    name: str | None = None
    address: str | None = None
    phone: str | None = None
    lon: str | None = None
    lat: str | None = None
    status: Status | None = None


async def post_announcement(request: web.Request) -> web.Response:
    """Announce something new."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, AnnouncementRequest)
    made = await announcements.announce(
        portal.state.stewardship,
        portal.clock,
        by=session.user,
        kind=body.kind,
        audience=body.audience,
        effective=_day(body.effective) if body.effective else None,
        zh=body.zh,
        en=body.en,
    )
    return await _announced(portal, made.id, made.version, 201)


async def put_announcement(request: web.Request) -> web.Response:
    """Put a further version of an announcement in force."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, AnnouncementRequest)
    made = await announcements.edit_announcement(
        portal.state.stewardship,
        portal.clock,
        by=session.user,
        identity=request.match_info["announcement"],
        version=body.version,
        kind=body.kind,
        audience=body.audience,
        effective=_day(body.effective),
        zh=body.zh,
        en=body.en,
    )
    return await _announced(portal, made.id, made.version)


async def post_withdraw(request: web.Request) -> web.Response:
    """Take an announcement off every page and feed."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, WithdrawRequest)
    made = await announcements.withdraw_announcement(
        portal.state.stewardship,
        portal.clock,
        by=session.user,
        identity=request.match_info["announcement"],
        version=body.version,
        reason=body.reason,
    )
    return await _announced(portal, made.id, made.version)


async def post_stop(request: web.Request) -> web.Response:
    """Stop an outlet, or the whole programme."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, StopRequest)
    stop = await stops.declare_stop(
        portal.state.stewardship,
        portal.ledger,
        portal.programme,
        portal.clock,
        by=session.user,
        scope=body.scope,
        target=body.target.strip(),
        zh=body.zh,
        en=body.en,
        until=_minute(body.until) if body.until else None,
        confirmation=body.confirmation,
    )
    return json_response({"stop": stop.id}, 201)


async def post_lift(request: web.Request) -> web.Response:
    """Let sale go on.

    Raises:
        Refused: ``CONFIRMATION_NEEDED``: the target was not typed.
    """
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, LiftRequest)
    identity = request.match_info["stop"]
    known = [one.stop for one in await portal.state.stewardship.stops() if one.stop.id == identity]
    if known and body.confirmation.strip() != known[0].target:
        raise Refused(("CONFIRMATION_NEEDED",))
    await stops.lift_stop(
        portal.state.stewardship, portal.clock, by=session.user, identity=identity
    )
    return json_response({"stop": identity})


async def post_proposal(request: web.Request) -> web.Response:
    """Decide what an outlet proposed."""
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, VerdictRequest)
    decided = await decide_proposal(
        portal.state.stewardship,
        portal.state.outlet_states,
        portal.clock,
        by=session.user,
        identity=request.match_info["proposal"],
        verdict=body.verdict,
        reason=body.reason,
        seen=body.seen,
    )
    return json_response({"proposal": decided.id, "state": decided.state})


async def put_outlet(request: web.Request) -> web.Response:
    """Correct an entry of the register by hand.

    Raises:
        Invalid: no reason, or nothing to correct.
    """
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, CorrectionRequest)
    code, reason = request.match_info["outlet"], published(body.reason, LONGEST_REASON)
    names = ("name", "address", "phone", "lon", "lat")
    values = {name: getattr(body, name) for name in names if getattr(body, name) is not None}
    if not reason or not (values or body.status):
        raise Invalid("say what is corrected, and why")
    if values:
        await correct_outlet(
            portal.state.stewardship,
            portal.clock,
            by=session.user,
            code=code,
            values=values,
            reason=reason,
        )
    if body.status:
        await mark_outlet(
            portal.ledger,
            code,
            by=session.user,
            clock=portal.clock,
            status=body.status,
            reason=reason,
        )
    return json_response({"outlet": code})


async def post_listing(request: web.Request) -> web.Response:
    """Decide on a submission to the directory of applications.

    It stands in another database, so the audit row comes first: no decision without one.

    Raises:
        Invalid: no reason for anything but accepting.
    """
    portal, session = portal_of(request), session_of(request)
    body = await read_body(request, ListingVerdict)
    identity, reason = request.match_info["submission"], published(body.reason, LONGEST_REASON)
    if body.verdict != "accepted" and not reason:
        raise Invalid("say why")
    store = CommunityStore(portal.settings.community_path)
    row: dict[str, object] = {
        "act": "directory_review",
        "by": session.user,
        "submission": scrub_text(identity)[:LONGEST_REASON],
        "verdict": body.verdict,
        "reason": reason,
    }
    now = portal.clock()
    await portal.ledger.record(row, now)
    try:
        await asyncio.to_thread(
            store.review, identity, body.verdict, by=session.user, reason=reason, at=now
        )
    except MaskmapError as refusal:
        await portal.ledger.record(row | {"refused": refusal.code}, now)
        if isinstance(refusal, Conflict):
            raise Conflict(str(refusal)) from None
        raise
    return json_response({"submission": identity, "state": body.verdict})


async def _announced(
    portal: Portal, identity: str, version: int, status: int = 200
) -> web.Response:
    """Tell the site, then the steward."""
    await announcements.tell_data_users(portal.state.stewardship, portal.settings.announced_file)
    return json_response({"announcement": identity, "version": version}, status)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid("a day is written YYYY-MM-DD") from None


def _minute(text: str) -> datetime:
    """Read an instant; one without an offset is Taipei's."""
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=TAIPEI)).astimezone(TAIPEI)
    except (ValueError, OverflowError):
        raise Invalid("an instant is written YYYY-MM-DDTHH:MM") from None
