"""The counter in a real browser: keys, the morning question, lost answers, nothing left behind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, Route, async_playwright, expect

from tests.pharmacy_portal.tills import World, an_even_number, an_odd_number

pytestmark = pytest.mark.e2e
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# On a Thursday nhi-2 may buy (even), nhi-1 may not (odd).
MAY, MAY_TOO, MAY_NOT = "nhi-2", "nhi-4", "nhi-1"


# A shared machine may be slow; no test is judged by its time.
expect.set_options(timeout=30_000)


@pytest.fixture
async def browser(chromium: str) -> AsyncIterator[Any]:
    """Return the system's Chromium."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield opened
        await opened.close()


async def a_page(browser: Any, world: World, **options: Any) -> Page:
    """Open a counter's browser; a fault in a script fails the test."""
    base = f"http://127.0.0.1:{world.server.port}"
    options = {"locale": "zh-TW", "viewport": {"width": 1024, "height": 768}} | options
    context = await browser.new_context(base_url=base, **options)
    page: Page = await context.new_page()
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda fault: pytest.fail(f"script fault: {fault}"))
    return page


@pytest.fixture
async def page(browser: Any, world: World) -> Page:
    """Return a page of the demo that nobody has used."""
    return await a_page(browser, world)


@pytest.fixture
async def counter_page(page: Page) -> Page:
    """Return the purchase page, logged in, with the day's goods taken."""
    await page.goto("/login")
    await page.click("[data-card=pharmacist-1]")
    await page.wait_for_url("**/")
    await page.goto("/purchase")
    await page.click("#arrival [data-answer=yes]")
    await expect(page.locator("#message")).to_contain_text("已寫入庫存檔")
    await expect(page.locator("#id_number")).to_be_focused()
    return page


async def state(page: Page, wanted: str) -> None:
    """Wait for a state of the counter."""
    await expect(page.locator("#main")).to_have_attribute("data-state", wanted)


async def insert(page: Page, card: str, then: str) -> None:
    """Put a card in and wait for the answer."""
    await page.click(f".tray [data-card={card}]")
    await state(page, then)


async def sell(page: Page) -> None:
    """Enter, Enter."""
    await page.keyboard.press("Enter")
    await state(page, "confirm")
    await page.keyboard.press("Enter")
    await state(page, "empty")


async def type_in(page: Page, number: str, born: str = "0750314") -> None:
    """Type a number as 02, with the reason why no card is read."""
    await page.keyboard.press("F2")
    await page.select_option("#manual_reason", "card_faulty")
    await page.fill("#id_number", number)
    await page.fill("#birth_date", born)


async def focused(page: Page) -> str:
    """Return what has the focus: its card, else its id."""
    return str(
        await page.evaluate("document.activeElement.dataset.card || document.activeElement.id")
    )


async def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(60):
        if await focused(page) == wanted:
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"Tab never reached {wanted}")


async def test_the_first_sale_with_the_keyboard_alone(page: Page) -> None:
    await page.goto("/")
    assert await focused(page) == "pharmacist-1"
    await page.keyboard.press("Enter")
    await expect(page.locator(".services")).to_be_visible()
    await expect(page.locator("html[data-keys=on]")).to_be_attached()
    await page.keyboard.press("1")
    question = page.locator("#arrival")
    await expect(question).to_be_visible()
    await expect(question).to_contain_text(
        "請確定是否自動寫入口罩進貨量:成人口罩200片、兒童口罩50片"
    )
    await page.keyboard.press("Enter")
    await expect(question).to_be_hidden()
    await expect(page.locator(".bar [data-stock=adult_mask]")).to_have_text("200")
    await tab_to(page, MAY)
    await page.keyboard.press("Enter")
    await state(page, "allowed")
    await expect(page.locator("#due")).to_have_text("應收 10 元")
    await sell(page)
    await expect(page.locator("#last-text")).to_have_text("購買完成：成人口罩2片，應收 10 元")
    await expect(page.locator(".bar [data-stock=adult_mask]")).to_have_text("198")
    await expect(page.locator("#recent tr")).to_have_count(1)
    assert await focused(page) == "id_number"


