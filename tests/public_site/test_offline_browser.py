"""Without a connection: the last snapshot with its age, and never an old number without it."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from tests.public_site.mapping import a_page
from tests.public_site.releases import NOW, an_outlet

pytestmark = pytest.mark.e2e

WORKS = "navigator.serviceWorker.ready.then(() => !!navigator.serviceWorker.controller)"


async def with_worker(client, page, path: str) -> None:
    """Open a page and wait until the worker looks after it."""
    await page.goto(str(client.make_url(path)))
    await page.wait_for_function(WORKS)


async def saved(client, page) -> None:
    """Ask for the data to be kept."""
    await with_worker(client, page, "/offline?lang=zh-TW")
    await page.get_by_role("button", name="離線也能查").click()
    await expect(page.locator("#offline-said")).to_have_text("已存在這個裝置。")


async def test_a_visit_without_a_connection_shows_the_saved_numbers_with_their_age(client, browser):
    page, notes = await a_page(browser, 360)
    await page.clock.set_fixed_time(NOW.replace(hour=12, minute=35))
    await saved(client, page)
    await page.context.set_offline(True)
    await page.goto(str(client.make_url("/?q=大同&lang=zh-TW")))
    await expect(page.locator("#offline-age")).to_have_text("離線：10:30 的資料，2 小時前")
    await page.locator("#q").fill("台北市 大同")
    await page.locator("#offline-form button[type=submit]").click()
    row = page.locator("#offline-rows .row")
    await expect(row).to_have_count(1)
    await expect(row).to_contain_text("大同藥局")
    await expect(row).to_contain_text(re.compile("成人口罩 42 片\\s*尚有"))
    await expect(row).to_contain_text("2 小時前")
    assert [fault for fault in notes.faults if "ERR_INTERNET_DISCONNECTED" not in fault] == []


async def test_near_me_works_without_a_connection_and_sends_nothing(client, browser):
    place = {"latitude": 25.0551, "longitude": 121.515}
    page, notes = await a_page(browser, geolocation=place, permissions=["geolocation"])
    await saved(client, page)
    await page.context.set_offline(True)
    await page.goto(str(client.make_url("/rules?lang=zh-TW")))
    notes.asked.clear()
    await page.get_by_role("button", name="附近").click()
    await expect(page.locator("#offline-rows .row").first).to_contain_text("大同藥局")
    await expect(page.locator("#offline-rows .way").first).to_have_text("0 公尺")
    assert not any("25.05" in asked for asked in notes.asked)


async def test_an_address_asked_without_a_connection_is_searched_for_at_once(client, browser):
    page, _ = await a_page(browser)
    await saved(client, page)
    await page.context.set_offline(True)
    for path in ("/?q=%E5%81%A5%E5%AE%89", "/outlets/5901012345"):
        await page.goto(str(client.make_url(path)))
        await expect(page.locator("#offline-rows h2")).to_have_text("健安藥局")
    await page.goto(str(client.make_url("/?lat=25.048&lon=121.517")))
    await expect(page.locator("#offline-rows .way").first).to_contain_text("公尺")


async def test_without_saved_data_the_page_says_so_in_the_readers_language(client, browser):
    page, _ = await a_page(browser, locale="en-GB")
    await with_worker(client, page, "/")
    await page.context.set_offline(True)
    await page.goto(str(client.make_url("/outlets/5901012345")))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Search offline")
    await expect(page.locator("#offline-empty")).to_be_visible()
    assert "128" not in await page.locator("main").inner_text()


async def test_saved_data_are_removed_on_demand(client, browser):
    page, _ = await a_page(browser)
    await saved(client, page)
    await page.get_by_role("button", name="刪除存下的資料").click()
    await expect(page.locator("#offline-search")).to_be_hidden()
    assert await page.evaluate("caches.has('maskmap-data')") is False


async def test_who_saves_data_gets_no_worker_and_nothing_saved(client, browser):
    page, notes = await a_page(browser)
    await page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    )
    await page.goto(str(client.make_url("/")))
    await page.wait_for_load_state("networkidle")
    assert not any(
        "sw.js" in asked or "offline" in asked.split("?")[0][-9:] for asked in notes.asked
    )


async def test_hostile_saved_text_is_text(folder, start, browser):
    name = "<img src=x onerror=alert(1)>健安藥局"
    folder.publish([an_outlet(name=name, address=name, phone="javascript:alert(1)")])
    client = await start()
    page, notes = await a_page(browser)
    await saved(client, page)
    await page.context.set_offline(True)
    await page.goto(str(client.make_url("/?lang=zh-TW")))
    await page.locator("#q").fill("健安")
    await page.locator("#offline-form button[type=submit]").click()
    await expect(page.locator("#offline-rows h2")).to_have_text(name)
    assert await page.locator("#offline-rows img, #offline-rows a").count() == 0
    assert not any("dialog" in fault for fault in notes.faults)


@pytest.mark.parametrize(
    ("scheme", "language", "width"), [("light", "zh-TW", 360), ("dark", "en", 1280)]
)
async def test_the_offline_page_breaks_no_accessibility_rule(
    client, browser, scheme, language, width
):
    page, _ = await a_page(browser, width, color_scheme=scheme)
    await with_worker(client, page, f"/offline?lang={language}")
    await page.locator("#offline-save").click()
    await expect(page.locator("#offline-search")).to_be_visible()
    await page.locator("#q").fill("藥局")
    await page.locator("#offline-form button[type=submit]").click()
    await expect(page.locator("#offline-rows .row").first).to_be_visible()
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
