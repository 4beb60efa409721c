"""The map in a real browser: both sizes, keyboard, deep links, clusters, hostile names."""

from __future__ import annotations

import re

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from public_site import static_files
from tests.public_site.mapping import READY, a_page, words_of
from tests.public_site.releases import an_outlet

pytestmark = pytest.mark.e2e

HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "</script><script>alert(1)</script>",
    '"><a href="javascript:alert(1)">x</a>',
    "{{7*7}}{n}</article>",
    "\u202egnp.藥局",
)


@pytest.fixture(autouse=True)
def built():
    if not static_files.exists("map.js"):
        pytest.skip("the map has not been built; `make install` does, where npm can be had")


def url(client, path: str) -> str:
    return str(client.make_url(path))


async def test_the_map_loads_after_the_list_and_asks_no_other_host(client, browser):
    page, notes = await a_page(browser)
    await page.goto(url(client, "/"))
    await page.wait_for_selector(READY)
    await page.wait_for_load_state("networkidle")
    own = url(client, "/")
    assert [asked for asked in notes.asked if not asked.startswith(own)] == []
    names = [asked.split("?")[0].rsplit("/", 1)[-1] for asked in notes.asked]
    assert names.index("site.css") < names.index("map.js")
    assert notes.faults == []
    assert "Leaflet" not in await page.locator(".leaflet-control-attribution").inner_text()


async def test_a_cluster_says_how_many_have_some_of_the_chosen_product(client, browser):
    page, _ = await a_page(browser)
    await page.goto(url(client, "/#map=8/25.0/121.4"))
    await expect(page.locator(".cluster").first).to_have_text(re.compile(r"\d+ 間有"))
    # Of six, one is sold out and one pauses; child masks are also gone at a third.
    assert await total_having(page) == 4
    await page.goto(url(client, "/?product=child_mask&lang=en#map=8/25.0/121.4"))
    await expect(page.locator(".cluster").first).to_have_text(re.compile(r"\d+ have"))
    assert await total_having(page) == 3


async def total_having(page) -> int:
    """Add up the numbers on the clusters, and the markers that stand alone and have some."""
    clusters = await page.locator(".cluster:not(.is-zero)").all_inner_texts()
    alone = await page.locator(".pill.is-plenty, .pill.is-some, .pill.is-few").count()
    return sum(int(words.split()[0]) for words in clusters) + alone


async def test_a_cluster_without_stock_looks_and_reads_different(folder, start, browser):
    nothing = {"adult": 0, "child": 0}
    folder.publish(
        [
            an_outlet(**nothing),
            an_outlet("5901012346", **nothing),
            an_outlet("5901012347", lat=22.6),
        ]
    )
    client = await start()
    page, _ = await a_page(browser)
    await page.goto(url(client, "/#map=9/25.05/121.5"))
    await expect(page.locator(".cluster.is-zero")).to_have_text("2 間無")


async def test_outlets_at_one_point_are_spread(folder, start, browser):
    folder.publish([an_outlet(f"59010123{n:02}", name=f"同址{n}藥局") for n in range(10, 23)])
    client = await start()
    page, _ = await a_page(browser)
    await page.goto(url(client, "/#map=16/25.0478/121.517"))
    cluster = page.locator(".cluster-marker[aria-label*='同一地點']")
    await cluster.click()
    await expect(page.locator(".outlet-marker")).to_have_count(13)
    boxes = await page.locator(".outlet-marker").evaluate_all(
        "all => all.map(e => { const b = e.getBoundingClientRect(); return [b.x, b.y]; })"
    )
    assert len({(round(x / 8), round(y / 8)) for x, y in boxes}) == 13


