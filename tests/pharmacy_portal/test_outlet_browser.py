"""The outlet's page in a real browser: by keyboard, at two tills at once, without barriers."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright, expect

from tests.pharmacy_portal.tills import World

pytestmark = pytest.mark.e2e
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
expect.set_options(timeout=30_000)


async def a_till(browser: Any, world: World, **options: Any) -> Page:
    """Return the outlet's page of a till with a pharmacist logged in."""
    base = f"http://127.0.0.1:{world.server.port}"
    options = {"locale": "zh-TW", "viewport": {"width": 1024, "height": 768}} | options
    context = await browser.new_context(base_url=base, **options)
    page: Page = await context.new_page()
    page.on("pageerror", lambda fault: pytest.fail(f"script fault: {fault}"))
    await page.goto("/login")
    await page.click("[data-card=pharmacist-1]")
    await page.wait_for_url("**/")
    await page.keyboard.press("3")
    await page.wait_for_selector("main[data-ready]")
    return page


async def test_two_tills_work_the_outlets_page_by_keyboard(world: World, chromium: str) -> None:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        page = await a_till(browser, world)
        done, word = page.locator("#done"), page.locator("#public-word")
        await page.keyboard.press("t")
        await expect(word).to_have_text("號碼牌已發完")
        await page.keyboard.press("s")
        await expect(word).to_have_text("今日已售完")
        await page.keyboard.press("s")
        await expect(done).to_have_text("已取消：今日已售完。")
        await expect(word).to_have_text("號碼牌已發完")

        await page.focus("#window-add")
        await page.keyboard.press("Enter")
        await expect(page.locator(".window-row [data-part=start]")).to_be_focused()
        await page.fill(".window-row [data-part=start]", "09:00")
        await page.fill(".window-row [data-part=end]", "11:00")
        await page.locator(".window-row [data-part=pieces]").focus()
        await page.keyboard.type("50")
        await page.keyboard.press("Enter")
        await expect(page.locator("#public-conditions")).to_contain_text(
            "週一至五 09:00–11:00 50片"
        )

        other = await a_till(browser, world, color_scheme="dark")
        await page.fill("#note", "由側門進入")
        await other.fill("#note", "請自備零錢")
        await other.keyboard.press("Tab")
        await other.keyboard.press("Enter")
        await expect(other.locator("#done")).to_contain_text("備註")
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#fault")).to_contain_text("請自備零錢")
        await expect(page.locator("#note")).to_have_value("由側門進入")
        await page.keyboard.press("Enter")
        await expect(done).to_have_text("已儲存：備註。")

        await other.select_option("#pause-reason", "own")
        await other.fill("#pause-zh", "<b>店內裝修</b>")
        await other.press("#pause-zh", "Enter")
        await expect(other.locator("#public-reason")).to_have_text("<b>店內裝修</b>")
        for one in (page, other):
            assert (await Axe().run(one)).response["violations"] == []
        await browser.close()
