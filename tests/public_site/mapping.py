"""Parts of the map's browser tests: a page that notes what it asks for and says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from playwright.async_api import Browser, Page

READY = "#map [data-shown]"


@dataclass
class Notes:
    """What a page asked for, and what went wrong in it."""

    asked: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


async def a_page(browser: Browser, width: int = 1280, **options: object) -> tuple[Page, Notes]:
    """Open a page in a context of its own and note everything."""
    options.setdefault("locale", "zh-TW")
    phone = width < 600
    context = await browser.new_context(
        viewport={"width": width, "height": 740}, has_touch=phone, is_mobile=phone, **options
    )
    page, notes = await context.new_page(), Notes()
    page.on("request", lambda request: notes.asked.append(request.url))
    page.on("pageerror", lambda error: notes.faults.append(str(error)))
    page.on("dialog", lambda dialog: notes.faults.append(f"dialog {dialog.message}"))
    page.on("console", lambda said: said.type == "error" and notes.faults.append(said.text))
    return page, notes


async def words_of(page: Page, selector: str) -> Sequence[str]:
    """Return the accessible names of what a selector finds."""
    return await page.locator(selector).evaluate_all(
        "all => all.map(e => e.getAttribute('aria-label') || e.textContent)"
    )
