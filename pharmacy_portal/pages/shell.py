"""Rendering: every page gets its language, its words, and what its header shows."""

from __future__ import annotations

from pathlib import Path

import msgspec
from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from core.actions.intakes import stock_now
from core.domain.access import ROLE_NAMES
from core.domain.calendar import roc_date, taipei_day
from core.domain.outlets import Outlet
from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.menu import MENU
from pharmacy_portal.permission_names import may
from pharmacy_portal.refusal_words import day_words
from pharmacy_portal.sessions import BY_CERTIFICATE, METHOD, is_locked
from pharmacy_portal.wiring import SESSION, Portal, desk_of, portal_of, session_of
from pharmacy_portal.words import SCRIPT_WORDS, say

TEMPLATES = Path(__file__).parent.parent / "templates"


def make_templates() -> Environment:
    """Make the template environment; what a template does not know is a fault, not a blank."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def render(request: web.Request, template: str, **values: object) -> web.Response:
    """Render a page in the language of the request."""
    language = language_of(request)
    explicit = f"?lang={language}" if "lang" in request.query else ""
    other = "en" if language != "en" else "zh-TW"
    portal = portal_of(request)
    text = portal.templates.get_template(template).render(
        language=language,
        t=lambda key, **filled: say(key, language, **filled),
        link=lambda path: f"{path}{explicit}",
        other_language=str(request.rel_url.update_query(lang=other)),
        demo=portal.settings.demo,
        pinned=_pinned(portal, language),
        practising=SESSION in request and portal.practice.practises(request[SESSION]),
        script_words=_script_words(language),
        agent_ports=portal.settings.agent_ports,
        **values,
    )
    return web.Response(text=text, content_type="text/html")


async def render_counter(request: web.Request, template: str, **values: object) -> web.Response:
    """Render a page with the counter's header: outlet, user, stock, menu."""
    portal, session = portal_of(request), session_of(request)
    language = language_of(request)
    outlet = await portal.ledger.outlet(session.institution)
    day = taipei_day(portal.clock())
    items = [item for item in MENU if may(session, item.permission)]
    return render(
        request,
        template,
        outlet=outlet or Outlet(code=session.institution, name="", kind=""),
        is_outlet=outlet is not None,
        user_name=session.name,
        login_method=session.data.get(METHOD, BY_CERTIFICATE),
        locked=is_locked(session),
        role_name=ROLE_NAMES[session.role].in_language(language),
        menu=items,
        here=request.path,
        stock=await stock_now(desk_of(request), outlet=session.institution) if outlet else {},
        products=_products(portal, language),
        day=day,
        day_roc=roc_date(day),
        day_words=day_words(day, language),
        **values,
    )


def as_attribute(value: object) -> str:
    """Encode a value for a data attribute; the template escapes it."""
    return msgspec.json.encode(value).decode()


def _products(portal: Portal, language: str) -> list[dict[str, str]]:
    return [
        {
            "id": product.id,
            "name": product.name.in_language(language),
            "unit": product.unit.in_language(language),
        }
        for product in portal.programme.product
    ]


def _pinned(portal: Portal, language: str) -> str:
    if not portal.programme.pinned:
        return ""
    return say("pinned", language, day=portal.programme.block[0].effective.isoformat())


def _script_words(language: str) -> str:
    return as_attribute({key: text.in_language(language) for key, text in SCRIPT_WORDS.items()})
