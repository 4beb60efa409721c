"""練習模式: everything works, and nothing reaches the ledger."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
from msgspec.structs import replace

from core.settings import Settings
from pharmacy_portal.route_table import ROUTES
from tests.pharmacy_portal.tills import API, Till, World, a_buyer, a_sale, running_portal

TABLES = ("entries", "balances", "person_links", "replies", "daily_intakes", "disputes")


def ledger_of(settings: Settings) -> dict[str, list[Any]]:
    """Read every row that selling writes, and the acts of the audit trail."""
    with sqlite3.connect(settings.database_path) as connection:
        found = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
        bodies = connection.execute("SELECT body FROM audit ORDER BY number").fetchall()
    return found | {"audit": [msgspec.json.decode(body)["act"] for (body,) in bodies]}


async def practise(till: Till, *, on: bool = True) -> None:
    answer = await till.post("/practice", {"on": on})
    assert answer.status == 200, await answer.text()


async def test_a_morning_of_practice_leaves_the_ledger_as_it_was(counter: Till) -> None:
    settings = Settings(state=counter.cards.parent)
    before = ledger_of(settings)
    await practise(counter)
    assert (await counter.stock())["adult_mask"] == 0
    assert (await counter.post("/intakes/automatic")).status == 201
    verdict = await (await counter.post("/eligibility", a_buyer())).json()
    assert verdict["verdict"] == "ALLOW"
    sold = await (await counter.sell(a_sale())).json()
    again = await counter.sell(a_sale(), key="another")
    assert (await again.json())["code"] == "WITHIN_WINDOW"
    assert (await counter.post(f"/sales/{sold['sale_id']}/void")).status == 200
    count = {"counted": {"adult_mask": 190}, "system": {"adult_mask": 200}}
    taken = await counter.post("/stocktakes", count, headers={"Idempotency-Key": "count"})
    assert taken.status == 201
    assert (await counter.stock())["adult_mask"] == 190
    assert (await (await counter.get(f"{API}/day")).json())["sales"] == 1
    await practise(counter, on=False)
    after = ledger_of(settings)
    assert after["audit"][len(before["audit"]) :] == ["practice_begun", "practice_ended"]
    assert {t: after[t] for t in TABLES} == {t: before[t] for t in TABLES}
    assert (await counter.stock())["adult_mask"] == 200


async def test_practice_is_forgotten_at_its_end(counter: Till) -> None:
    await practise(counter)
    await counter.post("/intakes/automatic")
    await practise(counter, on=False)
    await practise(counter)
    assert (await counter.stock())["adult_mask"] == 0


async def test_each_session_practises_alone(counter: Till, world: World) -> None:
    colleague = await world.open_till()
    await colleague.log_in()
    await practise(counter)
    await counter.post("/intakes/automatic")
    assert (await colleague.stock())["adult_mask"] == 200
    await colleague.sell(a_sale())
    assert (await counter.stock())["adult_mask"] == 200


async def test_a_restart_in_the_middle_of_practice_does_not_end_it(world: World) -> None:
    till = await world.open_till()
    await till.log_in()
    await practise(till)
    await till.post("/intakes/automatic")
    async with running_portal(world.settings, world.clock) as again:
        other = await again.open_till()
        other.set_cookie(till.cookie())
        page = await (await other.get("/purchase")).text()
        assert "practising" in page
        assert (await other.stock())["adult_mask"] == 0


async def test_every_act_that_is_not_made_for_practice_is_refused(counter: Till) -> None:
    await practise(counter)
    unsafe = [r for r in ROUTES if r.method != "GET" and r.kind == "json" and not r.in_practice]
    assert unsafe
    for route in unsafe:
        path = route.path.replace("{", "").replace("}", "")
        answer = await counter.client.request(route.method, path, json={})
        if answer.status != 404:
            assert (await answer.json())["code"] == "PRACTICE_MODE", route.path


async def test_the_page_says_that_it_is_practice_in_both_languages(counter: Till) -> None:
    assert "練習模式" not in await (await counter.get("/purchase?lang=zh-TW")).text()
    await practise(counter)
    assert "練習模式" in await (await counter.get("/purchase?lang=zh-TW")).text()
    assert (
        "No number here is real".lower()
        in (await (await counter.get("/intake?lang=en")).text()).lower()
    )


async def test_demo_off_changes_nothing_of_it(world: World) -> None:
    async with running_portal(replace(world.settings, demo=False), world.clock) as real:
        till = await real.open_till()
        assert (await till.post("/practice", {"on": True})).status == 401
