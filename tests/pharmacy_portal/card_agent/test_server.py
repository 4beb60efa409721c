"""What the agent does for a paired page: status, roles, readings, events; and bodies it refuses."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from aiohttp import WSMsgType, WSServerHandshakeError

from core.errors import Unavailable
from pharmacy_portal.card_agent.outcomes import HTTP_STATUS, CardFault, Outcome
from pharmacy_portal.card_agent.server import LARGEST_BODY, bind
from pharmacy_portal.card_agent.watcher import CardState
from tests.pharmacy_portal.card_agent.agents import (
    NONCE,
    NOW,
    PORTAL,
    FakeHardware,
    Page,
    running_agent,
)


async def test_the_status_says_what_there_is_and_nothing_personal(page: Page):
    status = (await page.ask("GET", "/v1/status")).body
    assert status == {
        "name": "maskmap-agent",
        "version": "1.0.0",
        "api": 1,
        "paired": False,
        "agent_id": status["agent_id"],
        "enrolled": True,
        "service": "up",
        "readers": [{"name": "Reader A 00 00", "role": None, "card": "present"}],
        "clock": NOW.isoformat(timespec="milliseconds"),
    }
    assert len(status["agent_id"]) == 32


async def test_the_agent_starts_without_service_and_says_so(tmp_path: Path):
    hardware = FakeHardware(view=CardState(False, ()))
    async with running_agent(tmp_path / "agent", hardware=hardware, enrolled=False) as page:
        status = (await page.ask("GET", "/v1/status")).body
        assert (status["service"], status["readers"]) == ("down", [])
        assert status["enrolled"] is False
        await page.pair()
        asked = await page.ask("POST", "/v1/nhi/read", {"nonce": NONCE})
        assert asked.error == (409, "agent_not_enrolled")
        assert hardware.reads == 0


async def test_a_reading_names_the_person_and_carries_its_proof(page: Page):
    await page.pair()
    read = await page.ask("POST", "/v1/nhi/read", {"nonce": NONCE})
    assert read.status == 200
    reading = read.body.pop("reading")
    assert read.body == {
        "name": "王小明",
        "id_number": "A123456789",
        "birth_date": "1986-03-14",
        "reader": "Reader A 00 00",
    }
    assert reading["nonce"] == NONCE
    assert reading["reader"] == "Reader A 00 00"
    assert reading["read_at"] == "2020-02-06T09:00:00.123+08:00"
    assert len(reading["record_sha256"]) == 64


@pytest.mark.parametrize("outcome", list(Outcome)[:12])
async def test_each_fault_of_a_card_has_its_code_and_status(
    page: Page, hardware: FakeHardware, outcome: Outcome
):
    await page.pair()
    hardware.fault = CardFault(outcome, hresult=0x8010000C)
    asked = await page.ask("POST", "/v1/nhi/read", {"nonce": NONCE})
    assert asked.status == HTTP_STATUS[outcome]
    assert asked.body == {"error": outcome.value, "detail": "0x8010000c"}


async def test_a_fault_that_nobody_foresaw_is_answered_without_its_text(
    page: Page, hardware: FakeHardware, caplog: pytest.LogCaptureFixture
):
    await page.pair()
    hardware.fault = ValueError("A123456789 王小明")  # type: ignore[assignment]
    asked = await page.ask("POST", "/v1/nhi/read", {"nonce": NONCE})
    assert asked.error == (500, "card_fault")
    assert "A123456789" not in json.dumps(asked.body) + caplog.text
    hardware.fault = None
    assert (await page.ask("POST", "/v1/nhi/read", {"nonce": NONCE})).status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"nonce": 1},
        {"nonce": "short"},
        {"nonce": "n" * 129},
        {"nonce": "n" * 42 + "\n"},
        {"nonce": "n" * 42 + "é"},
        {"nonce": NONCE, "reader": 1},
        {"nonce": NONCE, "extra": "x"},
        [],
        None,
    ],
)
async def test_a_body_of_another_shape_is_refused(page: Page, hardware: FakeHardware, body):
    await page.pair()
    asked = await page.ask(
        "POST",
        "/v1/nhi/read",
        data=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )
    assert asked.error == (400, "body")
    assert hardware.reads == 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 8000,
        b'{"nonce":' + b"[" * 8000,
        b'{"extra":' + b'{"a":' * 3000,
    ],
)
async def test_what_is_no_json_or_too_deep_is_refused(page: Page, body: bytes):
    await page.pair()
    sent = {"Content-Type": "application/json"}
    asked = await page.ask("POST", "/v1/nhi/read", data=body, headers=sent)
    assert asked.error == (400, "body")


async def test_a_body_over_the_limit_is_refused_also_when_it_does_not_say_so(page: Page):
    await page.pair()
    sent = {"Content-Type": "application/json"}
    large = b" " * (LARGEST_BODY + 1)
    asked = await page.ask("POST", "/v1/nhi/read", data=large, headers=sent)
    assert asked.error == (413, "too_large")

    async def piece_by_piece():
        for _ in range(20):
            yield b" " * 1024

    asked = await page.ask("POST", "/v1/nhi/read", data=piece_by_piece(), headers=sent)
    assert asked.error == (413, "too_large")


async def test_a_compressed_body_is_not_unpacked(page: Page):
    await page.pair()
    sent = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    asked = await page.ask("POST", "/v1/nhi/read", data=b"\x1f\x8b", headers=sent)
    assert asked.error == (400, "body")


async def test_roles_are_kept_for_the_computer(tmp_path: Path):
    async with running_agent(tmp_path / "agent") as page:
        await page.pair()
        assert (await page.ask("GET", "/v1/readers")).body == {"Reader A 00 00": None}
        wanted = {"Reader A 00 00": "buyer", "Reader B 00 01": "staff"}
        assert (await page.ask("PUT", "/v1/readers", wanted)).body == wanted
        changed = await page.ask("POST", "/v1/readers", {"Reader B 00 01": None})
        assert changed.body == {"Reader A 00 00": "buyer"}
    async with running_agent(tmp_path / "agent") as again:
        await again.pair()
        assert (await again.ask("GET", "/v1/readers")).body == {"Reader A 00 00": "buyer"}


@pytest.mark.parametrize(
    "body",
    [
        {"Reader A": "owner"},
        {"": "staff"},
        {"R" * 129: "staff"},
        {f"Reader {number}": "staff" for number in range(20)},
        [],
    ],
)
async def test_roles_that_are_none_are_refused(page: Page, body):
    await page.pair()
    assert (await page.ask("PUT", "/v1/readers", body)).error == (400, "body")


async def test_events_begin_with_the_state_and_tell_of_cards(page: Page, hardware: FakeHardware):
    await page.pair()
    async with await page.listen() as events:
        assert events.protocol == "card.v1"
        state = await events.receive_json()
        assert (state["event"], state["service"], state["paired"]) == ("state", "up", True)
        moved = {"event": "card", "reader": "R", "role": None, "in": False, "mute": False}
        hardware.emit(moved)
        assert await events.receive_json() == moved
        await page.ask("PUT", "/v1/readers", {"Reader A 00 00": "staff"})
        assert (await events.receive_json())["event"] == "state"
        await events.send_str("hello")
        assert (await events.receive()).type is WSMsgType.CLOSE


async def test_a_listener_whose_pairing_is_forgotten_is_let_go(page: Page):
    await page.pair()
    async with await page.listen() as events:
        await events.receive_json()
        page.server.agent.pairing.forget()
        page.server.hub.drop_unpaired()
        assert (await events.receive()).type is WSMsgType.CLOSE


@pytest.mark.parametrize(
    ("origin", "token", "status"),
    [
        (PORTAL, None, 401),
        (PORTAL, "wrong", 401),
        ("https://evil.example", "right", 403),
        ("null", "right", 403),
        (None, "right", 403),
    ],
)
async def test_events_are_told_to_paired_pages_only(page: Page, origin, token, status):
    await page.pair()
    page.origin = origin
    page.token = page.token if token == "right" else token
    with pytest.raises(WSServerHandshakeError) as refused:
        await page.listen()
    assert refused.value.status == status
    assert len(page.server.hub) == 0


async def test_a_foreign_host_gets_no_events(page: Page):
    await page.pair()
    with pytest.raises(WSServerHandshakeError) as refused:
        await page.listen(Host="evil.example")
    assert refused.value.status == 421


async def test_two_pages_are_served_one_after_the_other(page: Page, hardware: FakeHardware):
    await page.pair()
    asked = [page.ask("POST", "/v1/nhi/read", {"nonce": NONCE}) for _ in range(5)]
    assert [one.status for one in await asyncio.gather(*asked)] == [200] * 5
    assert hardware.reads == 5


def test_only_this_computers_own_address_is_bound_and_the_next_free_port_taken():
    first = bind([0])
    taken = first.getsockname()[1]
    second = bind([taken, 0])
    assert first.getsockname()[0] == second.getsockname()[0] == "127.0.0.1"
    assert second.getsockname()[1] != taken
    with pytest.raises(Unavailable, match=str(taken)):
        bind([taken])
    first.close()
    second.close()
