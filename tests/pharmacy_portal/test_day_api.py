"""日結, 盤點 and 爭議註記 over HTTP."""

from __future__ import annotations

import csv
import io
import re
from typing import Any

from tests.pharmacy_portal.tills import API, Till, World, a_buyer, a_sale, an_even_number


async def stocktake(till: Till, counted: int, system: int, key: str = "count", **more: Any) -> Any:
    body = {"counted": {"adult_mask": counted}, "system": {"adult_mask": system}} | more
    return await till.post("/stocktakes", body, headers={"Idempotency-Key": key})


async def close(till: Till, query: str = "") -> dict[str, Any]:
    answer = await till.get(f"{API}/day{query}")
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def test_the_close_of_a_day_adds_up(counter: Till) -> None:
    first = await (await counter.sell(a_sale(an_even_number(1)))).json()
    await counter.sell(a_sale(an_even_number(2)))
    await counter.post(f"/sales/{first['sale_id']}/void")
    await stocktake(counter, 195, 198)
    found = await close(counter)
    assert found["products"]["adult_mask"] == {
        "opening": 0,
        "received": 200,
        "taken_off": 3,
        "sold": 4,
        "corrected": 2,
        "left": 195,
    }
    assert (found["sales"], found["corrections"], found["amount_ntd"]) == (2, 1, 10)
    assert (found["sales_typed"], found["typed_share"]) == (2, 1.0)
    assert found["products"]["adult_mask"]["left"] == (await counter.stock())["adult_mask"]


async def test_the_next_day_begins_with_what_was_left(counter: Till, world: World) -> None:
    await counter.sell(a_sale())
    world.clock.pass_by(days=1)
    await counter.log_in()
    found = await close(counter)
    assert found["products"]["adult_mask"]["opening"] == 198
    assert found["sales"] == 0
    yesterday = await close(counter, "?date=2020-02-06")
    assert (yesterday["sales"], yesterday["products"]["adult_mask"]["left"]) == (1, 198)


async def test_the_page_and_the_csv_say_the_same_as_the_api(counter: Till) -> None:
    await counter.sell(a_sale())
    page = await (await counter.get("/day?lang=en")).text()
    assert "Close of" in page
    assert "<b>198</b>" in page
    answer = await counter.get("/day.csv?lang=en")
    assert answer.headers["Content-Disposition"].endswith('-2020-02-06.csv"')
    text = await answer.text(encoding="utf-8")
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text[1:])))
    assert rows[0][:3] == ["Institution code", "Date", "Product"]
    assert rows[1][1:] == ["2020-02-06", "Adult mask", "0", "200", "0", "2", "0", "198"]


async def test_a_day_that_is_none_or_has_not_come_is_refused(counter: Till) -> None:
    for query in ("?date=2020-02-30", "?date=tomorrow", "?date=2020-02-07"):
        assert (await counter.get(f"{API}/day{query}")).status == 400, query
        assert (await counter.get(f"/day{query}")).status == 400, query


async def test_another_outlets_day_is_its_own(counter: Till, world: World) -> None:
    await counter.sell(a_sale())
    other = await world.open_till()
    await other.log_in("pharmacist-2")
    assert (await close(other))["sales"] == 0


async def test_a_stocktake_writes_the_difference_once(counter: Till) -> None:
    first = await stocktake(counter, 195, 200)
    again = await stocktake(counter, 195, 200)
    assert (first.status, again.status) == (201, 201)
    assert await first.read() == await again.read()
    assert (await counter.stock())["adult_mask"] == 195
    lines = (await (await counter.get(f"{API}/intakes")).json())["intakes"]
    assert lines[0]["note"] == "盤點：成人口罩實點195、系統200"


async def test_a_stocktake_from_an_old_screen_writes_nothing(counter: Till) -> None:
    await counter.sell(a_sale())
    answer = await stocktake(counter, 195, 200)
    found = await answer.json()
    assert (answer.status, found["code"]) == (409, "STOCK_MOVED")
    assert found["details"]["stock"]["adult_mask"] == 198
    assert (await counter.stock())["adult_mask"] == 198


async def test_a_large_difference_is_typed_twice(counter: Till) -> None:
    answer = await stocktake(counter, 20, 200)
    assert (await answer.json())["code"] == "CONFIRMATION_NEEDED"
    again = await stocktake(counter, 20, 200, confirmation={"adult_mask": -180})
    assert again.status == 201


async def test_a_stocktake_without_a_difference_is_a_plain_answer(counter: Till) -> None:
    answer = await stocktake(counter, 200, 200)
    assert answer.status == 200
    assert (await answer.json())["pieces"] == {}


async def test_a_refused_buyer_may_dispute_and_the_outlet_sees_the_answer(
    counter: Till, world: World
) -> None:
    await counter.sell(a_sale())
    buyer = a_buyer()
    world.clock.pass_by(days=2)
    await counter.log_in()
    answer = await counter.post("/disputes", buyer | {"note": "說人在國外"})
    assert answer.status == 201, await answer.text()
    dispute = (await answer.json())["dispute_id"]
    found = (await (await counter.get(f"{API}/disputes")).json())["disputes"]
    assert [(d["dispute_id"], d["note"], d["state"]) for d in found] == [
        (dispute, "說人在國外", "open")
    ]
    steward = await world.open_till()
    await steward.log_in("steward-1")
    behind = await (await steward.get(f"/steward/disputes?open={dispute}")).text()
    assert re.search(r"2020-02-06 \d\d:\d\d · \S*pharmacist-1\S* · 手動", behind), behind
    told = await steward.post(f"/steward/disputes/{dispute}", {"answer": "已請藥局查對"})
    assert told.status == 200, await told.text()
    assert (await steward.post("/steward/disputes/99", {"answer": "x"})).status == 404
    found = (await (await counter.get(f"{API}/disputes")).json())["disputes"]
    assert [(d["state"], d["answer"]) for d in found] == [("answered", "已請藥局查對")]
    other = await world.open_till()
    await other.log_in("pharmacist-2")
    assert (await (await other.get(f"{API}/disputes")).json())["disputes"] == []


async def test_nothing_to_dispute_and_notes_with_numbers_are_refused(counter: Till) -> None:
    answer = await counter.post("/disputes", a_buyer())
    assert (answer.status, (await answer.json())["code"]) == (409, "NOTHING_TO_DISPUTE")
    await counter.sell(a_sale())
    named = await counter.post("/disputes", a_buyer() | {"note": f"他是 {an_even_number()}"})
    assert named.status == 400
    assert an_even_number() not in await named.text()


async def test_disputes_count_against_the_look_up_budget(counter: Till) -> None:
    statuses = [(await counter.post("/disputes", a_buyer())).status for _ in range(61)]
    assert statuses[-1] == 429
