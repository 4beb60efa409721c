"""The counter with a card agent in a real browser: permission, pairing, cards, lock, passkeys."""

from __future__ import annotations

import asyncio
import random
import statistics
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

pytest.importorskip("smartcard", reason="pyscard is not installed: see the extra `card`")

from core.domain.identity import last_digit
from core.settings import Settings
from pharmacy_portal import budgets
from pharmacy_portal.card_agent.hardware import PcscHardware
from pharmacy_portal.card_agent.nhi import parse_record
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome
from pharmacy_portal.card_agent.pcsc import NhiReading
from pharmacy_portal.card_agent.readers import Roles
from pharmacy_portal.card_agent.watcher import CardState, Event, ReaderView
from tests.pcsc.bench import PcscBench
from tests.pcsc.cards import ForeignCard, NhiCard, Person
from tests.pcsc.fixtures import own_readers, pcsc_bench
from tests.pharmacy_portal.counters import (
    Counter,
    a_browser,
    a_counter,
    a_page,
    a_virtual_authenticator,
    allow_loopback,
    is_sunday,
    pair,
    someone,
    state,
)

__all__ = ["own_readers", "pcsc_bench"]
pytestmark = pytest.mark.e2e
SWAPS = 200
A, B = "Reader A 00 00", "Reader B 00 01"


@dataclass
class Readers:
    """Two readers in memory: what lies in them, and what a read comes to."""

    cards: dict[str, Person | None] = field(default_factory=lambda: {A: None, B: None})
    faults: dict[str, CardFault] = field(default_factory=dict)
    mute: set[str] = field(default_factory=set)
    up: bool = True
    delay: Callable[[], None] = lambda: None
    emit: Callable[[Event], None] = print
    roles: Callable[[], Roles] = dict
    lock: threading.Lock = field(default_factory=threading.Lock)

    def start(self, emit: Callable[[Event], None], roles: Callable[[], Roles]) -> None:
        self.emit, self.roles = emit, roles

    def stop(self) -> None:
        """Nothing runs."""

    def state(self) -> CardState:
        roles = self.roles()
        views = (
            ReaderView(name, roles.get(name), "none" if person is None else "present")
            for name, person in self.cards.items()
        )
        return CardState(self.up, tuple(views))

    def read_nhi(self, reader: str | None, roles: Roles) -> NhiReading:
        self.delay()
        with self.lock:
            full = [name for name, person in self.cards.items() if person]
            if reader is None and len(full) > 1:
                raise CardFault(Outcome.AMBIGUOUS)
            name = reader or next(iter(full), A)
            person = self.cards[name]
        if fault := self.faults.get(name):
            raise fault
        if person is None:
            raise CardFault(Outcome.NO_CARD)
        return NhiReading(name, parse_record(person.record()))

    def put(self, reader: str, person: Person, *, mute: bool = False) -> None:
        with self.lock:
            self.cards[reader] = person
        self._card(reader, True, mute)

    def pull(self, reader: str) -> None:
        with self.lock:
            self.cards[reader] = None
        self._card(reader, False, False)

    def _card(self, reader: str, is_in: bool, mute: bool) -> None:
        role = self.roles().get(reader)
        self.emit({"event": "card", "reader": reader, "role": role, "in": is_in, "mute": mute})


async def log_in_by_card(page: Page) -> None:
    await page.goto("/login")
    await page.click("#by-card")
    await page.wait_for_url("**/")


async def take_goods(page: Page) -> None:
    await page.goto("/purchase")
    await page.click("#arrival [data-answer=yes]")
    await expect(page.locator("#arrival")).to_be_hidden()


async def enrol(page: Page) -> None:
    await page.goto("/setup")
    await page.click("#enrol")
    await expect(page.locator("#done")).to_contain_text("登記完成")


@pytest.fixture
def readers() -> Readers:
    """Return two empty readers in memory."""
    return Readers()


@pytest.fixture
async def counter(settings: Settings, tmp_path: Path, readers: Readers) -> AsyncIterator[Counter]:
    """Return a portal and an agent with readers in memory."""
    async with a_counter(settings, tmp_path / "agent", readers) as found:
        yield found


async def settled(page: Page, counter: Counter) -> None:
    """Pair, log in by card, enrol the agent, take the day's goods."""
    await pair(page, counter)
    await log_in_by_card(page)
    await enrol(page)
    await take_goods(page)
    await expect(page.locator("#reader-state")).to_have_attribute("data-code", "ready")


