"""Outlet, rules and status in a real browser: phone, desktop, both languages, no scripts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import expect

from public_site.courses import COURSES
from tests.public_site.course_days import A_FULL_DAY, CODE, MORNING, TODAY, write_course
from tests.public_site.releases import an_outlet, some_outlets
from tests.public_site.test_pages import with_language

pytestmark = pytest.mark.e2e
expect.set_options(timeout=30_000)

PATHS = [
    f"/outlets/{CODE}",
    "/outlets/5901012348",
    "/rules",
    "/rules?digit=3&bought=2020-02-06",
    "/rules?bought=2020-02-30",
    "/status",
]
SCREENS = [
    (360, "light", "zh-TW"),
    (360, "dark", "en"),
    (1280, "dark", "zh-TW"),
    (1280, "light", "en"),
]


@pytest.fixture
async def client(folder, start):
    first = an_outlet(
        adult=128,
        child=0,
        tickets="09:00 發 100 張",
        sale_windows="一至五 09:00-11:00 50片; 六 10:00-12:00",
        note="請排隊，並自備零錢",
    )
    folder.publish([first, *some_outlets()[1:]])
    write_course(folder, {CODE: MORNING})
    for n in range(1, 5):
        write_course(folder, {CODE: A_FULL_DAY}, TODAY - timedelta(days=n))
    client = await start(contact="mailto:masks@example.tw")
    await client.app[COURSES].poll()
    return client


@pytest.mark.parametrize(("width", "scheme", "language"), SCREENS)
async def test_no_accessibility_rule_is_broken_and_nothing_sticks_out(
    client, browser, width, scheme, language
):
    page = await browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for path in PATHS:
        await page.goto(str(client.make_url(with_language(path, language))))
        for summary in await page.locator("main details > summary").all():
            await summary.click()
        results = await Axe().run(page)
        assert results.violations_count == 0, f"{path}\n{results.generate_report()}"
        assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


async def test_labels_of_a_chart_stay_inside_the_screen_and_apart(client, browser):
    for width in (320, 360, 1280):
        page = await browser.new_page(viewport={"width": width, "height": 800})
        await page.goto(str(client.make_url(f"/outlets/{CODE}")))
        boxes = await page.evaluate(
            """[...document.querySelectorAll('svg.chart')].map(chart => ({
              outer: chart.getBoundingClientRect().toJSON(),
              labels: [...chart.querySelectorAll('text')]
                .map(text => text.getBoundingClientRect().toJSON()),
            }))"""
        )
        assert len(boxes) == 2
        for chart in boxes:
            labels = chart["labels"]
            for box in labels:
                assert box["left"] >= chart["outer"]["left"] - 1, width
                assert box["right"] <= chart["outer"]["right"] + 1, width
            for n, one in enumerate(labels):
                for other in labels[n + 1 :]:
                    apart = one["right"] <= other["left"] or other["right"] <= one["left"]
                    over = one["bottom"] <= other["top"] + 6 or other["bottom"] <= one["top"] + 6
                    assert apart or over, (width, one, other)
        await page.close()


async def test_the_address_can_be_copied(client, browser):
    context = await browser.new_context(
        locale="zh-TW", permissions=["clipboard-read", "clipboard-write"]
    )
    page = await context.new_page()
    await page.goto(str(client.make_url(f"/outlets/{CODE}")))
    await page.get_by_role("button", name="複製地址").click()
    await expect(page.get_by_role("button", name="已複製")).to_be_visible()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied == "臺北市中正區忠孝西路１段４９號"
    await context.close()


async def test_an_outlet_prints_on_one_sheet_without_what_only_screens_need(client, browser):
    page = await browser.new_page(locale="zh-TW")
    await page.goto(str(client.make_url(f"/outlets/{CODE}")))
    sheets = await page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", sheets)) == 1
    await page.emulate_media(media="print")
    await expect(page.get_by_role("heading", name="健安藥局")).to_be_visible()
    await expect(page.get_by_text("之後會變動；最新數量請見")).to_be_visible()
    for hidden in ("今天的變化", "最近幾天", "位置"):
        await expect(page.get_by_role("heading", name=hidden, exact=True)).to_be_hidden()


async def test_without_scripts_the_rules_answer_and_the_course_can_be_read(client, browser):
    context = await browser.new_context(locale="zh-TW", java_script_enabled=False)
    page = await context.new_page()
    await page.goto(str(client.make_url("/rules")))
    await page.get_by_label("證號最後一碼").select_option("2")
    await page.get_by_label("上次購買日").fill("2020-02-06")
    await page.get_by_role("button", name="查看日期").click()
    await expect(page.get_by_text("末一碼 2：2月13日（四）起可以買")).to_be_visible()
    await page.goto(str(client.make_url(f"/outlets/{CODE}")))
    await expect(page.get_by_text("08:10 前到貨").first).to_be_visible()
    await expect(page.get_by_role("button", name="複製地址")).to_be_hidden()
    await page.get_by_text("看每一次變動的數字").click()
    await expect(page.get_by_role("row", name="10:20 130 0")).to_be_visible()
    await context.close()


async def test_the_rules_can_be_asked_with_the_keyboard_alone(client, browser):
    page = await browser.new_page(locale="zh-TW")
    await page.goto(str(client.make_url("/rules")))
    await page.get_by_label("證號最後一碼").focus()
    await page.keyboard.press("3")
    for _ in range(6):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.type") == "submit":
            break
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("末一碼 3：2月7日（五）起可以買")).to_be_visible()


@pytest.mark.parametrize("path", [f"/outlets/{CODE}", "/rules", "/status"])
async def test_nothing_is_asked_of_another_host_and_no_script_fails(client, browser, path):
    page = await browser.new_page(locale="zh-TW")
    asked: list[str] = []
    problems: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: problems.append(message.text))
    page.on("pageerror", lambda fault: problems.append(str(fault)))
    await page.goto(str(client.make_url(path)), wait_until="load")
    origin = str(client.make_url("/"))
    assert [url for url in asked if not url.startswith((origin, "data:", "blob:"))] == []
    assert problems == []
