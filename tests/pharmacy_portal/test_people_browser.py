"""機構管理者作業 in a real browser, by keyboard: from the representative to a first login."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect

from tests.pharmacy_portal.tills import World

pytestmark = pytest.mark.e2e
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
expect.set_options(timeout=30_000)
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")
SERIOUS = ("serious", "critical")


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Any]:
    """Return the system's Chromium."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        await opened.close()


async def logged_in(browser: Any, world: World, card: str, **options: Any) -> Page:
    base = f"http://127.0.0.1:{world.server.port}"
    options = {"locale": "zh-TW", "viewport": {"width": 1024, "height": 768}} | options
    page: Page = await (await browser.new_context(base_url=base, **options)).new_page()
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda fault: pytest.fail(f"script fault: {fault}"))
    await page.goto("/login")
    await page.click(f"[data-card={card}]")
    await page.wait_for_url("**/")
    return page


async def flawless(page: Page) -> None:
    """Check what axe knows of WCAG."""
    results = await Axe().run(page)
    found = [one["id"] for one in results.response["violations"] if one["impact"] in SERIOUS]
    assert found == []


async def invited(page: Page, name: str) -> str:
    """Type a name, press Enter twice as people do, read the one code, close by keyboard."""
    await page.locator("#name").fill(name)
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    code = page.locator("#codes .codes b")
    await expect(code).to_have_text(CODE)
    text = await code.inner_text()
    await expect(page.locator("#print")).to_be_focused()
    async with page.expect_event("load"):
        await page.keyboard.press("Escape")
    await expect(page.locator("td", has_text=name)).to_have_count(1)
    assert text not in await page.content()
    return text


async def test_three_levels_by_keyboard(browser: Any, world: World) -> None:
    representative = await logged_in(browser, world, "institution-1", color_scheme="dark")
    await representative.keyboard.press("Alt+5")
    await representative.wait_for_url("**/people")
    await flawless(representative)
    code = await invited(representative, "新管理者")

    base = f"http://127.0.0.1:{world.server.port}"
    newcomer: Page = await (await browser.new_context(base_url=base, locale="zh-TW")).new_page()
    await newcomer.goto("/login")
    await newcomer.click("[data-card=citizen-3]")
    await expect(newcomer.locator("#message")).to_contain_text("尚未獲授權")
    await newcomer.fill("#invitation", code)
    await newcomer.click("[data-card=citizen-3]")
    await newcomer.wait_for_url("**/")
    await expect(newcomer.locator(".services")).to_contain_text("使用者授權管理作業")
    await newcomer.goto("/people?task=users&lang=en")
    await flawless(newcomer)
    await invited(newcomer, "New user")

    # What is taken away ends at once, after a question whose first answer is no.
    user = await logged_in(browser, world, "pharmacist-1")
    await newcomer.goto("/people?task=authorisations")
    await flawless(newcomer)
    row = newcomer.locator("tbody tr").nth(1)
    await row.get_by_label("購買").uncheck()
    async with newcomer.expect_event("load"):
        await row.get_by_role("button").click()
    await expect(row.get_by_label("購買")).not_to_be_checked()
    await newcomer.goto("/people?task=users")
    await newcomer.locator("button[data-method=DELETE]").first.click()
    await expect(newcomer.locator("#no")).to_be_focused()
    await newcomer.keyboard.press("Escape")
    await expect(newcomer.locator("#sure")).not_to_be_visible()
    await user.context.close()


async def test_one_changes_the_institution_on_ones_own_page(browser: Any, world: World) -> None:
    base = f"http://127.0.0.1:{world.server.port}"
    page: Page = await (await browser.new_context(base_url=base, locale="zh-TW")).new_page()
    await page.goto("/login")
    await page.click("[data-card=citizen-2]")
    await page.locator("#institutions button").first.click()
    await page.wait_for_url("**/")
    before = await page.locator(".bar .place .code").inner_text()
    await page.click(".bar .who a")
    await flawless(page)
    await page.locator("[data-institution]").click()
    await page.wait_for_url("**/")
    assert await page.locator(".bar .place .code").inner_text() != before