async def test_from_a_public_page_to_a_sale_by_one_card_and_two_keys_and_a_locked_screen(
    chromium: str, settings: Settings, tmp_path: Path, own_readers: PcscBench
) -> None:
    bench = own_readers
    async with a_counter(settings, tmp_path / "agent", PcscHardware(), enrolled=False) as counter:
        port = counter.world.server.port
        public = f"127.0.0.1:{port}=public,[::1]:{port}=public"
        async with a_browser(chromium, f"--ip-address-space-overrides={public}") as browser:
            page = await a_page(browser, counter)
            await denied_is_explained(page)
            await allow_loopback(browser, page, counter)
            await pair(page, counter)
            await expect(page.locator("#readers select").first).to_be_focused()
            role = page.locator(f'select[aria-label*="{bench.reader("Reader B")}"]')
            await role.select_option("staff")
            await expect(page.locator("#done")).to_have_text("已儲存。")
            await role.focus()
            await asyncio.to_thread(bench.insert, "Reader B", ForeignCard())
            await expect(page.locator("#readers")).to_contain_text("有卡片")
            await expect(role).to_be_focused()
            await log_in_by_card(page)
            await enrol(page)
            await passkey_is_made(page, bench)
            await take_goods(page)
            await sales_are_made(page, bench)
            await pulling_the_staff_card_locks(page, bench, counter)
            await passkey_opens(page, bench)


async def denied_is_explained(page: Page) -> None:
    await page.goto("/login")
    told = page.locator("#agent-state")
    await expect(told).to_have_attribute("data-code", "agent_ask")
    await page.click("#connect-agent")
    await expect(told).to_have_attribute("data-code", "agent_blocked")
    await expect(told).to_contain_text("網站設定")
    await page.goto("/setup/check")
    await expect(page.locator("[data-line=permission]")).to_have_attribute("data-result", "bad")
    await expect(page.locator("[data-line=pairing]")).to_have_attribute("data-result", "later")
    assert await violations(page) == []


MAKE_A_PASSKEY = """async () => {
  const { enrol } = await import("/static/passkeys.js");
  const { readCard } = await import("/static/agent.js");
  const { ask } = await import("/static/api.js");
  const { body } = await ask("POST", "/api/v1/readings/nonce", {});
  const { id_number, birth_date, reading } = await readCard({ nonce: body.nonce });
  return (await enrol("till", { id_number, birth_date, reading })).status;
}"""


async def passkey_is_made(page: Page, bench: PcscBench) -> None:
    """With the pharmacist's own NHI card, which from now on names him."""
    await a_virtual_authenticator(page.context, page)
    await asyncio.to_thread(bench.insert, "Reader A", NhiCard(someone(50)))
    assert await page.evaluate(MAKE_A_PASSKEY) == 201
    await asyncio.to_thread(bench.remove, "Reader A")


async def sales_are_made(page: Page, bench: PcscBench) -> None:
    times: list[float] = []
    for index in range(5):
        person = someone(index)
        await asyncio.to_thread(bench.insert, "Reader A", NhiCard(person))
        await state(page, "allowed")
        assert await page.input_value("#id_number") == person.id_number
        await page.keyboard.press("Enter")
        await state(page, "confirm")
        await page.keyboard.press("Enter")
        await state(page, "empty")
        await expect(page.locator("#last-text")).to_contain_text("購買完成")
        await asyncio.to_thread(bench.remove, "Reader A")
        assert person.id_number not in await page.content()
    times = await page.evaluate(
        "performance.getEntriesByName('card-to-answer').map((one) => one.duration)"
    )
    print(
        f"insertion to allowed pieces on screen, {len(times)} cards:"
        f" median {statistics.median(times):.0f} ms,"
        f" p95 {statistics.quantiles(times, n=20, method='inclusive')[-1]:.0f} ms"
    )


async def pulling_the_staff_card_locks(page: Page, bench: PcscBench, counter: Counter) -> None:
    person = someone(20)
    await asyncio.to_thread(bench.insert, "Reader A", NhiCard(person))
    await state(page, "allowed")
    await asyncio.to_thread(bench.remove, "Reader A")
    await state(page, "empty")
    await nothing_is_left_of(page, person)
    await asyncio.to_thread(bench.insert, "Reader A", NhiCard(person))
    await state(page, "allowed")
    async with page.expect_response("**/session/lock") as told:
        await asyncio.to_thread(bench.remove, "Reader B")
    assert (await told.value).status == 200
    await expect(page.locator("#lock")).to_be_visible()
    await nothing_is_left_of(page, person)
    assert await page.evaluate("fetch('/api/v1/stock').then(({status}) => status)") == 423
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await expect(page.locator("#lock")).to_be_visible()
    assert await violations(page) == []


