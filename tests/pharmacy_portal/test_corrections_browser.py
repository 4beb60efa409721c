"""An outlet's place corrected, from its own page to the authority's verdict, in a real browser."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect

from tests.pharmacy_portal.tills import Till, World

pytestmark = pytest.mark.e2e
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
expect.set_options(timeout=30_000)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Any]:
    """Return the system's Chromium."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        await opened.close()


async def logged_in(browser: Any, world: World, card: str) -> Page:
    base = f"http://127.0.0.1:{world.server.port}"
    page: Page = await (await browser.new_context(base_url=base, locale="zh-TW")).new_page()
    page.on("pageerror", lambda fault: pytest.fail(f"script fault: {fault}"))
    await page.goto("/login")
    await page.click(f"[data-card={card}]")
    await page.wait_for_url("**/")
    return page


async def test_a_place_is_proposed_looked_at_and_accepted_and_what_changed_meanwhile_is_told(
    browser: Any, world: World, counter: Till
) -> None:
    code = (await (await counter.get("/api/v1/me")).json())["institution"]
    for lat in ("25.0340", "99"):
        value = {"lat": lat, "lon": "121.5654"}
        proposed = await counter.post("/outlet/proposals", {"kind": "position", "value": value})
        assert proposed.status == (201 if lat != "99" else 400)
    steward = await logged_in(browser, world, "steward-1")
    other = await steward.context.new_page()
    await steward.goto("/steward/corrections")
    await expect(steward.locator(".moved")).to_contain_text("名冊尚無座標")
    await other.goto(f"/steward/corrections?code={code}")
    await other.fill("#o-lat", "25.0330")
    await other.fill("#o-lon", "121.5644")
    await other.fill("#o-reason", "民眾反映")
    async with other.expect_event("load"):
        await other.click(".panel form.act button.primary")
    await steward.click("article button[value=accepted]")
    await expect(steward.locator("article .error")).to_contain_text("changed meanwhile")
    await steward.reload()
    await expect(steward.locator(".moved")).to_contain_text("往東北 150 m")
    results = await Axe().run(steward)
    assert [one["id"] for one in results.response["violations"]] == []
    async with steward.expect_event("load"):
        await steward.click("article button[value=accepted]")
    await expect(steward.locator("article")).to_have_count(0)
