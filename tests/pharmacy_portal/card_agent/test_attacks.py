"""The agent attacked, with a real PC/SC service behind it: no command may reach the card.

Commands are counted at the virtual card. The control is a paired page, which does reach it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import WSServerHandshakeError

from pharmacy_portal.card_agent import server as agent_server
from pharmacy_portal.card_agent.door import MOST
from pharmacy_portal.card_agent.hardware import PcscHardware
from tests.pcsc.bench import PcscBench
from tests.pcsc.cards import WANG, NhiCard
from tests.pharmacy_portal.card_agent.agents import (
    CHALLENGE,
    NONCE,
    OTHER_PORTAL,
    PORTAL,
    Page,
    running_agent,
)

JSON = {"Content-Type": "application/json"}
READ = {"nonce": NONCE}


@pytest.fixture
async def victim(tmp_path: Path, own_readers: PcscBench) -> AsyncIterator[Page]:
    """Return a paired page of an agent with a card in its reader; see that it is read after all."""
    own_readers.insert("Reader A", NhiCard(WANG))
    async with running_agent(tmp_path / "agent", hardware=PcscHardware()) as page:
        await page.pair()
        yield page
        read = await page.ask("POST", "/v1/nhi/read", READ)
        assert read.body["id_number"] == WANG.id_number, "the paired page is still served"
        assert own_readers.slot("Reader A").seen, "and it is counted at the card"


def commands(bench: PcscBench) -> int:
    """Return how many commands the cards have been sent."""
    return len(bench.slot("Reader A").seen) + len(bench.slot("Reader B").seen)


ATTACKS = {
    "foreign origin": ({"Origin": "https://evil.example"}, 403),
    "null origin": ({"Origin": "null"}, 403),
    "look-alike origin": ({"Origin": PORTAL + ".evil.example"}, 403),
    "other known origin with this one's token": ({"Origin": OTHER_PORTAL}, 401),
    "rebinding host": ({"Host": "evil.example"}, 421),
    "rebinding host with our port": ({"Host": "evil.example:8463"}, 421),
    "no token": ({"Authorization": ""}, 401),
    "wrong token": ({"Authorization": "Bearer " + "x" * 43}, 401),
    "basic authorisation": ({"Authorization": "Basic eDp5"}, 401),
    "token as a cookie": ({"Authorization": "", "Cookie": "token=x"}, 401),
    "form": ({"Content-Type": "application/x-www-form-urlencoded"}, 415),
    "text": ({"Content-Type": "text/plain"}, 415),
    "multipart": ({"Content-Type": "multipart/form-data; boundary=x"}, 415),
}


async def test_no_forged_request_reaches_the_card(victim: Page, own_readers: PcscBench):
    for name, (headers, status) in ATTACKS.items():
        for path, body in [("/v1/nhi/read", READ), ("/v1/login/sign", {"challenge": CHALLENGE})]:
            refused = await victim.ask("POST", path, body, headers=JSON | headers)
            assert refused.status == status, (name, path)
            told = refused.cors.get("Access-Control-Allow-Origin")
            assert told in (None, victim.origin, OTHER_PORTAL), name
            assert (told is None) is (status in (403, 421)), name
    for method in ("GET", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
        assert (await victim.ask(method, "/v1/nhi/read")).status in (204, 405)
    victim.origin = None
    assert (await victim.ask("POST", "/v1/nhi/read", READ)).status == 403
    victim.origin = PORTAL
    assert commands(own_readers) == 0


async def test_no_foreign_listener_hears_of_cards(victim: Page, own_readers: PcscBench):
    token = victim.token
    tried = [
        ("https://evil.example", token, {}),
        ("null", token, {}),
        (None, token, {}),
        (OTHER_PORTAL, token, {}),
        (PORTAL, None, {}),
        (PORTAL, "x" * 43, {}),
        (PORTAL, token, {"Host": "evil.example"}),
    ]
    for origin, offered, headers in tried:
        other = Page(victim.server, victim.session, origin, offered)
        with pytest.raises(WSServerHandshakeError):
            await other.listen(**headers)
    assert len(victim.server.hub) == 0
    assert commands(own_readers) == 0


async def test_another_user_without_a_token_gets_the_status_and_nothing_else(
    victim: Page, own_readers: PcscBench
):
    """A program of another user can forge every header; it cannot read the folder (0700)."""
    stranger = Page(victim.server, victim.session, PORTAL, None)
    assert (await stranger.ask("GET", "/v1/status")).status == 200
    for method, path in [
        ("POST", "/v1/nhi/read"),
        ("POST", "/v1/enrol"),
        ("GET", "/v1/readers"),
        ("PUT", "/v1/readers"),
    ]:
        assert (await stranger.ask(method, path, READ)).error == (401, "not_paired")
    assert (await stranger.ask("POST", "/v1/pair", {"code": "00000000"})).status == 409
    assert commands(own_readers) == 0


async def test_bodies_that_are_too_large_too_deep_or_endless_are_refused(
    victim: Page, own_readers: PcscBench, monkeypatch: pytest.MonkeyPatch
):
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * 4096

    for data, statuses in [
        (b"{" + b" " * 1_000_000 + b"}", {413}),
        (b"[" * 16_000, {400}),
        (b'{"nonce":' * 1_700, {400}),
        (endless(), {413}),
    ]:
        with contextlib.suppress(ConnectionError):
            refused = await victim.ask("POST", "/v1/nhi/read", data=data, headers=JSON)
            assert refused.status in statuses
    monkeypatch.setattr(agent_server, "BODY_WITHIN_S", 0.05)
    slow = await _raw(victim, _head(victim, "Content-Length: 40") + b'{"nonce"')
    assert slow.startswith(b"HTTP/1.1 504 ")
    assert commands(own_readers) == 0


async def test_requests_smuggled_or_broken_are_refused(victim: Page, own_readers: PcscBench):
    two_origins = _head(victim, "Content-Length: 0", "Origin: https://evil.example")
    two_hosts = _head(victim, "Content-Length: 0", "Host: evil.example")
    two_lengths = _head(victim, "Content-Length: 0", "Content-Length: 60")
    both = _head(victim, "Content-Length: 60", "Transfer-Encoding: chunked")
    for sent in (two_origins, two_hosts, two_lengths, both, b"\x16\x03\x01\x02\x00\x01" * 9):
        answer = await _raw(victim, sent + b"\r\n\r\n")
        assert answer.split(b" ")[1] in (b"400", b"403", b"421"), answer
    old = b"POST /v1/nhi/read HTTP/1.0\r\nContent-Length: 0\r\n\r\n"
    assert (await _raw(victim, old)).split(b" ")[1] == b"421"
    assert commands(own_readers) == 0


async def test_a_thousand_connections_leave_the_paired_page_served(
    victim: Page, own_readers: PcscBench
):
    port = victim.server.port
    async with await victim.listen() as events:
        assert (await events.receive_json())["event"] == "state"
        held = []
        for number in range(1000):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            # Some are silent, some begin a head and stop.
            writer.write(b"" if number % 2 else b"POST /v1/nhi/read HTTP/1.1\r\nHost: ")
            held.append(writer)
            if number % 100 == 0:
                assert (await victim.ask("GET", "/v1/status")).body["paired"] is True
        door = victim.server.guard.door
        assert door is not None
        assert len(door) <= MOST
        # The page that listens was never thrown out.
        await victim.ask("PUT", "/v1/readers", {"Reader A 00 00": None})
        assert (await events.receive_json())["event"] == "state"
        assert commands(own_readers) == 0
        for writer in held:
            writer.close()


async def test_who_dawdles_over_a_head_is_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(agent_server, "PATIENCE_S", 0.05)
    async with running_agent(tmp_path / "agent") as page:
        reader, writer = await asyncio.open_connection("127.0.0.1", page.server.port)
        writer.write(b"GET /v1/status HTTP/1.1\r\n")
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()


def _head(page: Page, *more: str) -> bytes:
    lines = [
        "POST /v1/nhi/read HTTP/1.1",
        f"Host: 127.0.0.1:{page.server.port}",
        f"Origin: {PORTAL}",
        f"Authorization: Bearer {page.token}",
        "Content-Type: application/json",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


async def _raw(page: Page, sent: bytes) -> bytes:
    """Send bytes; return the first that come back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", page.server.port)
    writer.write(sent)
    async with asyncio.timeout(10):
        answer = await reader.read(4096)
    writer.close()
    return answer