async def passkey_opens(page: Page, bench: PcscBench) -> None:
    await page.click("#unlock-passkey")
    await expect(page.locator("#lock")).to_be_hidden()
    assert await page.evaluate("fetch('/api/v1/stock').then(({status}) => status)") == 200
    await page.click("#logout")
    await page.wait_for_url("**/login")
    await page.click("#by-passkey")
    await page.wait_for_url("**/")
    await page.click("#logout")
    await page.wait_for_url("**/login")
    await asyncio.to_thread(bench.remove, "Reader A")
    await asyncio.to_thread(bench.insert, "Reader A", NhiCard(someone(50)))
    await page.click("#by-nhi")
    await page.wait_for_url("**/")
    kept = await page.evaluate("Object.keys(localStorage).sort()")
    assert kept == ["maskmap.agent.port", "maskmap.agent.token"], "nothing personal is kept"


async def nothing_is_left_of(page: Page, person: Person) -> None:
    for field_ in ("#id_number", "#birth_date", "#pieces-adult_mask"):
        assert await page.input_value(field_) == ""
    content = await page.content()
    assert person.id_number not in content
    assert person.name not in content


async def violations(page: Page) -> list[str]:
    found = await Axe().run(page)
    return [found.generate_report()] if found.violations_count else []


SEEN = """() => {
  window.seen = [];
  const look = () => {
    const value = (id) => document.querySelector(id).value;
    const now = [value("#id_number"), value("#birth_date"),
      document.querySelector("#reader").textContent, document.querySelector("#main").dataset.state];
    const last = window.seen.at(-1);
    if (!last || last.some((one, index) => one !== now[index])) window.seen.push(now);
    requestAnimationFrame(look);
  };
  look();
}"""


