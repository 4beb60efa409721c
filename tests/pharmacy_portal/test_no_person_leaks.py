"""Marked numbers and birth dates go in everywhere; they must come out nowhere."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import Awaitable, Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from core.log import configure_logging
from pharmacy_portal import middleware
from tests.pharmacy_portal.card_agents import CardAgent, a_nonce
from tests.pharmacy_portal.tills import API, Till, World, a_buyer, a_sale, an_even_number

MARKED = [an_even_number(7000 + index) for index in range(4)]
BORN = ["19510723", "1951-07-23", "0400723", "040/07/23"]
PERMIT = "ZZ99887766"
READ = [an_even_number(7000 + index) for index in (90, 91)]
NEEDLES = [*MARKED, *READ, *BORN, PERMIT, MARKED[0].lower(), "1951, 7, 23"]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Log as the program does, at the most talkative level."""
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    configure_logging("debug", "portal")
    return stream


async def busy_hour(world: World, till: Till) -> list[str]:
    """Do everything right and wrong with marked people; return all answers."""
    texts: list[str] = []

    async def keep(answer: Any) -> None:
        texts.append(await answer.text())
        texts.extend(f"{name}: {value}" for name, value in answer.headers.items())

    for number, born in zip(MARKED, BORN, strict=True):
        who = {"birth_date": born}
        await keep(await till.post("/eligibility", a_buyer(number, **who)))
        await keep(await till.sell(a_sale(number, **who), key="again"))
        await keep(await till.sell(a_sale(number, **who)))
        await keep(await till.sell(a_sale(number, pieces={number: 2}, **who)))
        await keep(await till.sell(a_sale(number, **{number: born}, **who)))
        await keep(await till.sell(a_sale(number, pieces={"adult_mask": number}, **who)))
        await keep(await till.sell(a_sale(number + "X", **who)))
        await keep(await till.post("/eligibility", a_buyer(number, manual_reason=number, **who)))
        await keep(await till.post(f"/sales/{number}/void"))
        await keep(await till.get(f"/{number}?birth_date={born}"))
        await keep(await till.get(f"{API}/{number}"))
        note = {"pieces": {"adult_mask": 1}, "note": f"還 {number}"}
        await keep(await till.post("/intakes", note, headers={"Idempotency-Key": number}))
        raw = f'{{"id_number":"{number}","birth_date":"{born}",'.encode()
        headers = {"Content-Type": "application/json", "Idempotency-Key": "raw"}
        await keep(await till.client.post(f"{API}/sales", data=raw, headers=headers))
    await by_card(world, till, keep)
    await keep(await till.post("/eligibility", a_buyer(PERMIT, identity_type="04")))
    await keep(await till.get(f"{API}/sales/recent"))
    for page in ("/", "/purchase", "/intake", "/records"):
        await keep(await till.get(page))
    await keep(await till.get("/metrics"))
    return texts


async def by_card(world: World, till: Till, keep: Callable[[Any], Awaitable[None]]) -> None:
    """Read marked people's cards, rightly and wrongly."""
    agent = CardAgent(world.clock)
    await agent.enrol(till)
    for index, born in ((90, "19510723"), (91, "1951-07-23")):
        number = an_even_number(7000 + index)
        who = {"id_number": number, "birth_date": date(1951, 7, 23)}
        buyer = a_buyer(number, identity_type="01", birth_date=born)
        named = {"reader": number, "read_at": number, "record_sha256": number}
        for reading in (
            await agent.read(till, **who),
            await agent.read(till, **who) | named,
            dict.fromkeys(("nonce", "reader", "read_at", "record_sha256", "proof"), number),
            None,
        ):
            shown = buyer | ({"reading": reading} if reading else {})
            await keep(await till.post("/eligibility", shown))
            await keep(await till.sell(shown | {"pieces": {"adult_mask": 2}}))
        nonce = await a_nonce(till)
        # An agent that names its reader after a person, and signs that, is believed.
        named_so = agent.reading(till, nonce, **who, reader=f"R {number}")
        shown = buyer | {"reading": named_so | {"reader": f"R {number}"}}
        assert (await till.post("/eligibility", shown)).status == 200
    body = await agent.enrolment(till)
    await keep(await till.post("/agents", body | {"machine": MARKED[0]}))
    await keep(await till.post("/agents", dict.fromkeys(body, MARKED[0])))


def found_in(text: str) -> list[str]:
    return [needle for needle in NEEDLES if needle in text]


async def test_no_number_and_no_birth_date_reaches_an_answer_a_log_or_the_disk(
    world: World, counter: Till, log: io.StringIO
) -> None:
    texts = await busy_hour(world, counter)
    assert any('sales_total{verified="card"} 2.0' in text for text in texts)
    assert any("****" in text for text in texts), "the traffic did sell"
    for text in texts:
        assert not found_in(text), text
    assert not found_in(log.getvalue())
    for path in sorted(world.settings.state.rglob("*")):
        if path.is_file() and "cards" not in path.parts:
            body = path.read_bytes()
            assert not [n for n in NEEDLES if n.encode() in body], Path(path).name


async def test_a_fault_of_ours_tells_neither_the_log_nor_the_user_about_the_buyer(
    world: World, counter: Till, log: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **values: object) -> None:
        raise RuntimeError(f"fault with {values}")

    monkeypatch.setattr("pharmacy_portal.api.purchases.purchases.record_sale", broken)
    answer = await counter.sell(a_sale(MARKED[0], birth_date=BORN[0]))
    assert answer.status == 500
    assert (await answer.json())["code"] == "ERROR"
    assert not found_in(await answer.text())
    assert "request_failed" in log.getvalue()
    assert not found_in(log.getvalue())


async def test_a_request_that_takes_too_long_is_503_with_retry_after(
    world: World, counter: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def stuck(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("pharmacy_portal.api.purchases.purchases.record_sale", stuck)
    monkeypatch.setattr(middleware, "LIMIT_S", 0.05)
    answer = await counter.sell(a_sale())
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) >= 1
    assert (await answer.json())["code"] == "UNAVAILABLE"
