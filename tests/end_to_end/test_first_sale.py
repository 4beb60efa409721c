"""The first sale that the public can see, by keyboard alone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.end_to_end.driving import ADULT, CHILD, Demo, last_digit_of, poll, taipei_today

pytestmark = pytest.mark.e2e

# The card that has the focus when the login page opens.
CARD = 1
STANDARD = {ADULT: 200, CHILD: 50}
OFFICIAL = ("成人口罩剩餘數", "兒童口罩剩餘數")
EXPECT_MS = 20_000


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(locale="zh-TW", viewport={"width": 1280, "height": 900})
    context.set_default_timeout(EXPECT_MS)
    expect.set_options(timeout=EXPECT_MS)
    yield context.new_page()
    context.close()


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until an element that matches has the focus."""
    for _ in range(200):
        if page.evaluate("s => document.activeElement.matches(s)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no number of tabs leads to {wanted}")


def eligible_buyer(page: Page) -> str:
    """Return the selector of a grown-up's card in the tray that may buy today."""
    parity = "單號" if last_digit_of(taipei_today()) % 2 else "雙號"
    card = page.locator(".tray [data-card]", has_text=f"{parity} · 成人").first
    return f'[data-card="{card.get_attribute("data-card")}"]'


def test_the_first_sale_by_keyboard_alone_is_seen_by_the_public_in_seconds(demo, page):
    outlet = demo.till(CARD).outlet
    before = demo.published(outlet)["outlet"]

    page.goto(demo.portal)
    tab_to(page, f'[data-card="pharmacist-{CARD}"]')
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo.portal}/")
    expect(page.locator("html[data-keys=on]")).to_be_attached()
    page.keyboard.press("1")
    page.wait_for_url("**/purchase*")

    # The morning question: the goods have come as the standard says.
    question = page.locator("dialog#arrival")
    expect(question).to_be_visible()
    expect(question).to_contain_text("成人口罩200片、兒童口罩50片")
    tab_to(page, '[data-answer="yes"]')
    page.keyboard.press("Enter")
    expect(question).to_be_hidden()
    taken = {name: before[name] + n for name, n in STANDARD.items()}
    expect(page.locator(f'.bar [data-stock="{ADULT}"]')).to_have_text(str(taken[ADULT]))

    # One card and two keys.
    tab_to(page, eligible_buyer(page))
    page.keyboard.press("Enter")
    expect(page.locator("#sale")).to_be_visible()
    expect(page.locator("#due")).to_contain_text("應收 10 元")
    page.keyboard.press("Enter")
    expect(page.locator("#confirm")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#last-text")).to_contain_text("10 元")
    expect(page.locator("#id_number")).to_have_value("")
    expect(page.locator("#recent")).to_contain_text("******")
    expect(page.locator(f'.bar [data-stock="{ADULT}"]')).to_have_text(str(taken[ADULT] - 2))

    sold = {ADULT: taken[ADULT] - 2, CHILD: taken[CHILD]}
    demo.await_published(outlet, **sold)
    assert everything_public(demo, outlet) == [sold] * 6
    page.goto(f"{demo.site}/outlets/{outlet}")
    expect(page.locator("article")).to_contain_text(str(sold[ADULT]))


def everything_public(demo: Demo, outlet: str) -> list[dict[str, int]]:
    """Return what every public answer says of an outlet, all of them of one snapshot."""

    def look() -> list[dict[str, int]] | None:
        answers = [
            demo.public(path)
            for path in (
                "/data/maskdata.csv",
                "/data/maskdata-all.csv",
                "/data/outlets.geojson",
                "/data/points.json",
            )
        ]
        api = demo.public(f"/api/v1/outlets/{outlet}").json
        page = demo.public(f"/outlets/{outlet}").text
        named = {int(answer.headers["X-Snapshot"]) for answer in answers}
        named |= {api["snapshot"], int(re.findall(r"第 (\d+) 號資料集", page)[-1])}
        if len(named) > 1:
            return None
        official, full, features, points = answers
        return [
            numbers_of(
                csv_row(official.text, "醫事機構代碼", outlet), "成人口罩剩餘數", "兒童口罩剩餘數"
            ),
            numbers_of(csv_row(full.text, "code", outlet), ADULT, CHILD),
            numbers_of(feature(features.json, "code", outlet), ADULT, CHILD),
            numbers_of(feature(points.json, "id", outlet), "mask_adult", "mask_child"),
            numbers_of(api["outlet"], ADULT, CHILD),
            dict(zip((ADULT, CHILD), map(int, re.findall(r"<b>(\d+)</b>", page)), strict=False)),
        ]

    return poll(look)


def csv_row(text: str, heading: str, outlet: str) -> dict[str, str]:
    rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
    return next(row for row in rows if row[heading] == outlet)


def feature(collection: Any, name: str, outlet: str) -> dict[str, Any]:
    found = (one["properties"] for one in collection["features"])
    properties: dict[str, Any] = next(one for one in found if one[name] == outlet)
    return properties


def numbers_of(row: dict[str, Any], adult: str, child: str) -> dict[str, int]:
    return {ADULT: int(row[adult]), CHILD: int(row[child])}