async def test_two_hundred_fast_swaps_never_mix_two_buyers(
    chromium: str,
    counter: Counter,
    readers: Readers,
    rng: random.Random,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(budgets, "LOOK_UPS", ())
    people = {
        one.id_number: one
        for one in (someone(index, may_buy=index % 3 > 0) for index in range(SWAPS))
    }
    asked: list[Any] = []
    async with a_browser(chromium) as browser:
        page = await a_page(browser, counter)
        await settled(page, counter)
        page.on(
            "request",
            lambda sent: asked.append(sent.post_data_json) if "eligib" in sent.url else None,
        )
        readers.delay = lambda: dawdle(rng)
        await page.evaluate(SEEN)
        for person in people.values():
            readers.put(A, person)
            if rng.random() < 0.15:
                await expect(page.locator("#sale, #refused").filter(visible=True)).to_be_visible()
            else:
                await asyncio.sleep(rng.random() * 0.06)
            if rng.random() < 0.7:
                readers.pull(A)
        await expect(page.locator("#main")).not_to_have_attribute("data-state", "checking")
        seen = await page.evaluate("window.seen")
    full = [row for row in seen if row[0] or row[1]]
    for number, born, told, shown in full:
        person = people[number]
        assert born == parse_record(person.record()).born.isoformat()
        assert person.name in told
        allowed = is_sunday() or may_buy_today(person)
        assert shown != ("refused" if allowed else "allowed")
    for body in asked:
        record = parse_record(people[body["id_number"]].record())
        assert body["birth_date"] == record.born.isoformat()
        assert body["reading"]["record_sha256"] == record.sha256
    print(f"{SWAPS} swaps: {len(full)} pictures with a buyer, {len(asked)} checks")
    assert full
    assert asked


def dawdle(rng: random.Random) -> None:
    """Take as long as a card may take, in the agent's own thread."""
    threading.Event().wait(rng.random() * 0.02)


def may_buy_today(person: Person) -> bool:
    digit = last_digit(person.id_number)
    assert digit is not None
    return digit % 2 == (last_digit(someone(0).id_number) or 0) % 2


OF_THE_CARD = [one for one in Outcome if one.value in ("card_mute", "card_busy", "card_fault")] + [
    Outcome.NOT_NHI_CARD,
    Outcome.BAD_DATA,
    Outcome.CARD_REMOVED,
    Outcome.TIMEOUT,
    Outcome.READER_GONE,
]


async def test_every_state_of_reader_and_card_is_told_and_got_over(
    chromium: str, counter: Counter, readers: Readers, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with a_browser(chromium) as browser:
        page = await a_page(browser, counter)
        await settled(page, counter)
        trouble, panel = page.locator("#trouble"), page.locator("#reader-state")
        for outcome in OF_THE_CARD:
            readers.faults = {A: CardFault(outcome)}
            readers.put(A, someone(1))
            await expect(trouble).to_have_attribute("data-code", outcome.value)
            await state(page, "empty")
            readers.pull(A)
            await expect(trouble).to_be_hidden()
        readers.faults = {}
        readers.put(A, someone(1), mute=True)
        await expect(trouble).to_have_attribute("data-code", "card_mute")
        await page.keyboard.press("F2")
        await expect(page.locator("#manual_reason")).to_have_value("card_faulty")
        await page.keyboard.press("Escape")
        readers.pull(A)
        await two_cards(page, readers)
        readers.emit({"event": "reader", "name": A, "up": False})
        readers.emit({"event": "reader", "name": B, "up": False})
        await expect(panel).to_have_attribute("data-code", "no_reader")
        await page.keyboard.press("F2")
        await expect(page.locator("#manual_reason")).to_have_value("no_reader")
        await page.keyboard.press("Escape")
        readers.emit({"event": "service", "up": False})
        await expect(panel).to_have_attribute("data-code", "no_service")
        readers.emit({"event": "service", "up": True})
        readers.emit({"event": "reader", "name": A, "up": True})
        await expect(panel).to_have_attribute("data-code", "ready")
        await all_is_well(page, readers)
        await the_agent_itself_is_wrong(page, counter, monkeypatch)


async def all_is_well(page: Page, readers: Readers) -> None:
    """The test of the computer finds nothing, and reads a card without showing it."""
    await page.goto("/setup/check")
    readers.put(A, someone(4))
    await expect(page.locator("#summary")).to_have_attribute("data-result", "ok")
    await page.click("#try-card")
    await expect(page.locator("[data-line=card]")).to_contain_text("健保卡讀取成功")
    assert someone(4).id_number not in await page.content()
    readers.pull(A)
    await page.goto("/purchase")


async def the_agent_itself_is_wrong(
    page: Page, counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent, panel = counter.server.agent, page.locator("#reader-state")
    await expect(panel).to_have_attribute("data-code", "ready")
    monkeypatch.setattr(agent, "_now", lambda: datetime.fromisoformat("2020-02-06T09:00:00+08:00"))
    counter.server.hub.publish_state()
    await expect(panel).to_have_attribute("data-code", "clock_wrong")
    monkeypatch.setattr("pharmacy_portal.card_agent.agent.API", 0)
    await counter.server.hub.close()
    await expect(panel).to_have_attribute("data-code", "agent_too_old")
    monkeypatch.undo()
    await page.reload()
    await expect(panel).to_have_attribute("data-code", "ready")
    agent.pairing.forget()
    counter.server.hub.drop_unpaired()
    await expect(panel).to_have_attribute("data-code", "not_paired")


async def two_cards(page: Page, readers: Readers) -> None:
    """The pharmacist says whose turn it is, with one key."""
    first, second = someone(2), someone(3)
    readers.put(A, first)
    await state(page, "allowed")
    readers.put(B, second)
    await state(page, "choose")
    await nothing_is_left_of(page, first)
    await page.keyboard.press("2")
    await state(page, "allowed")
    assert await page.input_value("#id_number") == second.id_number
    readers.pull(A)
    await state(page, "allowed")
    readers.pull(B)
    await state(page, "empty")
    await nothing_is_left_of(page, second)


async def test_an_agent_set_up_for_another_site_is_told_from_none_and_pages_are_accessible(
    chromium: str, counter: Counter
) -> None:
    async with a_browser(chromium) as browser:
        page = await a_page(browser, counter)
        counter.server.guard.origins = frozenset()
        await page.goto("/setup")
        await page.click("#connect-agent")
        await expect(page.locator("#agent-state")).to_have_attribute("data-code", "agent_refused")
        for path, scheme in (("/setup", "dark"), ("/setup/check", "light"), ("/login", "dark")):
            await page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            await page.goto(path)
            assert await violations(page) == [], path
        # A card nobody knows: its owner may have a code.
        await page.locator("[data-card]", has_text="尚未授權").first.click()
        await expect(page.locator("#invitation")).to_be_focused()
        await expect(page.locator("#message")).not_to_be_empty()
