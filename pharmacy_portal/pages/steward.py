"""The authority's pages: what waits, what was announced, whom it stopped, the morning list."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from core.actions.corrections import register_says
from core.actions.morning import FLAGS, MorningLimits, MorningLine, morning_list
from core.actions.stops import standing
from core.community.directory import directory
from core.community.listing import CATEGORIES, PLATFORMS
from core.community.store import CommunityStore
from core.domain.access import ROLE_NAMES
from core.domain.announcements import AUDIENCES, KINDS
from core.domain.outlets import Outlet
from core.domain.proposals import KINDS as PROPOSAL_KINDS
from core.domain.proposals import STATES, Proposal
from core.domain.text import Text
from core.ports.stewardship import StopRecord
from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.content import news_item
from pharmacy_portal.pages.morning import limits_of, morning_rows, sorted_by
from pharmacy_portal.pages.moves import ShownMove, shown_move
from pharmacy_portal.pages.shell import render_counter
from pharmacy_portal.wiring import Portal, portal_of

MOST_DECIDED = 50
APPOINTED = ("administrator", "representative")


@dataclass(frozen=True)
class StopLine:
    """A stop as the page shows it."""

    id: str
    scope: str
    target: str
    name: str
    reason: Text
    at: datetime | None
    until: datetime | None
    by: str
    lifted_at: datetime | None
    lifted_by: str
    holds: bool


@dataclass(frozen=True)
class ProposalLine:
    """A proposal beside what the register says now."""

    proposal: Proposal
    kind: str
    state: str
    outlet: Outlet | None
    now: str
    wanted: str
    seen: dict[str, str]
    move: ShownMove | None


async def get_steward(request: web.Request) -> web.Response:
    """What waits for the authority, at a glance."""
    portal = portal_of(request)
    now = portal.clock()
    state = portal.state
    lines = await _morning(portal, MorningLimits())
    waiting = await state.outlet_states.proposals(states=("waiting",))
    submissions = await asyncio.to_thread(_store(portal).submissions)
    services = await state.people.services()
    disputes = await state.days.disputes()
    return await render_counter(
        request,
        "steward.html",
        counts={
            "morning": len(lines),
            "corrections": len(waiting),
            "directory": sum(one.state == "waiting" for one in submissions),
            "disputes": sum(one.state == "open" for one in disputes),
            "services": sum(one.state == "applied" for one in services),
            "stops": len(await standing(state.stewardship, now)),
        },
    )


async def get_announcements(request: web.Request) -> web.Response:
    """Announcements: what stands, what was withdrawn, and a form for a new one."""
    portal, language = portal_of(request), language_of(request)
    found = await portal.state.stewardship.announcements()
    return await render_counter(
        request,
        "steward_announcements.html",
        announcements=[(one, news_item(one, language)) for one in found],
        kinds=_in_language(KINDS, language),
        audiences=_in_language(AUDIENCES, language),
    )


async def get_stops(request: web.Request) -> web.Response:
    """Emergency stops, and the form for one."""
    portal = portal_of(request)
    now = portal.clock()
    found = await portal.state.stewardship.stops()
    return await render_counter(
        request,
        "steward_stops.html",
        stops=[await _stop_line(portal, one, now) for one in found[:MOST_DECIDED]],
        programme=portal.programme,
        programme_name=portal.programme.name.in_language(language_of(request)),
    )


async def get_corrections(request: web.Request) -> web.Response:
    """What outlets propose, and one entry of the register to correct by hand (``?code=``)."""
    portal, language = portal_of(request), language_of(request)
    states = portal.state.outlet_states
    waiting = list(reversed(await states.proposals(states=("waiting",))))
    decided = await states.proposals(states=("accepted", "refused"), limit=MOST_DECIDED)
    code = request.query.get("code", "").strip().upper()
    return await render_counter(
        request,
        "steward_corrections.html",
        waiting=[await _proposal_line(portal, one, language) for one in waiting],
        decided=[await _proposal_line(portal, one, language) for one in decided],
        code=code,
        entry=await portal.ledger.outlet(code) if code else None,
    )


async def get_directory(request: web.Request) -> web.Response:
    """The directory of applications: what waits, what is listed, how the links are."""
    language = language_of(request)
    store = _store(portal_of(request))
    submissions = await asyncio.to_thread(store.submissions)
    listed = await asyncio.to_thread(directory, store)
    return await render_counter(
        request,
        "steward_directory.html",
        waiting=[one for one in submissions if one.state == "waiting"],
        accepted=[one for one in submissions if one.state == "accepted"],
        refused=[one for one in submissions if one.state in ("rejected", "withdrawn")],
        links={entry.listing.url: entry for entry in listed},
        broken=[entry for entry in listed if entry.link == "broken"],
        checked=max((entry.link_checked_at for entry in listed), default=""),
        categories=_in_language(CATEGORIES, language),
        platforms=_in_language(PLATFORMS, language),
    )


async def get_morning(request: web.Request) -> web.Response:
    """The morning list, sortable."""
    portal, language = portal_of(request), language_of(request)
    limits = limits_of(request)
    lines = sorted_by(await _morning(portal, limits), request.query.get("sort", ""))
    wanted = request.query.get("flag", "")
    shown = [line for line in lines if not wanted or wanted in line.flags]
    counts = {flag: sum(flag in line.flags for line in lines) for flag in FLAGS}
    return await render_counter(
        request,
        "steward_morning.html",
        rows=morning_rows(shown[:500], language),
        found=len(shown),
        counts=counts,
        flags=_in_language(FLAGS, language),
        flag=wanted,
        limits=limits,
        sort=request.query.get("sort", ""),
        at=portal.clock(),
        here_with=lambda **more: str(request.rel_url.update_query(**more)),
        csv=str(request.rel_url.with_path("/steward/morning.csv").with_query(request.query)),
    )


async def get_services(request: web.Request) -> web.Response:
    """Institutions that applied for the service; an administrator for one that has none."""
    portal, language = portal_of(request), language_of(request)
    services = await portal.state.people.services()
    waiting = [one for one in services if one.state == "applied"]
    decided = [one for one in services if one.state in ("refused", "withdrawn")][:MOST_DECIDED]
    return await render_counter(
        request,
        "steward_services.html",
        waiting=[(one, await portal.ledger.outlet(one.institution)) for one in waiting],
        decided=[(one, await portal.ledger.outlet(one.institution)) for one in decided],
        granted=sum(one.state == "granted" for one in services),
        roles={role: ROLE_NAMES[role].in_language(language) for role in APPOINTED},
    )


async def _morning(portal: Portal, limits: MorningLimits) -> list[MorningLine]:
    return await morning_list(portal.state.stewardship, portal.programme, portal.clock, limits)


def _store(portal: Portal) -> CommunityStore:
    return CommunityStore(portal.settings.community_path)


def _in_language(table: object, language: str) -> dict[str, str]:
    assert hasattr(table, "items")
    return {key: words.in_language(language) for key, words in table.items()}


async def _stop_line(portal: Portal, record: StopRecord, now: datetime) -> StopLine:
    stop = record.stop
    outlet = await portal.ledger.outlet(stop.target) if stop.scope == "outlet" else None
    return StopLine(
        stop.id,
        stop.scope,
        stop.target,
        outlet.name if outlet else "",
        stop.reason,
        stop.at,
        stop.until,
        record.by,
        record.lifted_at,
        record.lifted_by,
        record.lifted_at is None and stop.holds(now),
    )


async def _proposal_line(portal: Portal, proposal: Proposal, language: str) -> ProposalLine:
    outlet = await portal.ledger.outlet(proposal.outlet)
    fields: Sequence[str] = sorted(proposal.value)
    now = " ".join(str(getattr(outlet, name) or "") for name in fields) if outlet else ""
    wanted = " ".join(str(proposal.value[name]) for name in fields)
    return ProposalLine(
        proposal,
        PROPOSAL_KINDS[proposal.kind].in_language(language),
        STATES[proposal.state].in_language(language),
        outlet,
        now,
        wanted,
        register_says(outlet, proposal) if outlet else {},
        shown_move(outlet, proposal, language) if outlet else None,
    )
