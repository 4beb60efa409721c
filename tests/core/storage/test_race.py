"""The race test and its control: without the lock the same traffic must break the rules."""

from __future__ import annotations

import asyncio

from core.actions import intakes, purchases
from core.errors import Refused
from core.storage.memory import MemoryLedger
from tests.builders import OTHER_PHARMACY, PHARMACY, SUNDAY, a_claim, a_desk, an_outlet


async def rush(ledger: MemoryLedger) -> tuple[int, int]:
    """Let 40 buyers come to eight tills each; return (most sales of a person, lowest stock)."""
    await ledger.save_outlets([an_outlet(PHARMACY), an_outlet(OTHER_PHARMACY)], {}, SUNDAY)
    desk = a_desk(ledger)
    for outlet in (PHARMACY, OTHER_PHARMACY):
        await intakes.manual_intake(
            desk, by="t", outlet=outlet, pieces={"adult_mask": 20}, key="g", body=b""
        )

    async def attempt(person: int, till: int) -> int:
        try:
            await purchases.record_sale(
                desk,
                by="t",
                outlet=(PHARMACY, OTHER_PHARMACY)[till % 2],
                claim=a_claim(person),
                pieces={"adult_mask": 2},
                key=f"{person}-{till}",
                body=b"",
            )
        except Refused:
            return 0
        return 1

    people = range(40)
    sold = await asyncio.gather(*(attempt(p, till) for till in range(8) for p in people))
    most = max(sum(sold[person :: len(people)]) for person in people)
    stocks = [await ledger.stock(outlet) for outlet in (PHARMACY, OTHER_PHARMACY)]
    return most, min(stock["adult_mask"] for stock in stocks)


async def test_nobody_exceeds_the_quota_and_nothing_is_oversold_in_a_rush() -> None:
    most, lowest = await rush(MemoryLedger())
    assert most == 1
    assert lowest == 0


async def test_the_control_without_the_lock_oversells() -> None:
    most, lowest = await rush(MemoryLedger(locked=False))
    assert most > 1
    assert lowest < 0
