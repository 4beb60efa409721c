"""A stop that was committed before a sale always wins, in both ledgers, in any rush."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from core.actions import intakes, purchases
from core.domain.eligibility import Claim
from core.domain.stops import Stop
from core.domain.text import Text
from core.errors import Conflict, NotFound, Refused
from core.storage.memory import MemoryLedger
from core.storage.sqlite import SqliteLedger
from tests.builders import GROWN_UP, OTHER_PHARMACY, PHARMACY, SUNDAY, a_desk, a_number, an_outlet

AnyLedger = MemoryLedger | SqliteLedger
WHY = Text("抽驗不合格，停售回收中", "Failed inspection, being recalled")


def a_stop(scope: Any = "outlet", target: str = PHARMACY, **more: Any) -> Stop:
    return Stop("s1", scope, target, WHY, **more)


async def declare(ledger: AnyLedger, stop: Stop) -> None:
    row: dict[str, object] = {"act": "stop", "by": "steward", "target": stop.target}
    await ledger.declare_stop(stop, "steward", row, SUNDAY)


async def stocked(ledger: AnyLedger, pieces: int = 200) -> None:
    for outlet in (PHARMACY, OTHER_PHARMACY):
        await intakes.manual_intake(
            a_desk(ledger), by="t", outlet=outlet, pieces={"adult_mask": pieces}, key="g", body=b""
        )


async def sell(
    ledger: AnyLedger, person: int = 0, outlet: str = PHARMACY, key: str = ""
) -> Refused | bytes:
    try:
        reply = await purchases.record_sale(
            a_desk(ledger),
            by="t",
            outlet=outlet,
            claim=Claim("02", a_number(person), GROWN_UP),
            pieces={"adult_mask": 2},
            key=key or f"sale-{person}",
            body=b"",
        )
    except Refused as refusal:
        return refusal
    return reply.body


def audited(ledger: AnyLedger, state: Path) -> list[dict[str, Any]]:
    if isinstance(ledger, MemoryLedger):
        return [json.loads(line.body) for line in ledger.audit]
    with sqlite3.connect(state / "ledger.sqlite") as connection:
        rows = connection.execute("SELECT body FROM audit ORDER BY number").fetchall()
    return [json.loads(body) for (body,) in rows]


async def test_a_stopped_outlet_sells_nothing_and_says_the_public_reason(ledger: AnyLedger) -> None:
    await stocked(ledger)
    await declare(ledger, a_stop())
    refused = await sell(ledger)
    assert isinstance(refused, Refused)
    assert refused.reasons == ("STOPPED",)
    assert refused.details["reason"] == {"zh": WHY.zh, "en": WHY.en}
    assert isinstance(await sell(ledger, outlet=OTHER_PHARMACY), bytes)
    assert (await ledger.stock(PHARMACY))["adult_mask"] == 200


async def test_a_stopped_programme_sells_nowhere(ledger: AnyLedger) -> None:
    await stocked(ledger)
    await declare(ledger, a_stop("programme", "masks"))
    for outlet in (PHARMACY, OTHER_PHARMACY):
        assert isinstance(await sell(ledger, outlet=outlet), Refused)


async def test_the_stop_of_another_programme_changes_nothing(ledger: AnyLedger) -> None:
    await stocked(ledger)
    await declare(ledger, a_stop("programme", "rapid-tests"))
    assert isinstance(await sell(ledger), bytes)


async def test_a_stop_ends_by_itself_at_its_instant(ledger: AnyLedger) -> None:
    await stocked(ledger)
    await declare(ledger, a_stop(until=SUNDAY))
    assert isinstance(await sell(ledger), bytes)


async def test_a_stop_holds_until_its_instant(ledger: AnyLedger) -> None:
    await stocked(ledger)
    await declare(ledger, a_stop(until=SUNDAY + timedelta(seconds=1)))
    assert isinstance(await sell(ledger), Refused)


async def test_a_repeat_of_a_sale_made_before_the_stop_gets_its_stored_answer(
    ledger: AnyLedger,
) -> None:
    await stocked(ledger)
    first = await sell(ledger, key="k")
    await declare(ledger, a_stop())
    assert await sell(ledger, key="k") == first


async def test_no_sale_is_ever_committed_after_the_stop(
    ledger: AnyLedger, state: Path, rng: random.Random
) -> None:
    await stocked(ledger)
    people = list(range(60))
    rng.shuffle(people)
    halt = rng.randrange(1, len(people))

    outcomes = await asyncio.gather(
        *(sell(ledger, person) for person in people[:halt]),
        declare(ledger, a_stop()),
        *(sell(ledger, person) for person in people[halt:]),
    )
    acts = [row["act"] for row in audited(ledger, state)]
    after = acts[acts.index("stop") :]
    assert "sale" not in after
    # The rush was one: some sold before, some were refused.
    assert "sale" in acts
    assert after.count("sale_refused") == sum(isinstance(one, Refused) for one in outcomes)
    assert after.count("sale_refused") > 0


async def test_the_control_without_the_lock_sells_after_the_stop(state: Path) -> None:
    ledger = MemoryLedger(locked=False)
    await ledger.save_outlets(
        [an_outlet(PHARMACY), an_outlet(OTHER_PHARMACY)], {"act": "register"}, SUNDAY
    )
    await stocked(ledger)
    sale = asyncio.ensure_future(sell(ledger))
    await asyncio.sleep(0)
    await declare(ledger, a_stop())
    await sale
    acts = [row["act"] for row in audited(ledger, state)]
    assert "sale" in acts[acts.index("stop") :]


async def test_a_lifted_stop_lets_sell_again_and_is_lifted_once(
    ledger: AnyLedger,
) -> None:
    if isinstance(ledger, MemoryLedger):
        return
    await stocked(ledger)
    await declare(ledger, a_stop())
    await ledger.lift_stop("s1", "steward", {"act": "lift", "by": "steward"}, SUNDAY)
    assert isinstance(await sell(ledger), bytes)
    (record,) = await ledger.stops()
    assert (record.by, record.lifted_by, record.lifted_at) == ("steward", "steward", SUNDAY)
    with pytest.raises(Conflict):
        await ledger.lift_stop("s1", "steward", {}, SUNDAY)
    with pytest.raises(NotFound):
        await ledger.lift_stop("s2", "steward", {}, SUNDAY)
