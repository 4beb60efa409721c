"""The outlet's own page over JSON: what it says, how the public sees it, proposals."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

import pytest

from core.domain.stops import Stop
from core.domain.text import Text
from pharmacy_portal.wiring import PORTAL
from tests.pharmacy_portal.tills import API, Till, World, a_sale


async def put(till: Till, headers: dict[str, str] | None = None, **fields: Any) -> Any:
    return await till.client.put(f"{API}/outlet", json=fields, headers=headers or {})


async def said(till: Till, **fields: Any) -> Any:
    answer = await put(till, **fields) if fields else await till.get(f"{API}/outlet")
    assert answer.status == 200, await answer.text()
    return await answer.json()


async def refused(till: Till, **fields: Any) -> str:
    before = await said(till)
    answer = await put(till, **fields)
    assert answer.status == 400, await answer.text()
    assert (await said(till))["revision"] == before["revision"]
    return (await answer.json())["detail"]


async def test_an_outlet_that_said_nothing_shows_the_register(counter: Till) -> None:
    found = await said(counter)
    assert found["code"] == "5901100001"
    assert (found["note"], found["sale_windows"], found["sold_out"]) == ("", "", False)
    assert found["public"]["availability"] == "buyable"
    assert found["public"]["numbers"][0]["pieces"] == 200


async def test_each_field_is_changed_alone_and_two_tills_do_not_lose_each_others(
    world: World, counter: Till
) -> None:
    other = await world.open_till()
    await other.log_in()
    await said(counter, note="０９：００ 起排隊")
    await said(other, sold_out=True)
    await said(counter, tickets={"time": "8:30", "count": 100})
    await said(other, tickets={"gone": True})
    found = await said(counter)
    assert found["note"] == "０９：００ 起排隊" and found["sold_out"]
    assert found["tickets"] == {"time": "08:30", "count": 100, "gone": True}
    assert found["public"]["word"] == "今日已售完"
    assert found["public"]["spell"] == "09:00 起，至 2/7 00:00"
    assert found["public"]["tickets"] == "08:30 發 100 張"


async def test_who_names_the_revision_he_saw_does_not_overwrite_a_newer_one(counter: Till) -> None:
    first = await counter.get(f"{API}/outlet")
    seen = first.headers["ETag"]
    assert (await put(counter, {"If-Match": seen}, note="一")).status == 200
    answer = await put(counter, {"If-Match": seen}, note="二")
    assert (answer.status, (await answer.json())["code"]) == (409, "CONFLICT")
    assert (await said(counter))["note"] == "一"
    assert (await put(counter, {"If-Match": "nonsense"}, note="三")).status == 400


async def test_what_ends_by_itself_is_said_no_more_the_next_day(
    world: World, counter: Till
) -> None:
    await said(counter, sold_out=True, tickets={"gone": True}, note="留著")
    world.clock.pass_by(hours=14, minutes=50)
    await counter.log_in()
    assert (await said(counter))["sold_out"]
    world.clock.pass_by(minutes=20)
    await counter.log_in()
    found = await said(counter)
    assert not found["sold_out"] and not found["tickets"]["gone"]
    assert (found["public"]["availability"], found["note"]) == ("buyable", "留著")


async def test_a_pause_has_a_reason_and_an_end(world: World, counter: Till) -> None:
    found = await said(
        counter, paused=True, pause_reason="power_cut", pause_until="2020-02-06T09:10"
    )
    assert found["pause_until"] == "2020-02-06T09:10:00+08:00"
    assert found["public"]["reason"] == "停電，暫停販售"
    english = await counter.get(f"{API}/outlet", headers={"Accept-Language": "en"})
    assert (await english.json())["public"]["reason"] == "Power cut"
    world.clock.pass_by(minutes=10)
    assert (await said(counter))["public"]["availability"] == "buyable"
    own = await said(counter, paused=True, pause_reason="家中有事", pause_reason_en="Family matter")
    assert (own["pause_reason"], own["pause_reason_zh"]) == ("own", "家中有事")
    assert own["public"]["reason"] == "家中有事 / Family matter"
    assert own["pause_until"] is None
    whole_day = await said(counter, pause_until="2020-02-08")
    assert whole_day["pause_until"] == "2020-02-09T00:00:00+08:00"
    assert not (await said(counter, paused=False))["paused"]


async def test_windows_are_kept_in_one_form_however_they_come(counter: Till) -> None:
    rows = [
        {"days": [6], "start": "10:00", "end": "12:00"},
        {"days": [1, 2, 3, 4, 5], "start": "09:00", "end": "11:00", "pieces": 50},
        {"days": [1, 2, 3, 4, 5], "start": "15:00", "end": "16:00", "pieces": 100},
    ]
    canonical = "一至五 09:00-11:00 50片; 一至五 15:00-16:00 100片; 六 10:00-12:00"
    assert (await said(counter, sale_windows=rows))["sale_windows"] == canonical
    found = await said(counter, sale_windows="星期六 10:00~12:00; 一至五 9:00-11:00 50片")
    assert found["sale_windows"] == "一至五 09:00-11:00 50片; 六 10:00-12:00"
    assert found["windows"][1] == {"days": [6], "start": "10:00", "end": "12:00", "pieces": None}
    assert (await said(counter, sale_windows=""))["windows"] == []


@pytest.mark.parametrize(
    "fields",
    [
        {"note": "字" * 201},
        {"note": "王小姐 A123456789"},
        {"sale_windows": "看心情"},
        {"sale_windows": [{"days": [], "start": "09:00", "end": "10:00"}]},
        {"sale_windows": [{"days": [8], "start": "09:00", "end": "10:00"}]},
        {"sale_windows": [{"days": [1], "start": "10:00", "end": "09:00"}]},
        {"sale_windows": [{"days": [1], "start": "x", "end": "09:00"}]},
        {"tickets": {"time": "25:00"}},
        {"tickets": {"count": 0}},
        {"tickets": {"count": 2001}},
        {"paused": True},
        {"paused": True, "pause_reason": "own"},
        {"paused": True, "pause_reason": "A123456789"},
        {"paused": True, "pause_reason": "power_cut", "pause_until": "2020-02-06T08:59"},
        {"paused": True, "pause_reason": "power_cut", "pause_until": "soon"},
        {"paused": True, "pause_reason": "power_cut", "pause_until": "2030-01-01"},
        {"paused": True, "pause_reason": "power_cut", "pause_until": "9999-12-31"},
        {"pieces": {"adult_mask": 5}},
        {"sold_out": "yes"},
    ],
)
async def test_what_cannot_be_understood_changes_nothing(
    counter: Till, fields: dict[str, Any]
) -> None:
    assert "A123456789" not in await refused(counter, **fields)


async def test_nothing_that_is_said_blocks_the_outlets_own_sale(counter: Till) -> None:
    await said(counter, sold_out=True, paused=True, pause_reason="crowd")
    assert (await counter.sell(a_sale())).status == 201
    found = await said(counter)
    assert found["public"]["numbers"][0]["pieces"] == 198
    assert found["sold_out"]


async def test_a_hidden_phone_is_gone_from_the_public_row(counter: Till) -> None:
    found = await said(counter, phone_hidden=True)
    assert (found["public"]["phone"], found["public"]["phone_hidden"]) == ("", True)


async def test_the_audit_names_the_fields_and_never_the_words(world: World, counter: Till) -> None:
    await said(counter, note="請由側門進入")
    await said(counter, note="請由側門進入")
    rows = await audit_rows(world)
    ours = [row for row in rows if row["act"] == "outlet_says"]
    assert [row["fields"] for row in ours] == [["note"]]
    assert "側門" not in json.dumps(rows, ensure_ascii=False)


async def audit_rows(world: World) -> list[dict[str, Any]]:
    connection = sqlite3.connect(world.settings.database_path)
    rows = [json.loads(body) for (body,) in connection.execute("SELECT body FROM audit")]
    connection.close()
    return rows


async def test_a_stop_of_the_authority_is_seen_on_the_page(world: World, counter: Till) -> None:
    portal = world.server.app[PORTAL]
    stop = Stop("s1", "outlet", "5901100001", Text("稽查中", "Inspection"), None, world.clock())
    row = {"act": "stop", "by": "steward", "outlet": "5901100001"}
    await portal.state.stewardship.declare_stop(stop, "steward", row, world.clock())
    found = await said(counter, sold_out=True)
    assert found["public"]["availability"] == "paused"
    assert found["public"]["reason"] == "稽查中 / Inspection"


async def test_a_proposal_waits_and_can_be_taken_back(world: World, counter: Till) -> None:
    sent = await counter.post(
        "/outlet/proposals", {"kind": "address", "value": "臺北市中正區公園路１號", "note": "搬遷"}
    )
    assert sent.status == 201
    proposal = await sent.json()
    assert (proposal["state"], proposal["state_words"]) == ("waiting", "待審核")
    assert proposal["value"] == {"address": "臺北市中正區公園路１號"}
    other = await world.open_till()
    await other.log_in("pharmacist-2")
    path = f"{API}/outlet/proposals"
    assert (await (await other.get(path)).json())["proposals"] == []
    assert (await other.client.delete(f"{path}/{proposal['proposal_id']}")).status == 404
    taken = await counter.client.delete(f"{path}/{proposal['proposal_id']}")
    assert (await taken.json())["state"] == "withdrawn"
    again = await counter.client.delete(f"{path}/{proposal['proposal_id']}")
    assert (again.status, (await again.json())["code"]) == (409, "CONFLICT")
    listed = (await (await counter.get(path)).json())["proposals"]
    assert [one["state"] for one in listed] == ["withdrawn"]


@pytest.mark.parametrize(
    ("kind", "value", "status"),
    [
        ("position", {"lat": "25.0478", "lon": 121.517}, 201),
        ("position", {"lat": 51.5, "lon": 0.1}, 400),
        ("position", {"lat": "nan", "lon": 121.5}, 400),
        ("position", "25,121", 400),
        ("phone", "(02)23456789", 201),
        ("phone", "call me", 400),
        ("service_periods", "N" * 21, 201),
        ("service_periods", "N" * 20, 400),
        ("name", "", 400),
        ("name", "健安藥局", 201),
        ("address", "A123456789", 400),
        ("address", 5, 400),
        ("test", "true", 400),
    ],
)
async def test_a_proposal_is_something_the_register_could_take(
    counter: Till, kind: str, value: object, status: int
) -> None:
    answer = await counter.post("/outlet/proposals", {"kind": kind, "value": value})
    assert answer.status == status, await answer.text()


async def test_too_many_waiting_proposals_are_refused(counter: Till) -> None:
    for n in range(10):
        await counter.post("/outlet/proposals", {"kind": "name", "value": f"第{n}藥局"})
    answer = await counter.post("/outlet/proposals", {"kind": "name", "value": "再一個"})
    assert answer.status == 409


async def test_an_administrator_sees_but_does_not_speak(world: World, till: Till) -> None:
    await till.log_in("administrator-1")
    assert (await till.get(f"{API}/outlet")).status == 200
    assert (await put(till, sold_out=True)).status == 403
