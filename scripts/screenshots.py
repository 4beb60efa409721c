"""Take the pictures of README and docs from a running demo (``make run``), with real pages.

Usage: scripts/screenshots.py [--portal URL] [--site URL] [--out DIR]
"""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from core.domain.calendar import TAIPEI

IMAGES = Path(__file__).resolve().parent.parent / "docs" / "images"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
COUNTER = {"width": 1280, "height": 860}
CARD = "pharmacist-3"
NEAR_TAIPEI_MAIN_STATION = "lat=25.0478&lon=121.5170&in_stock=1"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

Shot = Callable[[Page, str], None]


def search(page: Page, site: str) -> None:
    """The search page, list and map: what is near Taipei main station."""
    page.goto(f"{site}/?{NEAR_TAIPEI_MAIN_STATION}")
    page.wait_for_selector(".leaflet-marker-icon")


def phone(page: Page, site: str) -> None:
    """The search page on a phone."""
    page.goto(f"{site}/?{NEAR_TAIPEI_MAIN_STATION}")


def apps(page: Page, site: str) -> None:
    """The directory of applications."""
    page.goto(f"{site}/apps")


def outlet(page: Page, site: str) -> None:
    """One outlet, on a phone."""
    page.goto(f"{site}/?{NEAR_TAIPEI_MAIN_STATION}")
    page.locator('a[href^="/outlets/"]').first.click()
    page.wait_for_url("**/outlets/*")


def rules(page: Page, site: str) -> None:
    """The rules in plain words, with the next days of one last digit."""
    page.goto(f"{site}/rules?digit=7")


def data(page: Page, site: str) -> None:
    """The open data."""
    page.goto(f"{site}/data")


def login(page: Page, portal: str) -> None:
    """The tray of software cards."""
    page.goto(f"{portal}/login")


def purchase(page: Page, portal: str) -> None:
    """A buyer who may buy, after one who has bought; Enter, Enter is a sale."""
    log_in(page, portal)
    page.goto(f"{portal}/purchase")
    answer_the_morning_question(page)
    odd = datetime.now(TAIPEI).weekday() in (0, 2, 4)
    cards = page.locator(".tray [data-card]", has_text=f"{'單號' if odd else '雙號'} · 成人")
    for number in range(cards.count()):
        cards.nth(number).click()
        page.wait_for_selector("#sale:not([hidden]), #refused:not([hidden])")
        if page.locator("#refused").is_visible():
            continue  # This one has bought for an earlier picture.
        if page.locator("#last").is_visible():
            return
        page.keyboard.press("Enter")
        page.wait_for_selector("#confirm:not([hidden])")
        page.keyboard.press("Enter")
        page.wait_for_selector("#last:not([hidden])")


def intake(page: Page, portal: str) -> None:
    """The goods of the day."""
    log_in(page, portal)
    page.goto(f"{portal}/intake")
    answer_the_morning_question(page)
    page.wait_for_selector("#history td.code")


def typed(page: Page, portal: str) -> None:
    """A buyer whose card cannot be read."""
    log_in(page, portal)
    page.goto(f"{portal}/purchase")
    answer_the_morning_question(page)
    page.keyboard.press("F2")
    page.select_option("#manual_reason", "card_faulty")


def setup(page: Page, portal: str) -> None:
    """What a computer needs."""
    page.goto(f"{portal}/setup")


def check(page: Page, portal: str) -> None:
    """The test of a computer, here one without a card agent."""
    page.goto(f"{portal}/setup/check")


SITE: tuple[tuple[Shot, dict[str, int]], ...] = (
    (search, DESKTOP),
    (phone, PHONE),
    (apps, DESKTOP),
    (outlet, PHONE),
    (rules, PHONE),
    (data, DESKTOP),
)
PORTAL: tuple[tuple[Shot, dict[str, int]], ...] = (
    (login, COUNTER),
    (purchase, COUNTER),
    (intake, COUNTER),
    (typed, COUNTER),
    (setup, COUNTER),
    (check, COUNTER),
)


def log_in(page: Page, portal: str) -> None:
    """Click a pharmacist's card."""
    page.goto(f"{portal}/login")
    page.locator(f'[data-card="{CARD}"]').click()
    page.wait_for_url(f"{portal}/")


def answer_the_morning_question(page: Page) -> None:
    """Say that the goods have come, if the page asks."""
    page.wait_for_load_state("networkidle")
    if page.locator("dialog#arrival").is_visible():
        page.locator('[data-answer="yes"]').click()
        page.wait_for_selector("dialog#arrival", state="hidden")


def take(browser: Browser, shot: Shot, size: dict[str, int], url: str, folder: Path) -> None:
    """Take one picture, in a browser that knows nothing of the others."""
    context = browser.new_context(viewport=size, locale="zh-TW", color_scheme="light")
    page = context.new_page()
    shot(page, url)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=folder / f"{shot.__name__}.png")
    context.close()


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portal", default="http://127.0.0.1:8460")
    parser.add_argument("--site", default="http://127.0.0.1:8470")
    parser.add_argument("--out", type=Path, default=IMAGES)
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=ARGUMENTS
        )
        for shots, url in ((SITE, asked.site), (PORTAL, asked.portal)):
            for shot, size in shots:
                take(browser, shot, size, url, asked.out)
        browser.close()


if __name__ == "__main__":
    main()
