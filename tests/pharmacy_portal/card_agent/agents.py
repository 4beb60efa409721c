"""An agent in the test's own process, on a port of its own, and a page that speaks to it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse

from pharmacy_portal.card_agent.agent import Agent
from pharmacy_portal.card_agent.hardware import Hardware
from pharmacy_portal.card_agent.home import Home
from pharmacy_portal.card_agent.nhi import parse_record
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome
from pharmacy_portal.card_agent.pcsc import NhiReading
from pharmacy_portal.card_agent.pin import PinQuestion
from pharmacy_portal.card_agent.proof import Enrolments, open_key
from pharmacy_portal.card_agent.readers import Roles
from pharmacy_portal.card_agent.server import AgentServer
from pharmacy_portal.card_agent.token import StaffToken
from pharmacy_portal.card_agent.watcher import CardState, Event, ReaderView
from tests.pcsc.cards import WANG

PORTAL = "https://portal.example.tw"
OTHER_PORTAL = "https://second.example.tw"
NOW = datetime.fromisoformat("2020-02-06T09:00:00.123+08:00")
NONCE = "n" * 43
CHALLENGE = "c" * 43
ONE_CARD = CardState(True, (ReaderView("Reader A 00 00", None, "present"),))


@dataclass
class FakeHardware:
    """One reader with WANG's card, unless told otherwise; `test_attacks` uses the real service."""

    fault: CardFault | None = None
    reads: int = 0
    emit: Callable[[Event], None] = print
    view: CardState = ONE_CARD

    def start(self, emit: Callable[[Event], None], roles: Callable[[], Roles]) -> None:
        self.emit = emit

    def stop(self) -> None:
        """Nothing runs."""

    def state(self) -> CardState:
        return self.view

    def read_nhi(self, reader: str | None, roles: Roles) -> NhiReading:
        self.reads += 1
        if self.fault:
            raise self.fault
        return NhiReading(reader or "Reader A 00 00", parse_record(WANG.record()))


@dataclass
class FakePin:
    """A person who answers at once."""

    pin: str | None = None
    goes_on: bool = False
    asked: list[PinQuestion] = field(default_factory=list)
    confirmed: list[PinQuestion] = field(default_factory=list)

    def confirm_final_try(self, question: PinQuestion) -> bool:
        self.confirmed.append(question)
        return self.goes_on

    def ask(self, question: PinQuestion) -> str | None:
        self.asked.append(question)
        return self.pin


class NoToken(StaffToken):
    """No card for signing."""

    def find(self, reader: str | None) -> Any:
        raise CardFault(Outcome.NO_TOKEN)


@dataclass
class Page:
    """A page of an origin in a browser of this computer."""

    server: AgentServer
    session: ClientSession
    origin: str | None = PORTAL
    token: str | None = None

    async def ask(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        headers: Mapping[str, str] | None = None,
        **request: Any,
    ) -> Reply:
        """Send a request as this page would, with whatever ``headers`` add or replace."""
        sent = {"Origin": self.origin} if self.origin else {}
        sent |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        if body is not None:
            request["json"] = body
        async with self.session.request(
            method, self.server.url + path, headers=sent | dict(headers or {}), **request
        ) as answer:
            is_json = answer.content_type == "application/json"
            found = await answer.json() if is_json else await answer.text()
            return Reply(answer.status, found, dict(answer.headers))

    async def pair(self) -> Page:
        """Type in the code that the agent shows."""
        code = self.server.agent.pairing.open()
        self.token = (await self.ask("POST", "/v1/pair", {"code": code})).body["token"]
        return self

    async def listen(self, **headers: str) -> ClientWebSocketResponse:
        """Open the events; the caller closes them."""
        protocols = ["card.v1", *([f"token.{self.token}"] if self.token else [])]
        sent = ({"Origin": self.origin} if self.origin else {}) | headers
        url = self.server.url + "/v1/events"
        return await self.session.ws_connect(url, headers=sent, protocols=protocols)


@dataclass
class Reply:
    """What the agent answered."""

    status: int
    body: Any
    headers: Mapping[str, str]

    @property
    def error(self) -> tuple[int, str]:
        """Return status and code of a refusal."""
        return self.status, self.body["error"]

    @property
    def cors(self) -> dict[str, str]:
        """Return the headers by which a browser lets a page see the answer."""
        return {name: one for name, one in self.headers.items() if name.startswith("Access-")}


@asynccontextmanager
async def running_agent(
    folder: Path,
    *,
    hardware: Hardware | None = None,
    token: StaffToken | None = None,
    pin: FakePin | None = None,
    enrolled: bool = True,
    portals: tuple[str, ...] = (PORTAL, OTHER_PORTAL),
) -> AsyncIterator[Page]:
    """Run an agent; yield a page of the first portal, not yet paired."""
    home = Home(folder)
    if enrolled:
        for portal in portals:
            Enrolments(home, open_key(home)).add(portal)
    agent = Agent(
        home,
        hardware or FakeHardware(),
        token or NoToken(),
        pin or FakePin(),
        now=lambda: NOW,
    )
    async with AgentServer(agent, portals).running([0]) as server, ClientSession() as session:
        yield Page(server, session, portals[0])