async def test_after_a_sale_nothing_of_the_buyer_is_left(counter_page: Page) -> None:
    page = counter_page
    await insert(page, MAY, "allowed")
    number = await page.input_value("#id_number")
    assert number
    await sell(page)
    for field in ("#id_number", "#birth_date"):
        assert await page.input_value(field) == ""
    assert number not in await page.content()
    assert await page.get_attribute(f"[data-card={MAY}]", "aria-pressed") == "false"
    await insert(page, MAY_NOT, "refused")


async def test_type_01_cannot_be_typed_and_02_is_marked_and_asks_for_a_reason(
    counter_page: Page,
) -> None:
    page = counter_page
    await page.keyboard.type("a")
    assert await page.input_value("#id_number") == "", "the card fills in type 01"
    await expect(page.locator("#fault")).to_contain_text("F2")
    await expect(page.locator("#typed")).to_be_hidden()
    await page.keyboard.press("F2")
    assert await page.input_value("#identity_type") == "02"
    await expect(page.locator("#typed")).to_contain_text("未讀卡：人工輸入")
    await page.keyboard.type(an_even_number().lower())
    await page.keyboard.press("Tab")
    await page.keyboard.type("0750314")
    await page.keyboard.press("Enter")
    await expect(page.locator("#fault")).to_have_text("請選擇未讀卡原因。")
    assert await focused(page) == "manual_reason"
    await page.keyboard.press("ArrowDown")
    async with page.expect_request("**/eligibility") as asked:
        await page.click("#check")
    assert (await asked.value).post_data_json["manual_reason"] == "card_faulty"
    await state(page, "allowed")
    await page.keyboard.type("1")
    await expect(page.locator("#due")).to_have_text("應收 5 元")
    await sell(page)
    await expect(page.locator("#last-text")).to_contain_text("成人口罩1片")
    assert await page.input_value("#identity_type") == "01", "the next buyer has a card"


async def test_a_refusal_shows_reason_next_date_and_what_to_say(counter_page: Page) -> None:
    page = counter_page
    await insert(page, MAY_NOT, "refused")
    refused = page.locator("#refused")
    await expect(refused).to_contain_text("不符購買資格")
    await expect(page.locator("#next-date")).to_have_text("109/02/07 星期五")
    await expect(page.locator("#tell")).not_to_be_empty()
    await page.keyboard.press("Escape")
    await state(page, "empty")
    assert await page.input_value("#id_number") == ""


async def test_a_buyer_who_has_not_bought_may_have_that_noted(counter_page: Page) -> None:
    page = counter_page
    dispute = page.locator("#dispute")
    await insert(page, MAY_NOT, "refused")
    await expect(dispute).to_be_hidden()
    await insert(page, MAY, "allowed")
    await sell(page)
    await insert(page, MAY, "refused")
    await dispute.locator("summary").click()
    await page.fill("#dispute-note", "說人在國外")
    await page.click("#dispute-save")
    await expect(page.locator("#dispute-done")).to_contain_text("1")
    await page.keyboard.press("Escape")
    await state(page, "empty")
    await expect(dispute).to_be_hidden()
    await page.evaluate("document.body.classList.add('practising')")
    await insert(page, MAY, "refused")
    await expect(dispute).to_be_hidden()


