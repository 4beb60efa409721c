"""公告事項, 聯絡窗口 …: what the authority writes, for everybody, also without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from core.actions.announcements import portal_news
from core.actions.content import page_in_force
from core.domain.announcements import KINDS
from core.domain.calendar import roc_date, roc_minute
from core.domain.content_pages import CONTENT_PAGES
from core.domain.markup import parse_markup
from core.ports.stewardship import AnnouncementVersion, PageVersion
from pharmacy_portal.languages import language_of
from pharmacy_portal.pages.shell import render
from pharmacy_portal.wiring import SESSION, Portal, portal_of
from pharmacy_portal.words import say

NEWEST = 3


@dataclass(frozen=True)
class NewsItem:
    """One announcement as a page shows it."""

    id: str
    kind: str
    kind_name: str
    day: str
    effective: str
    words: str


async def get_news(request: web.Request) -> web.Response:
    """公告事項."""
    news = await latest_news(portal_of(request), language_of(request))
    title = say("ct_news", language_of(request))
    return _render(request, "news.html", title, news=news)


async def get_content(request: web.Request) -> web.Response:
    """Show one of the authority's pages."""
    language, page = language_of(request), request.path.removeprefix("/")
    version = await page_in_force(portal_of(request).state.stewardship, page)
    return _render(
        request,
        "content.html",
        say(f"ct_{page}", language),
        blocks=parse_markup(version.words.in_language(language)),
        facts=_facts(version, language),
        changed=changed_words(version, language),
    )


async def latest_news(portal: Portal, language: str, most: int | None = None) -> Sequence[NewsItem]:
    """Return what is announced to the portal, the newest first."""
    found = await portal_news(portal.state.stewardship)
    return [news_item(one, language) for one in found[:most]]


def news_item(version: AnnouncementVersion, language: str) -> NewsItem:
    """Put an announcement into a reader's language; the day it holds from only where it differs."""
    later = version.effective != version.day
    return NewsItem(
        version.id,
        version.kind,
        KINDS[version.kind].in_language(language),
        spelt_day(version.day, language),
        spelt_day(version.effective, language) if later else "",
        version.words.in_language(language),
    )


def spelt_day(day: date, language: str) -> str:
    """Spell a day as the readers of a language do."""
    return day.isoformat() if language == "en" else roc_date(day)


def changed_words(version: PageVersion, language: str) -> str:
    """Say when a page was changed; the shipped text has no time."""
    if version.at is None:
        return say("ct_shipped", language)
    minute = f"{version.at:%Y-%m-%d %H:%M}" if language == "en" else roc_minute(version.at)
    return say("ct_changed", language, at=minute)


def _facts(version: PageVersion, language: str) -> list[tuple[str, str]]:
    """Return the fields of a page in words; one that is empty says so."""
    if "phone" not in CONTENT_PAGES[version.page]:
        return []
    suffix = "en" if language == "en" else "zh"
    rows = (
        ("ct_phone", "phone"),
        ("ct_hours", f"hours_{suffix}"),
        ("ct_email", "email"),
        ("ct_network", f"network_{suffix}"),
        ("ct_network_phone", "network_phone"),
    )
    none = say("ct_not_stated", language)
    fields: Mapping[str, str] = version.fields
    return [(say(key, language), fields.get(name, "") or none) for key, name in rows]


def _render(request: web.Request, template: str, title: str, **values: object) -> web.Response:
    return render(
        request,
        template,
        title=title,
        here=request.path,
        logged_in=request.get(SESSION) is not None,
        **values,
    )
