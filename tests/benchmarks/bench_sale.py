"""Sales over HTTP on the embedded database: session, JSON, hash, rules, ledger, audit, fsync.

The same number of requests that only name who is logged in show what HTTP alone costs here. Sales
by card fetch a nonce first and bring a fresh reading: two requests and one signature checked.
"""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from itertools import cycle
from pathlib import Path

import aiohttp

from core.clock import system_clock
from core.domain.calendar import TAIPEI, rfc3339
from core.settings import Settings
from pharmacy_portal.demo.tray_agent import ReadCard, TrayAgent, load_tray_agent
from publisher.replay.people import a_buyer
from tests.benchmarks.serving import cpu_s, demo_state, maskmap, program, resident_mb

ADDRESS = "127.0.0.1:18460"
URL = f"http://{ADDRESS}"
CARDS = 16
SALES = 3_000
CLIENTS = (1, 16, 64)
_BORN = date(1980, 1, 1)

Sessions = list[dict[str, str]]
One = Callable[[aiohttp.ClientSession, int], Awaitable[None]]


def run() -> list[str]:
    """Measure answers a second and CPU of the portal for each number of clients."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        demo_state(state)
        with program(state, "portal", ADDRESS, "/readyz") as portal:
            cookies = [_cookie(state, number) for number in range(1, CARDS + 1)]
            rows: list[str] = []
            serial = 0
            for clients in CLIENTS:
                asyncio.run(_goods(cookies, clients))
                by_card = _sell(cookies, serial + SALES, load_tray_agent(Settings(state=state)))
                for name, one in (
                    ("sales", _sell(cookies, serial)),
                    ("sales by card, with nonce", by_card),
                    ("GET /me", _me(cookies)),
                ):
                    before, started = cpu_s(portal), time.monotonic()
                    latencies = asyncio.run(_rush(one, clients))
                    seconds, cpu = time.monotonic() - started, cpu_s(portal) - before
                    rows.append(_row(name, clients, latencies, seconds, cpu))
                serial += 2 * SALES
            rows.append(f"portal afterwards: {resident_mb(portal):.0f} MB resident")
    return rows


def _row(name: str, clients: int, latencies: list[float], seconds: float, cpu: float) -> str:
    ordered = sorted(latencies)
    p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
    return (
        f"{name}, {clients} clients: {len(ordered) / seconds:.0f}/s, p50 {p50:.1f} ms,"
        f" p99 {p99:.1f} ms, portal CPU {cpu / len(ordered) * 1e6:.0f} µs each"
    )


def _cookie(state: Path, number: int) -> dict[str, str]:
    card = state / "cards" / f"pharmacist-{number}"
    line = maskmap(state, "demo", "login", "--card", str(card), "--portal", URL).strip()
    name, _, value = line.partition("=")
    return {"Cookie": f"{name}={value}"}


async def _goods(cookies: Sessions, turn: int) -> None:
    async with aiohttp.ClientSession(URL) as http:
        for cookie in cookies:
            headers = cookie | {"Idempotency-Key": f"goods-{turn}"}
            goods = {"pieces": {"adult_mask": 600 + SALES}, "note": "bench"}
            goods["confirmation"] = goods["pieces"]
            async with http.post("/api/v1/intakes", json=goods, headers=headers) as answer:
                assert answer.status == 201, await answer.text()
            # The tray's agent enrols itself where a card is read.
            card = {"card": "nhi-1"}
            async with http.post("/api/v1/demo/read", json=card, headers=cookie) as answer:
                assert answer.status == 200, await answer.text()


async def _rush(one: One, clients: int) -> list[float]:
    latencies: list[float] = []
    waiting = iter(range(SALES))

    async def client(http: aiohttp.ClientSession) -> None:
        for number in waiting:
            started = time.monotonic()
            await one(http, number)
            latencies.append(time.monotonic() - started)

    connector = aiohttp.TCPConnector(limit=clients)
    async with aiohttp.ClientSession(URL, connector=connector) as http:
        await asyncio.gather(*(client(http) for _ in range(clients)))
    return latencies


def _sell(cookies: Sessions, first: int, agent: TrayAgent | None = None) -> One:
    today = datetime.now(TAIPEI).date()
    tills = cycle(cookies)

    async def sell(http: aiohttp.ClientSession, number: int) -> None:
        buyer = a_buyer(500_000 + first + number, today, child=False)
        request = {
            "identity_type": "02",
            "id_number": buyer.number,
            "birth_date": _BORN.isoformat(),
            "pieces": {"adult_mask": 2},
        }
        till = next(tills)
        if agent is not None:
            read = ReadCard(buyer.number, _BORN, "ab" * 32)
            async with http.post("/api/v1/readings/nonce", headers=till) as answer:
                nonce = (await answer.json())["nonce"]
            reading = agent.reading(URL, nonce, rfc3339(system_clock()), read)
            request |= {"identity_type": "01", "reading": reading}
        headers = till | {"Idempotency-Key": f"sale-{first + number}"}
        async with http.post("/api/v1/sales", json=request, headers=headers) as answer:
            assert answer.status == 201, await answer.text()

    return sell


def _me(cookies: Sessions) -> One:
    tills = cycle(cookies)

    async def me(http: aiohttp.ClientSession, number: int) -> None:
        async with http.get("/api/v1/me", headers=next(tills)) as answer:
            assert answer.status == 200, await answer.text()

    return me
