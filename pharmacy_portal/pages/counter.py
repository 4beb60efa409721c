"""我的首頁, 購買, 進貨登錄, 紀錄."""

from __future__ import annotations

from aiohttp import web

from core.actions.intakes import intakes_today
from core.domain.access import Permission
from core.domain.calendar import taipei_day
from core.domain.identity import IDENTITY_TYPES
from core.domain.programme import Block
from core.domain.wording import buyers_today, purchase_notes
from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.content import NEWEST, latest_news
from pharmacy_portal.pages.people import task_links
from pharmacy_portal.pages.shell import as_attribute, render_counter
from pharmacy_portal.permission_names import NO_SERVICES, authorised_services, may
from pharmacy_portal.wiring import Portal, desk_of, portal_of, session_of


async def get_home(request: web.Request) -> web.Response:
    """我的首頁: the services this user may use, and today at a glance."""
    portal, language = portal_of(request), language_of(request)
    today = buyers_today(portal.programme, taipei_day(portal.clock()))
    return await render_counter(
        request,
        "home.html",
        buyers=today.in_language(language),
        notes=_notes(portal, language),
        news=await latest_news(portal, language, NEWEST),
        tasks=task_links(request),
        not_granted=await _waits_for_service(request),
    )


async def _waits_for_service(request: web.Request) -> bool:
    """Tell whether the institution cannot work yet: to its counter, and to whoever applies."""
    portal, session = portal_of(request), session_of(request)
    if authorised_services(session) == (NO_SERVICES,):
        return True
    if not may(session, Permission.SEE_PEOPLE):
        return False
    (service,) = await portal.state.people.services([session.institution])
    return service.state != "granted"


async def get_purchase(request: web.Request) -> web.Response:
    """防疫口罩管控系統_購買."""
    portal, language = portal_of(request), language_of(request)
    block = _block(portal)
    return await render_counter(
        request,
        "purchase.html",
        identity_types=_identity_types(language),
        notes=_notes(portal, language),
        prices=as_attribute(block.price_ntd if block else {}),
        buyers=buyers_today(portal.programme, taipei_day(portal.clock())).in_language(language),
        tray=portal.tray.buyers(language) if portal.tray else [],
        **await _arrival(request),
    )


async def get_intake(request: web.Request) -> web.Response:
    """防疫口罩管控系統_進貨登錄."""
    return await render_counter(request, "intake.html", **await _arrival(request))


async def get_records(request: web.Request) -> web.Response:
    """最近購買紀錄 and 歷史登錄進貨紀錄 of this outlet."""
    may_void = may(session_of(request), Permission.SELL)
    return await render_counter(request, "records.html", may_void=may_void)


async def _arrival(request: web.Request) -> dict[str, object]:
    """Return what the morning question says: the day's goods of this outlet."""
    portal, session = portal_of(request), session_of(request)
    if await portal.ledger.outlet(session.institution) is None or _block(portal) is None:
        return {"standard": {}}
    today = await intakes_today(desk_of(request), outlet=session.institution)
    return {"standard": dict(today.standard)}


def _block(portal: Portal) -> Block | None:
    return portal.programme.block_on(taipei_day(portal.clock()))


def _notes(portal: Portal, language: str) -> tuple[str, ...]:
    block = _block(portal)
    return purchase_notes(portal.programme, block, language) if block else ()


def _identity_types(language: str) -> list[dict[str, str]]:
    """List the menu 身分別 from the table of identity types."""
    return [
        {
            "code": row.code,
            "label": row.label if language != "en" else f"{row.code}-{row.name.en}",
        }
        for row in IDENTITY_TYPES.values()
    ]
