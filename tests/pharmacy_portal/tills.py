"""Building blocks of the portal's tests: a portal, a clock that stands still, a till."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from core.actions.outlets import register_outlets
from core.clock import system_clock
from core.domain.calendar import TAIPEI
from core.domain.outlets import Outlet
from core.settings import Settings
from core.storage import open_state
from pharmacy_portal.app import make_app
from pharmacy_portal.demo.enrolment import make_demo_cards
from pharmacy_portal.demo.people import synthetic_number
from pharmacy_portal.demo.signing import sign_login

# A Thursday of the first block: even last digits may buy.
THURSDAY = datetime(2020, 2, 6, 9, 0, tzinfo=TAIPEI)
API = "/api/v1"


def an_even_number(index: int = 0) -> str:
    """Return a national ID that may buy on a Thursday."""
    return synthetic_number(500 + index, "1", odd=False)


def an_odd_number(index: int = 0) -> str:
    """Return a national ID that may not buy on a Thursday."""
    return synthetic_number(500 + index, "1", odd=True)


def a_buyer(number: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return the buyer's part of a request."""
    buyer = {
        "identity_type": "02",
        "id_number": number or an_even_number(),
        "birth_date": "0750314",
    }
    return buyer | changes


def a_sale(number: str | None = None, **changes: Any) -> dict[str, Any]:
    """Return the body of a sale of two adult masks."""
    return a_buyer(number) | {"pieces": {"adult_mask": 2}} | changes


@dataclass
class StandingClock:
    """A clock that moves only when it is told to."""

    now: datetime = THURSDAY

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **time: float) -> None:
        """Move on."""
        self.now += timedelta(**time)


@dataclass
class Till:
    """One browser or program that talks to the portal."""

    client: TestClient[Any, Any]
    cards: Path
    keys: int = field(default=0)

    @property
    def origin(self) -> str:
        """The portal's address as this till sees it."""
        return str(self.client.make_url("/").origin())

    def cookie(self, name: str = "maskmap_session") -> str:
        """Return the value of a cookie this till holds."""
        return self.client.session.cookie_jar.filter_cookies(self.client.make_url("/"))[name].value

    def set_cookie(self, value: str, name: str = "maskmap_session") -> None:
        """Put a cookie in the place of the one this till holds."""
        url = self.client.make_url("/")
        self.client.session.cookie_jar.update_cookies({name: value}, url)

    async def get(self, path: str, **options: Any) -> ClientResponse:
        """Ask for a page or a list."""
        return await self.client.get(path, allow_redirects=False, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> ClientResponse:
        """Send JSON to the API."""
        return await self.client.post(API + path, json={} if body is None else body, **options)

    async def log_in(self, card: str = "pharmacist-1", institution: str | None = None) -> Any:
        """Log in with a software card; return the answer's document."""
        answer = await self.try_login(card, institution)
        assert answer.status == 200, await answer.text()
        return await answer.json()

    async def try_login(self, card: str, institution: str | None = None) -> ClientResponse:
        """Try to log in with a software card."""
        challenge = (await (await self.post("/login/challenge")).json())["challenge"]
        return await self.send_login(card, challenge, institution=institution)

    async def send_login(
        self,
        card: str,
        challenge: str,
        origin: str | None = None,
        institution: str | None = None,
        **changes: Any,
    ) -> ClientResponse:
        """Sign a challenge and send it."""
        signed = sign_login(self.cards / card, origin or self.origin, challenge, institution)
        body = {
            "certificate": signed.certificate,
            "signature": signed.signature,
            "mechanism": signed.mechanism,
        }
        if institution:
            body["institution"] = institution
        return await self.post("/login", body | changes)

    async def sell(self, body: dict[str, Any], key: str | None = None) -> ClientResponse:
        """Send a sale under a key; a fresh one unless one is given."""
        self.keys += 1
        return await self.post(
            "/sales", body, headers={"Idempotency-Key": key or f"sale-{self.keys}"}
        )

    async def take_goods(self) -> None:
        """Take the day's standard goods."""
        answer = await self.post("/intakes/automatic")
        assert answer.status == 201, await answer.text()

    async def stock(self) -> dict[str, int]:
        """Return the outlet's stock."""
        return (await (await self.get(f"{API}/stock")).json())["stock"]


@dataclass
class World:
    """One portal with its state folder and its clock."""

    settings: Settings
    clock: StandingClock
    server: TestServer
    open_till: Callable[[], Awaitable[Till]]

    @property
    def cards(self) -> Path:
        """The folder of software cards."""
        return self.settings.cards_folder


async def fill_state(settings: Settings) -> None:
    """Register twelve outlets and make their cards."""
    outlets = [
        Outlet(code=f"59011{n:05d}", name=f"第{n}藥局", kind="pharmacy", county="臺北市")
        for n in range(1, 12)
    ]
    outlets.append(Outlet(code="2301290011", name="中正區衛生所", kind="health_centre"))
    async with open_state(settings) as state:
        await register_outlets(state.ledger, outlets, by="test", clock=system_clock)
    await make_demo_cards(settings, settings.cards_folder, 6)


@asynccontextmanager
async def running_portal(settings: Settings, clock: StandingClock) -> AsyncIterator[World]:
    """Serve a portal on a free port until the block ends."""
    clients: list[TestClient[Any, Any]] = []
    server = TestServer(make_app(settings, clock=clock))
    await server.start_server()

    async def open_till() -> Till:
        client: TestClient[Any, Any] = TestClient(server)
        clients.append(client)
        return Till(client, settings.cards_folder)

    try:
        yield World(settings, clock, server, open_till)
    finally:
        for client in clients:
            await client.session.close()
        await server.close()
