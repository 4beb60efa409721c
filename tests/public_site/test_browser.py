"""The pages in a real browser: small screens, zoom, contrast, and the position that is rounded."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.async_playwright import Axe

from tests.public_site.releases import NOW
from tests.public_site.test_pages import BAD_PAGES, PAGES, with_language

pytestmark = pytest.mark.e2e

# Of a 360 px screen at 200 % zoom, 180 CSS pixels are left; the standard asks for 320.
WIDTHS = (320, 360, 1280)


@pytest.mark.parametrize(
    ("width", "scheme", "language"), [(360, "light", "zh-TW"), (1280, "dark", "en")]
)
async def test_pages_break_no_accessibility_rule(client, browser, width, scheme, language):
    page = await browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in [*PAGES, *BAD_PAGES]:
        await page.goto(str(client.make_url(with_language(path, language))))
        results = await Axe().run(page)
        assert results.violations_count == 0, results.generate_report()


@pytest.mark.parametrize("width", WIDTHS)
async def test_pages_fit_the_screen_in_both_languages(client, browser, width):
    page = await browser.new_page(viewport={"width": width, "height": 800})
    for path in PAGES:
        for language in ("zh-TW", "en"):
            await page.goto(str(client.make_url(with_language(path, language))))
            wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, page.url


async def test_targets_are_large_enough_for_a_thumb(client, browser):
    page = await browser.new_page(viewport={"width": 360, "height": 800}, locale="zh-TW")
    small = """[...document.querySelectorAll('a, button, select, summary')]
        .filter(e => e.offsetParent && !e.closest('p, li.api, td, th, dd, code'))
        .filter(e => !e.closest('.leaflet-container'))
        .filter(e => !e.matches('.skip'))
        .filter(e => e.getBoundingClientRect().height < 43.5)
        .map(e => e.outerHTML.slice(0, 120))"""
    for path in PAGES:
        await page.goto(str(client.make_url(path)))
        assert await page.evaluate(small) == [], path


TAIPEI = {"latitude": 25.0478123, "longitude": 121.5170456}


@pytest.fixture
async def phone(browser):
    """A phone in Taipei that speaks Chinese and may tell its position."""
    context = await browser.new_context(
        viewport={"width": 360, "height": 740},
        locale="zh-TW",
        permissions=["geolocation", "clipboard-read", "clipboard-write"],
        geolocation=TAIPEI,
        has_touch=True,
    )
    yield await context.new_page()
    await context.close()


async def test_the_position_is_asked_on_tap_only_and_rounded_before_it_leaves(client, phone):
    asked: list[str] = []
    phone.on("request", lambda request: asked.append(request.url))
    await phone.goto(str(client.make_url("/?q=健安&product=adult_mask")))
    assert not any("lat=" in url for url in asked)
    await phone.get_by_role("button", name="附近").click()
    await phone.wait_for_url("**lat=**")
    assert "lat=25.048" in phone.url and "lon=121.517" in phone.url
    assert not any("25.0478" in url for url in asked)
    assert "product=adult_mask" in phone.url
    assert await phone.get_by_text("離您最近的").first.is_visible()


async def test_one_tap_finds_the_nearest_outlet_where_something_can_be_bought(client, phone):
    await phone.goto(str(client.make_url("/")))
    await phone.get_by_role("button", name="附近").click()
    await phone.wait_for_url("**lat=**")
    await phone.get_by_text("離您最近的").first.wait_for()
    assert await phone.locator("#results .row").first.get_attribute("data-code") == "5901012345"
    assert await phone.get_by_text("售完藥局").count() == 0
    assert await phone.get_by_text("暫停藥局").count() == 0


async def test_who_refuses_the_position_reads_what_to_do_instead(client, browser):
    context = await browser.new_context(locale="zh-TW", permissions=[])
    page = await context.new_page()
    await page.goto(str(client.make_url("/")))
    await page.get_by_role("button", name="附近").click()
    await page.get_by_text("可改用縣市或地址查詢").wait_for()
    await context.close()


async def test_filters_change_the_list_without_loading_the_page_and_back_leads_back(client, phone):
    await phone.goto(str(client.make_url("/?county=63000")))
    await phone.evaluate("window.same = true")
    await phone.get_by_role("link", name="現在有", exact=True).click()
    await phone.wait_for_url("**in_stock=1**")
    assert await phone.get_by_text("售完藥局").count() == 0
    assert await phone.evaluate("document.activeElement.id") == "chip-in_stock"
    assert "個販售點" in await phone.locator("#announce").inner_text()
    await phone.get_by_role("link", name="兒童", exact=True).click()
    await phone.wait_for_url("**product=child_mask**")
    await phone.go_back()
    await phone.wait_for_url("**in_stock=1**")
    await phone.locator("#chip-child_mask:not(.chosen)").wait_for()
    await phone.go_back()
    await phone.get_by_role("link", name="售完藥局", exact=True).wait_for()
    assert "in_stock" not in phone.url
    assert await phone.evaluate("window.same") is True
    english = phone.get_by_role("link", name="English")
    assert await english.get_attribute("href") == "/?county=63000&lang=en"


async def test_choosing_a_county_offers_its_towns_at_once(client, phone):
    await phone.goto(str(client.make_url("/")))
    await phone.get_by_text("縣市、鄉鎮市區、類別").click()
    await phone.get_by_label("縣市", exact=True).select_option("63000")
    await phone.wait_for_url("**county=63000**")
    await phone.get_by_label("鄉鎮市區", exact=True).select_option("63000060")
    await phone.wait_for_url("**town=63000060**")
    assert await phone.locator("#results .row").count() == 1
    assert await phone.get_by_text("大同藥局").first.is_visible()


async def test_a_fetch_that_fails_becomes_a_plain_navigation(client, phone):
    await phone.goto(str(client.make_url("/")))
    await phone.evaluate(
        "() => { window.same = 1; window.fetch = () => Promise.reject(new Error()); }"
    )
    await phone.get_by_role("link", name="現在有", exact=True).click()
    await phone.wait_for_url("**in_stock=1**")
    await phone.wait_for_load_state()
    assert await phone.evaluate("window.same === undefined")


async def test_other_parts_of_the_page_may_ask_for_a_search_and_hear_of_it(client, phone):
    await phone.goto(str(client.make_url("/")))
    heard = """new Promise((done) => {
      document.addEventListener("maskmap:results", (event) => done(event.detail.url));
      document.dispatchEvent(new CustomEvent("maskmap:go", { detail: { url: "/?q=大同" } }));
    })"""
    assert "q=" in await phone.evaluate(heard)
    assert await phone.locator("#results .row").count() == 1
    pointed = """new Promise((done) => {
      document.addEventListener("maskmap:row", (event) => done(event.detail.code));
      document.querySelector("#results .row a").focus();
    })"""
    assert await phone.evaluate(pointed) == "5901012346"


async def test_share_uses_the_phone_or_copies_the_link(client, phone):
    await phone.goto(str(client.make_url("/?county=63000")))
    await phone.evaluate("() => { navigator.share = async (what) => { shared = what.url; }; }")
    await phone.get_by_role("button", name="分享").click()
    assert (await phone.evaluate("window.shared")).endswith("/?county=63000")
    await phone.evaluate("navigator.share = undefined")
    await phone.get_by_role("button", name="分享").click()
    await phone.get_by_role("button", name="已複製連結").wait_for()
    assert (await phone.evaluate("navigator.clipboard.readText()")).endswith("/?county=63000")


async def test_the_keyboard_alone_finds_an_outlet(client, browser):
    page = await browser.new_page(viewport={"width": 1280, "height": 800}, locale="zh-TW")
    await page.goto(str(client.make_url("/")))
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.id") == "q"
    await page.keyboard.type("大同")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**q=**")
    await page.wait_for_function("document.activeElement.id === 'results'")
    for _ in range(6):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.closest('.row-name') !== null"):
            break
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/outlets/5901012346")
    await page.go_back()
    await page.locator("#results .row").first.wait_for()
    assert await page.locator("#results .row").count() == 1


async def test_the_language_changes_with_the_search_kept(client, phone):
    await phone.goto(str(client.make_url("/?q=大同")))
    await phone.get_by_role("link", name="English").click()
    await phone.wait_for_url("**lang=en**")
    assert await phone.evaluate("document.documentElement.lang") == "en"
    assert await phone.locator("#results .row").count() == 1
    assert await phone.get_by_text("42").first.is_visible()


@pytest.mark.parametrize("language", ["zh-TW", "en"])
async def test_the_filters_take_two_lines_on_a_phone(client, phone, language):
    for path in ("/", "/?lat=25.048&lon=121.517&in_stock=1&availability=buyable"):
        await phone.goto(str(client.make_url(with_language(path, language))))
        assert (await phone.locator("#chips").bounding_box())["height"] <= 2 * 44 + 8 + 1


async def test_light_or_dark_is_remembered_on_this_device_without_a_cookie(client, browser):
    context = await browser.new_context(locale="zh-TW", color_scheme="light")
    page = await context.new_page()
    await page.goto(str(client.make_url("/rules")))
    light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.get_by_role("button", name="深色").click()
    dark = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    await page.goto(str(client.make_url("/")))
    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
    assert await page.get_by_role("button", name="深色").get_attribute("aria-pressed") == "true"
    assert await context.cookies() == []
    await context.close()


@pytest.mark.parametrize("language", ["zh-TW", "en"])
async def test_large_type_and_forced_colours_keep_everything_in_sight(client, browser, language):
    context = await browser.new_context(
        viewport={"width": 360, "height": 740}, forced_colors="active", reduced_motion="reduce"
    )
    page = await context.new_page()
    for path in PAGES:
        await page.goto(str(client.make_url(with_language(path, language))))
        await page.evaluate("document.documentElement.style.fontSize = '150%'")
        wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, page.url
    await context.close()


async def test_no_page_asks_any_other_origin(client, browser):
    page = await browser.new_page(locale="zh-TW")
    origin = str(client.make_url("/")).rstrip("/")
    foreign: list[str] = []

    def note(request) -> None:
        if not request.url.startswith((origin, "data:", "blob:")):
            foreign.append(request.url)

    page.on("request", note)
    for path in PAGES:
        await page.goto(str(client.make_url(path)))
    assert foreign == []


async def test_every_page_works_without_scripts(client, browser):
    context = await browser.new_context(locale="zh-TW", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(str(client.make_url("/")))
    await page.get_by_role("searchbox").fill("大同")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="大同藥局", exact=True).click()
    assert await page.get_by_text("重慶北路").is_visible()
    await page.goto(str(client.make_url("/rules")))
    await page.get_by_label("證號最後一碼").select_option("3")
    await page.get_by_role("button", name="查看日期").click()
    assert await page.get_by_text("末一碼 3", exact=False).first.is_visible()
    await context.close()


async def test_the_age_goes_on_while_the_page_is_open(client, browser, clock):
    page = await browser.new_page(locale="zh-TW")
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text))
    await page.clock.install(time=NOW)
    await page.goto(str(client.make_url("/")))
    await page.clock.run_for(70_000)
    assert await page.locator("[data-age]").first.inner_text() == "1 分鐘前"
    assert await page.get_by_text("最新", exact=False).first.is_visible()
    await page.clock.run_for(120_000)
    assert await page.get_by_role("link", name="這一頁已舊，重新載入").is_visible()
    assert not await page.locator(".freshness .good").is_visible()
    assert problems == []


async def test_nothing_jumps_when_the_scripts_show_their_buttons(client, browser):
    for width in (320, 360, 412):
        places = []
        for scripts in ("theme", "all"):
            page = await browser.new_page(viewport={"width": width, "height": 800}, locale="en")
            if scripts == "theme":
                await page.route(re.compile(r"/static/(site|search)\.js"), lambda way: way.abort())
            for path in ("/", "/outlets/5901012345"):
                await page.goto(str(client.make_url(path)))
                places.append(
                    (path, await page.locator("main :is(.rows, .rule-here)").bounding_box())
                )
            await page.close()
        assert places[:2] == places[2:], width
