"""The pages for app builders in a real browser: accessible, fitting, and copied by a button."""

from __future__ import annotations

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.public_site.test_data_page import ALL
from tests.public_site.test_pages import with_language

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(360, "light", "zh-TW"), (1280, "dark", "en")]
)
async def test_every_page_is_accessible_and_fits(client, browser, width, scheme, language):
    page = await browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in ALL:
        await page.goto(str(client.make_url(with_language(path, language))))
        results = await Axe().run(page)
        assert results.violations_count == 0, results.generate_report()
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path


async def test_a_button_copies_the_line_and_says_so(client, browser):
    context = await browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = await context.new_page()
    await page.goto(str(client.make_url("/data?lang=en")))
    button = page.locator(".code-block button").first
    await button.focus()
    await page.keyboard.press("Enter")
    await page.locator("#announce", has_text="Copied").wait_for(state="attached")
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == await page.locator("#csv").text_content()
    assert copied.startswith("curl ")


async def test_without_scripts_the_lines_are_there_and_selected_by_one_click(client, browser):
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    await page.goto(str(client.make_url("/data")))
    assert await page.locator(".code-block").count() == 3
    assert await page.locator(".code-block button").count() == 0
    style = await page.locator("#csv").evaluate("code => getComputedStyle(code).userSelect")
    assert style == "all"


async def test_names_of_files_stay_whole_where_there_is_room_and_all_fits_where_not(
    client, browser
):
    page = await browser.new_page(viewport={"width": 1280, "height": 800})
    await page.goto(str(client.make_url("/data?lang=en")))
    lines = "all => all.map(link => link.getClientRects().length)"
    assert set(await page.locator(".files th a").evaluate_all(lines)) == {1}
    await page.set_viewport_size({"width": 320, "height": 700})
    for path in ALL:
        await page.goto(str(client.make_url(path)))
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, path