@pytest.mark.parametrize("change", ["type", "number", "date", "card", "escape"])
async def test_whatever_changes_voids_the_check(counter_page: Page, change: str) -> None:
    page = counter_page
    if change in ("number", "date"):
        await type_in(page, an_even_number())
        await page.keyboard.press("Enter")
        await state(page, "allowed")
    else:
        await insert(page, MAY, "allowed")
    if change == "type":
        await page.select_option("#identity_type", "03")
    elif change == "number":
        await page.fill("#id_number", an_odd_number())
    elif change == "date":
        await page.fill("#birth_date", "0750315")
    elif change == "card":
        return await insert(page, MAY_NOT, "refused")
    else:
        await page.keyboard.press("Escape")
    await state(page, "empty")
    await expect(page.locator("#sale")).to_be_hidden()
    assert await page.input_value("#pieces-adult_mask") == ""


async def test_a_key_held_down_does_not_confirm_the_sale(counter_page: Page) -> None:
    page = counter_page
    await insert(page, MAY, "allowed")
    for _ in range(5):
        await page.keyboard.down("Enter")
    await state(page, "confirm")
    await page.keyboard.up("Enter")
    await state(page, "confirm")


async def test_a_lost_answer_resolves_to_the_true_outcome(counter_page: Page) -> None:
    page, lost = counter_page, 0

    async def lose(route: Route) -> None:
        nonlocal lost
        lost += 1
        if lost > 2:
            return await route.continue_()
        await route.fetch()
        await expect(page.locator("#waiting")).to_contain_text("確認中")
        await route.abort()

    await page.route("**/api/v1/sales", lose)
    await insert(page, MAY, "allowed")
    await sell(page)
    await expect(page.locator("#last-text")).to_contain_text("成人口罩2片")
    await expect(page.locator(".bar [data-stock=adult_mask]")).to_have_text("198")
    await expect(page.locator("#recent tr")).to_have_count(1)
    assert lost == 3


async def test_a_lost_connection_is_in_sight_and_no_check_is_invented(counter_page: Page) -> None:
    page = counter_page
    await page.route("**/api/v1/**", lambda route: route.abort())
    await type_in(page, an_even_number())
    await page.press("#birth_date", "Enter")
    await expect(page.locator("#connection")).to_have_text("連線中斷，重試中")
    await expect(page.locator("#fault")).to_contain_text("連線中斷")
    await state(page, "empty")
    await page.unroute("**/api/v1/**")
    await page.click("#check")
    await state(page, "allowed")
    await expect(page.locator("#connection")).to_have_text("連線正常")


async def test_a_late_answer_about_one_buyer_is_not_shown_to_the_next(counter_page: Page) -> None:
    page, held = counter_page, []

    async def hold(route: Route) -> None:
        if not held:
            return held.append(route)
        await route.continue_()

    await page.route("**/api/v1/eligibility", hold)
    await page.click(f".tray [data-card={MAY}]")
    await state(page, "checking")
    await insert(page, MAY_NOT, "refused")
    await held[0].continue_()
    await page.wait_for_load_state("networkidle")
    await state(page, "refused")


async def test_a_mistake_is_corrected(counter_page: Page) -> None:
    page = counter_page
    await insert(page, MAY, "allowed")
    await sell(page)
    await page.click("#last-keys button")
    await page.click("dialog[open] button.primary")
    await expect(page.locator("#last-text")).to_have_text("已更正")
    await expect(page.locator(".bar [data-stock=adult_mask]")).to_have_text("200")
    await expect(page.locator("#recent tr.voided")).to_have_count(1)
    await insert(page, MAY, "allowed")


async def test_not_arrived_yet_leaves_the_stock_and_is_not_asked_at_once_again(page: Page) -> None:
    await page.goto("/login")
    await page.click("[data-card=pharmacist-1]")
    await page.wait_for_url("**/")
    await page.goto("/purchase")
    await expect(page.locator("#arrival")).to_be_visible()
    await page.keyboard.press("3")
    await expect(page.locator("#arrival")).to_be_hidden()
    await expect(page.locator("#no-stock")).to_contain_text("若無庫存量將無法進行交易")
    await expect(page.locator("#id_number")).to_be_focused()
    assert await page.input_value("#id_number") == "", "the key was an answer, not a number"
    await page.reload()
    await expect(page.locator("#recent .empty")).to_be_visible()
    await expect(page.locator("#arrival")).to_be_hidden()
    await insert(page, MAY, "allowed")
    await expect(page.locator("#buy")).to_be_disabled()


