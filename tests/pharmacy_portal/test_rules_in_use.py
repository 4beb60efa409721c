"""New rules reach a running counter: tomorrow's at once, today's at midnight, damaged never."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from core.settings import Settings
from tests.core.rules_folders import FIRST, a_block, save, taipei
from tests.pharmacy_portal.tills import (
    StandingClock,
    Till,
    World,
    a_buyer,
    a_sale,
    an_even_number,
    an_odd_number,
    running_portal,
)


@pytest.fixture
def clock() -> StandingClock:
    """Return a clock at three in the afternoon of a Thursday."""
    return StandingClock(taipei("2020-02-06", 15))


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """Return a folder with the rules of the first day."""
    folder = tmp_path / "rules"
    save(folder, FIRST)
    return folder


@pytest.fixture
async def world(settings: Settings, clock: StandingClock, rules: Path) -> AsyncIterator[World]:
    """Return a portal that follows a folder of rules."""
    followed = replace(settings, rules=rules, rules_of=None)
    async with running_portal(followed, clock) as found:
        yield found


async def ready(till: Till) -> dict[str, Any]:
    rules: dict[str, Any] = (await (await till.get("/readyz")).json())["rules"]
    return rules


async def may_buy(till: Till, number: str) -> int:
    answer = await till.post("/eligibility", a_buyer(number))
    return int((await answer.json())["allowed"]["total"])


async def test_midnight_brings_the_saved_rules_to_pages_checks_and_readiness(
    counter: Till, clock: StandingClock, rules: Path
) -> None:
    before = await ready(counter)
    # Tomorrow two become three: told at once, in force tomorrow.
    save(rules, FIRST, a_block("2020-02-07", total=3))
    clock.pass_by(seconds=1)
    announced = await ready(counter)
    assert announced["hash"] != before["hash"]
    assert (announced["block"], "pending" in announced) == ("2020-02-06", False)
    assert await may_buy(counter, an_even_number(20)) == 2
    # Today two become four: that waits.
    save(rules, a_block("2020-02-06", total=4), a_block("2020-02-08", total=9, weekdays="any"))
    clock.pass_by(seconds=1)
    waiting = await ready(counter)
    assert waiting["hash"] == announced["hash"]
    assert (waiting["pending"]["from"], waiting["pending"]["block"]) == ("2020-02-07", "2020-02-06")
    assert "maskmap_portal_rules_pending 1.0" in await (await counter.get("/metrics")).text()
    assert await may_buy(counter, an_even_number(20)) == 2

    clock.now = taipei("2020-02-07")
    await counter.log_in()
    assert await may_buy(counter, an_odd_number(20)) == 4
    assert (await ready(counter))["hash"] == waiting["pending"]["hash"]
    sold = await counter.sell(a_sale(an_odd_number(21), pieces={"adult_mask": 4}))
    assert sold.status == 201, "yesterday's goods are still there"
    page = await (await counter.get("/purchase")).text()
    assert "4 片" in page or "4片" in page

    clock.now = taipei("2020-02-08", 8)
    await counter.log_in()
    assert await may_buy(counter, an_odd_number(22)) == 9
    assert (await ready(counter))["block"] == "2020-02-08"


async def test_a_damaged_file_is_seen_in_readiness_and_changes_no_sale(
    counter: Till, clock: StandingClock, rules: Path
) -> None:
    before = await ready(counter)
    save(rules, "]")
    clock.pass_by(seconds=1)
    assert await ready(counter) == before | {"damaged": True}
    assert "maskmap_portal_rules_damaged 1.0" in await (await counter.get("/metrics")).text()
    clock.now = taipei("2020-02-08", 8) + timedelta(seconds=1)
    await counter.log_in()
    assert await may_buy(counter, an_even_number(23)) == 2