async def test_a_marker_says_everything_in_words_and_opens_a_card(client, browser):
    page, notes = await a_page(browser)
    await page.goto(url(client, "/#map=17/25.0551/121.515"))
    marker = page.locator(".outlet-marker[data-code='5901012346']")
    await expect(marker).to_have_attribute(
        "aria-label", "大同藥局；成人口罩 42 片，尚有；兒童口罩 0 片，售完"
    )
    await marker.click()
    card = page.locator(".map-card")
    await expect(card).to_contain_text("09:00 發號碼牌")
    await expect(card.get_by_role("link", name="導航到大同藥局")).to_be_visible()
    await expect(card.get_by_role("link", name="打電話給大同藥局")).to_have_attribute(
        "href", "tel:0223456789"
    )
    await expect(page.locator(".row[data-code='5901012346']")).to_have_class(
        re.compile("is-marked")
    )
    assert notes.faults == []


async def test_what_cannot_be_bought_says_so_on_the_map(client, browser):
    page, _ = await a_page(browser)
    await page.goto(url(client, "/#map=17/25.041/121.517"))
    marker = page.locator(".outlet-marker[data-code='5901012348']")
    await expect(marker).to_have_attribute("aria-label", re.compile("暫停藥局；暫停販售"))
    assert await marker.locator(".shape-cannot").count() == 1


async def test_a_link_with_a_place_shows_that_place_and_moving_changes_the_link(client, browser):
    page, _ = await a_page(browser)
    await page.goto(url(client, "/#map=15/25.0551/121.515"))
    await page.wait_for_selector(READY)
    await page.locator(".map-canvas").press("ArrowRight")
    await page.wait_for_function("location.hash !== '#map=15/25.0551/121.515'")
    place = re.fullmatch(r"#map=15/25\.0[0-9]+/121\.5[0-9]+", await page.evaluate("location.hash"))
    assert place
    assert await page.evaluate("history.length") <= 2


async def test_the_area_in_sight_is_searched_on_demand(client, browser):
    page, _ = await a_page(browser)
    await page.goto(url(client, "/#map=15/25.0551/121.515"))
    await page.wait_for_selector(READY)
    button = page.get_by_role("button", name="搜尋這個範圍")
    await expect(button).to_be_hidden()
    await page.locator(".map-canvas").press("ArrowUp")
    await page.mouse.move(850, 500)
    await page.mouse.wheel(0, -100)
    await expect(button).to_be_visible()
    await button.click()
    await page.wait_for_url("**bbox=**")
    await expect(page.locator(".row")).not_to_have_count(6)
    await expect(button).to_be_hidden()


async def test_a_row_that_is_pointed_at_rings_on_the_map(client, browser):
    page, _ = await a_page(browser)
    await page.goto(url(client, "/#map=9/25.0/121.4"))
    await page.wait_for_selector(READY)
    await page.locator(".row .row-name a").first.focus()
    await expect(page.locator(".row-ring")).to_have_count(1)
    await page.locator("#q").focus()
    await expect(page.locator(".row-ring")).to_have_count(0)


async def test_the_keyboard_alone_reaches_an_outlet_on_the_map_and_leaves_it(client, browser):
    page, _ = await a_page(browser)
    await page.goto(url(client, "/#map=17/25.0551/121.515"))
    marker = page.locator(".outlet-marker[data-code='5901012346']")
    await marker.focus()
    await page.keyboard.press("Enter")
    link = page.locator(".map-card h2 a")
    await expect(link).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(page.locator(".map-card")).to_have_count(0)
    await page.locator(".map-skip").focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.className") == "map-end"


async def test_on_a_phone_the_map_comes_when_it_is_asked_for(client, browser):
    page, notes = await a_page(browser, 360)
    await page.goto(url(client, "/"))
    await page.wait_for_load_state("networkidle")
    assert not any("map.js" in asked for asked in notes.asked)
    await page.locator(".switch a[href='#map-panel']").click()
    await page.wait_for_selector(READY)
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0 and notes.faults == []


