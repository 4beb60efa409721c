"""A page of February 2020 reads points.json as it is: of the site, and of any web server."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import web
from playwright.async_api import Page, expect

from core.domain.snapshot import release_folder
from tests.public_site.releases import an_outlet, some_outlets

pytestmark = pytest.mark.e2e
expect.set_options(timeout=30_000)

PAGE = Path(__file__).with_name("page_of_2020.html").read_text("utf-8")
HOSTILE = "<img src=x onerror=alert(1)>𠮷\u2028'\""


@pytest.fixture
def outlets():
    first = an_outlet(name=HOSTILE, note="09:00 發號碼牌\n請排隊", website="https://a.example")
    return [first, *some_outlets()[1:]]


async def _check(page: Page, outlets) -> None:
    """Compare what the page shows with the outlets themselves."""
    await expect(page).to_have_title(f"口罩地圖 {len(outlets)}")
    assert await page.locator("li").count() == len(outlets)
    for record in outlets:
        row = page.locator(f"#p{record.code}")
        adult, child = record.counts["adult_mask"], record.counts["child_mask"]
        total = adult + child
        colour = ["green", "yellow", "red", "gray"][(total <= 100) + (total <= 50) + (total <= 0)]
        assert await row.get_attribute("class") == colour, record.code
        assert await row.locator(".name").text_content() == record.name
        where = f"{record.county}{record.town} {record.address}"
        assert await row.locator(".where").text_content() == where
        assert await row.locator(".masks").text_content() == f"成人 {adult} 兒童 {child}"
        assert await row.locator(".updated").text_content() == "2020 10:30:05"
        place = [await row.get_attribute(f"data-{axis}") for axis in ("lat", "lng")]
        assert place == [f"{record.lat:.4f}", f"{record.lon:.4f}"]
        hours = (await row.locator(".hours").text_content() or "").split()
        assert hours[:2] == (["21", "21"] if record.service_periods else ["1", "0"])
        said = await row.locator(".note").text_content() or ""
        assert said.startswith(record.note.replace("\n", " "))
        assert ("暫停販售" in said) == (record.availability == "paused")
        assert await row.locator(".website").count() == bool(record.website)
    pieces = [
        sum(one.counts[product] for one in outlets) for product in ("adult_mask", "child_mask")
    ]
    summary = f"{len(outlets)} 家，成人 {pieces[0]} 片，兒童 {pieces[1]} 片"
    await expect(page.locator("#total")).to_have_text(summary)


async def test_it_shows_every_outlet_at_the_address_that_it_had(folder, start, browser, outlets):
    folder.publish(outlets)
    client = await start()
    page = await browser.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    # The page lies beside points.json, as they did; the site itself has no such page.
    address = str(client.make_url("/json/map.html"))
    await page.route(address, lambda route: route.fulfill(body=PAGE, content_type="text/html"))
    await page.goto(address)
    await _check(page, outlets)
    await page.select_option("#county", "桃園市")
    await expect(page.locator("li")).to_have_count(1)
    assert faults == []


async def test_it_reads_the_snapshot_folder_of_any_web_server(
    folder, aiohttp_server, browser, outlets
):
    manifest = folder.publish(outlets)
    newest = folder.root / release_folder(manifest.sequence)
    (newest / "index.html").write_text(PAGE, "utf-8")
    app = web.Application()
    app.router.add_static("/", newest)
    server = await aiohttp_server(app)
    page = await browser.new_page()
    await page.goto(str(server.make_url("/index.html")))
    await _check(page, outlets)
