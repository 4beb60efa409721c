"""The authority's pages (聯絡窗口, 常見問答 …): shipped texts, and versions written over them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from functools import cache

from core.actions.published_words import in_both, published
from core.clock import Clock
from core.domain.content_pages import CONTENT_PAGES, LONGEST_FIELD, LONGEST_TEXT
from core.domain.text import Text
from core.errors import NotFound
from core.ports.ledger import AuditRow
from core.ports.stewardship import PageVersion, Stewardship
from core.resources import data_path


async def page_in_force(stewardship: Stewardship, page: str) -> PageVersion:
    """Return what a page says now: the newest version, else the shipped text.

    Raises:
        NotFound: there is no such page.
    """
    first = shipped(page)
    return await stewardship.page(page) or first


async def page_history(stewardship: Stewardship, page: str) -> list[PageVersion]:
    """Return every version of a page, the newest first; the shipped text is the last."""
    return [*await stewardship.page_versions(page), shipped(page)]


async def edit_page(
    stewardship: Stewardship,
    clock: Clock,
    *,
    by: str,
    page: str,
    version: int,
    zh: str,
    en: str,
    fields: Mapping[str, str],
) -> PageVersion:
    """Put a further version in force; ``version`` is the one it was written upon.

    Raises:
        NotFound: there is no such page. Conflict: somebody edited it meanwhile.
        Invalid: a text cannot be taken.
    """
    known = CONTENT_PAGES[shipped(page).page]
    kept = {name: published(fields.get(name, ""), LONGEST_FIELD) for name in known}
    words = in_both(zh, en, LONGEST_TEXT, lines=True)
    edited = PageVersion(page, version + 1, words, by, clock(), kept)
    return await _save(stewardship, edited, clock())


async def restore_page(
    stewardship: Stewardship, clock: Clock, *, by: str, page: str, version: int, restores: int
) -> PageVersion:
    """Put an old version in force again, as a further one; 0 is the shipped text.

    Raises:
        NotFound: there is no such page or version. Conflict: somebody edited it meanwhile.
    """
    history = await page_history(stewardship, page)
    old = next((one for one in history if one.version == restores), None)
    if old is None:
        raise NotFound(f"page {page} has no version {restores}")
    now = clock()
    again = replace(old, version=version + 1, by=by, at=now, restores=restores)
    return await _save(stewardship, again, now)


@cache
def shipped(page: str) -> PageVersion:
    """Return the text of a page that comes with maskmap, as version 0.

    Raises:
        NotFound: there is no such page.
    """
    if page not in CONTENT_PAGES:
        raise NotFound(f"there is no page {page}")
    table = tomllib.loads(data_path(f"content/{page}.toml").read_text("utf-8"))
    words = Text(table["zh"].strip(), table["en"].strip())
    return PageVersion(page, 0, words, "", None, table.get("fields", {}))


async def _save(stewardship: Stewardship, version: PageVersion, at: datetime) -> PageVersion:
    row: AuditRow = {
        "act": "page_edit" if version.restores is None else "page_restore",
        "by": version.by,
        "page": version.page,
        "version": version.version,
    }
    if version.restores is not None:
        row["restores"] = version.restores
    await stewardship.save_page(version, row, at)
    return version