async def test_who_saves_data_decides_with_a_button(client, browser):
    page, notes = await a_page(browser)
    await page.add_init_script(
        "Object.defineProperty(navigator, 'connection', { value: { saveData: true } })"
    )
    await page.goto(url(client, "/"))
    await page.wait_for_load_state("networkidle")
    assert not any("map.js" in asked for asked in notes.asked)
    await page.get_by_role("button", name=re.compile("載入地圖")).click()
    await page.wait_for_selector(READY)


async def test_without_scripts_the_list_is_there_and_a_sentence_for_the_map(client, browser):
    page, _ = await a_page(browser, java_script_enabled=False)
    await page.goto(url(client, "/"))
    assert await page.locator(".row").count() == 6
    assert await page.locator(".leaflet-container").count() == 0


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_hostile_name_is_text_on_the_map(folder, start, browser, text):
    folder.publish([an_outlet(name=text, note=text, address=text, tickets=text)])
    client = await start()
    page, notes = await a_page(browser)
    await page.goto(url(client, "/#map=16/25.0478/121.517"))
    marker = page.locator(".outlet-marker")
    await marker.click()
    await expect(page.locator(".map-card h2")).to_contain_text(text.replace("\u202e", ""))
    await marker.hover()
    assert await page.locator("#map img, #map script, #map a[href^='javascript']").count() == 0
    assert notes.faults == []


@pytest.mark.parametrize(
    ("scheme", "language", "width"), [("light", "zh-TW", 1280), ("dark", "en-GB", 360)]
)
async def test_the_map_breaks_no_accessibility_rule(client, browser, scheme, language, width):
    page, _ = await a_page(browser, width, color_scheme=scheme, locale=language)
    await page.goto(url(client, "/#map=14/25.05/121.516"))
    await page.wait_for_selector(READY)
    await page.wait_for_selector(".outlet-marker[aria-label*='藥局']")
    results = await Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert all(await words_of(page, ".outlet-marker, .cluster-marker"))


async def test_an_outlets_page_has_its_own_small_map(client, browser):
    page, notes = await a_page(browser, 360)
    await page.goto(url(client, "/outlets/5901012345"))
    await page.locator("#map").scroll_into_view_if_needed()
    await expect(page.locator(".outlet-marker")).to_have_count(1)
    assert notes.faults == []


@pytest.mark.parametrize("width", [360, 1280])
async def test_a_rows_link_to_the_map_opens_its_card_out_of_its_cluster(client, browser, width):
    page, notes = await a_page(browser, width, reduced_motion="reduce")
    await page.goto(url(client, "/"))
    if width > 600:
        await page.wait_for_selector(READY)
    await page.locator(".row[data-code='5901012346'] .on-map").click()
    await expect(page.locator(".map-card h2")).to_have_text("大同藥局")
    await expect(page.locator(".outlet-marker[data-code='5901012346']")).to_be_visible()
    assert notes.faults == []


async def test_a_link_with_a_place_shows_the_map_on_a_phone_too(client, browser):
    page, _ = await a_page(browser, 360)
    await page.goto(url(client, "/#map=17/25.0551/121.515"))
    await expect(page.locator(".outlet-marker[data-code='5901012346']")).to_be_visible()


async def test_a_station_searched_for_is_shown_with_what_is_around_it(client, browser):
    page, _ = await a_page(browser)
    await page.goto(url(client, "/?q=台北車站"))
    await expect(page.locator(".reader-dot")).to_be_visible()
    await expect(page.locator("#map [data-shown='6']")).to_have_count(1)


async def test_beside_the_list_the_map_ends_where_the_window_ends(client, browser):
    page, notes = await a_page(browser)
    await page.goto(url(client, "/"))
    await page.wait_for_selector(READY)
    credit = page.locator(".leaflet-control-attribution")
    for down in (0, 60, 300):
        await page.evaluate("y => scrollTo(0, y)", down)
        await expect(credit).to_be_in_viewport(ratio=0.9)
    assert notes.faults == []
