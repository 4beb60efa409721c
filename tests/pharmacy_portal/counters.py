"""Building blocks of browser tests with an agent: a portal in real time, an agent, a browser."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec.structs import replace
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from core.domain.calendar import TAIPEI
from core.settings import Settings
from pharmacy_portal.card_agent.agent import Agent
from pharmacy_portal.card_agent.hardware import Hardware
from pharmacy_portal.card_agent.home import Home
from pharmacy_portal.card_agent.proof import Enrolments, open_key
from pharmacy_portal.card_agent.server import AgentServer
from pharmacy_portal.card_agent.token import Signature, StaffCard, StaffToken
from pharmacy_portal.demo.people import synthetic_number
from tests.pcsc.cards import Person
from tests.pharmacy_portal.card_agent.agents import FakePin
from tests.pharmacy_portal.tills import StandingClock, World, running_portal

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# A shared machine may be slow; no test is judged by its time.
expect.set_options(timeout=30_000)


class RunningClock(StandingClock):
    """A clock that goes: an agent beside the portal has no other."""

    def __call__(self) -> datetime:
        return datetime.now(TAIPEI)


class SoftwareCard(StaffToken):
    """A staff card of the demo, in place of a PKCS#11 token (those have tests of their own)."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        pem = (folder / "certificate.pem").read_bytes()
        key = serialization.load_pem_private_key((folder / "key.pem").read_bytes(), None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key
        self._card = StaffCard(
            b"1", 0, b"1", x509.load_pem_x509_certificate(pem), (), False, False, False, False
        )

    def find(self, reader: str | None) -> StaffCard:
        return self._card

    def sign(self, card: StaffCard, pin: str | None, statement: bytes) -> Signature:
        assert pin == "1234"
        signature = self._key.sign(statement, ec.ECDSA(hashes.SHA256()))
        return Signature("ECDSA-P256-SHA256", signature)


def someone(index: int, *, may_buy: bool = True) -> Person:
    """Return a grown-up who may, or may not, buy today by the rule of the last digit."""
    odd_day = datetime.now(TAIPEI).weekday() in (0, 2, 4)
    odd = odd_day if may_buy else not odd_day
    return Person(
        card_number=f"{index:012d}",
        name="王李張劉陳楊黃趙周吳"[index % 10] + "測試",
        id_number=synthetic_number(700 + index, "1", odd=odd),
        born=f"{60 + index % 30:03d}{1 + index % 12:02d}{1 + index % 28:02d}",
    )


def is_sunday() -> bool:
    """Tell whether everybody may buy today."""
    return datetime.now(TAIPEI).weekday() == 6


def a_free_port() -> int:
    """Return a port that is free now; the portal has to name it before the agent listens there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Counter:
    """A portal, and the agent of the computer its pages are shown on."""

    world: World
    server: AgentServer
    address: str

    @property
    def code(self) -> str:
        """Have the agent show a pairing code."""
        return self.server.agent.pairing.open()


@asynccontextmanager
async def a_counter(
    settings: Settings, folder: Path, hardware: Hardware, *, enrolled: bool = True
) -> AsyncIterator[Counter]:
    """Run both, on one clock, until the block ends; pages are asked for under ``localhost``."""
    port = a_free_port()
    clock = RunningClock()
    async with running_portal(replace(settings, agent_ports=str(port)), clock) as world:
        address = f"http://localhost:{world.server.port}"
        home = Home(folder)
        if enrolled:
            Enrolments(home, open_key(home)).add(address)
        token = SoftwareCard(world.cards / "pharmacist-1")
        agent = Agent(home, hardware, token, FakePin(pin="1234"), now=clock)
        async with AgentServer(agent, [address]).running([port]) as server:
            yield Counter(world, server, address)


@asynccontextmanager
async def a_browser(chromium: str, *more: str) -> AsyncIterator[Browser]:
    """Start the system's Chromium."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=chromium, args=[*ARGUMENTS, *more]
        )
        try:
            yield opened
        finally:
            await opened.close()


async def a_page(browser: Browser, counter: Counter, **options: Any) -> Page:
    """Open a window of the counter; a fault in a script fails the test."""
    wanted = {"locale": "zh-TW", "viewport": {"width": 1024, "height": 768}} | options
    context = await browser.new_context(base_url=counter.address, **wanted)
    page = await context.new_page()
    page.set_default_timeout(30_000)
    page.on("pageerror", lambda fault: pytest.fail(f"script fault: {fault}"))
    return page


async def allow_loopback(browser: Browser, page: Page, counter: Counter) -> None:
    """Answer the browser's question about other programs on this device with yes."""
    session = await page.context.new_cdp_session(page)
    found = await session.send("Target.getTargetInfo")
    whole = await browser.new_browser_cdp_session()
    await whole.send(
        "Browser.grantPermissions",
        {
            "origin": counter.address,
            "permissions": ["loopbackNetwork", "localNetwork", "localNetworkAccess"],
            "browserContextId": found["targetInfo"]["browserContextId"],
        },
    )


async def a_virtual_authenticator(context: BrowserContext, page: Page) -> None:
    """Give the browser a device for passkeys whose owner always agrees."""
    session = await context.new_cdp_session(page)
    await session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    await session.send("WebAuthn.addVirtualAuthenticator", {"options": options})


async def pair(page: Page, counter: Counter) -> None:
    """Type the agent's code into 電腦設定."""
    await page.goto("/setup")
    told = page.locator("#agent-state")
    await expect(told).to_have_attribute("data-code", re.compile("agent_ask|not_paired"))
    if await told.get_attribute("data-code") == "agent_ask":
        await page.click("#connect-agent")
    await expect(told).to_have_attribute("data-code", "not_paired")
    await page.fill("#code", counter.code)
    await page.press("#code", "Enter")
    await expect(told).to_have_attribute("data-code", "ready")


async def state(page: Page, wanted: str) -> None:
    """Wait for a state of the purchase page."""
    await expect(page.locator("#main")).to_have_attribute("data-state", wanted)