async def test_another_number_leads_to_the_intake_and_answers_the_question(page: Page) -> None:
    await page.goto("/login")
    await page.click("[data-card=pharmacist-1]")
    await page.wait_for_url("**/")
    await page.goto("/purchase")
    await page.click("[data-answer=other]")
    await expect(page.locator("#message")).to_have_text("請至「進貨登錄」頁面輸入進貨數量。")
    await page.keyboard.type("150")
    await page.keyboard.press("Enter")
    await expect(page.locator("#confirm-text")).to_contain_text("成人口罩150片")
    await page.keyboard.press("Enter")
    await expect(page.locator("#done")).to_contain_text("已登錄：成人口罩150片")
    await expect(page.locator("#history tr")).to_have_count(1)
    await page.goto("/purchase")
    await expect(page.locator("#recent .empty")).to_be_visible()
    await expect(page.locator("#arrival")).to_be_hidden()
    # Another till has not heard of it: there the question says so first.
    await page.evaluate("sessionStorage.clear()")
    await page.reload()
    await expect(page.locator("#arrival-typed")).to_be_visible()
    assert await page.evaluate("document.activeElement.dataset.answer") == "enough"


async def test_an_unusual_number_is_typed_twice(counter_page: Page) -> None:
    page = counter_page
    await page.goto("/intake")
    await page.keyboard.type("1000")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator("#again")).to_be_visible()
    await page.keyboard.type("1000")
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    await expect(page.locator("#done")).to_contain_text("1000")
    await expect(page.locator(".bar [data-stock=adult_mask]")).to_have_text("1200")
    await expect(page.locator("#history tr")).to_have_count(2)
    await expect(page.locator("#history")).to_contain_text("系統")


async def test_an_ended_session_leads_to_the_login_and_leaves_nothing(
    world: World, counter_page: Page
) -> None:
    page = counter_page
    await type_in(page, an_even_number())
    world.clock.pass_by(minutes=15)
    await page.press("#birth_date", "Enter")
    await page.wait_for_url("**/login?expired=1")
    await expect(page.locator(".notice")).to_contain_text("登入已逾時")
    await page.go_back()
    await page.wait_for_load_state()
    assert an_even_number() not in await page.content()
    assert "/purchase" not in page.url


async def test_logging_out_leaves_nothing_behind_the_back_button(counter_page: Page) -> None:
    page = counter_page
    await type_in(page, an_even_number())
    await page.click("#logout")
    await page.wait_for_url("**/login")
    await page.go_back()
    await page.wait_for_url("**/login*")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_every_page_keeps_the_rules_of_accessibility(
    browser: Any, world: World, scheme: str
) -> None:
    page = await a_page(browser, world, color_scheme=scheme)
    faults: list[str] = []

    async def look(place: str) -> None:
        found = await Axe().run(page)
        if found.violations_count:
            faults.append(f"{place}: {found.generate_report()}")

    await page.goto("/login")
    await look("login")
    await page.click("[data-card=pharmacist-1]")
    await page.wait_for_url("**/")
    await look("home")
    await page.goto("/purchase")
    await expect(page.locator("#arrival")).to_be_visible()
    await look("question")
    await page.click("[data-answer=yes]")
    await insert(page, MAY_NOT, "refused")
    await look("refused")
    await insert(page, MAY, "allowed")
    await look("allowed")
    await page.keyboard.press("Enter")
    await look("confirm")
    await page.keyboard.press("Enter")
    await expect(page.locator("#recent tr")).to_have_count(1)
    await look("sold")
    for path in ("/intake", "/records", "/nowhere"):
        await page.goto(path)
        await look(path)
    assert not faults, "\n".join(faults)
