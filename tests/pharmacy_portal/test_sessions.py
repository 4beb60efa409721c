"""How long a session lives."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from core.storage import open_state
from core.storage.accounts import SqliteAccounts
from pharmacy_portal.sessions import session_id
from tests.pharmacy_portal.tills import API, Till, World


async def me(till: Till) -> int:
    return (await till.get(f"{API}/me")).status


async def test_a_session_ends_after_fifteen_idle_minutes(world: World, till: Till) -> None:
    await till.log_in()
    world.clock.pass_by(minutes=14, seconds=59)
    assert await me(till) == 200
    world.clock.pass_by(seconds=1)
    assert await me(till) == 401


async def test_work_puts_the_end_off(world: World, till: Till) -> None:
    await till.log_in()
    for _ in range(5):
        world.clock.pass_by(minutes=10)
        assert (await till.get("/purchase")).status == 200


@pytest.mark.parametrize("path", ["/stock", "/intakes/today", "/me"])
async def test_a_page_that_only_refreshes_itself_is_idle(
    world: World, till: Till, path: str
) -> None:
    await till.log_in()
    for _ in range(3):
        world.clock.pass_by(minutes=4)
        assert (await till.get(API + path)).status == 200
    world.clock.pass_by(minutes=4)
    assert (await till.get(API + path)).status == 401


async def test_a_session_ends_after_twelve_hours_whatever_is_done(world: World, till: Till) -> None:
    await till.log_in()
    for _ in range(71):
        world.clock.pass_by(minutes=10)
        assert (await till.get("/records")).status == 200
    world.clock.pass_by(minutes=10)
    answer = await till.get("/records")
    assert answer.status == 303
    assert answer.headers["Location"] == "/login?expired=1"


async def test_an_expired_session_leads_to_the_login_page_which_says_so(
    world: World, till: Till
) -> None:
    await till.log_in()
    world.clock.pass_by(minutes=15)
    answer = await till.get("/purchase?lang=en")
    assert answer.headers["Location"] == "/login?expired=1&lang=en"
    page = await (await till.get("/login?expired=1")).text()
    assert "登入已逾時" in page


async def test_a_session_ended_elsewhere_ends_here_within_seconds(world: World, till: Till) -> None:
    """Another process of the same portal closed it; this one reads again soon."""
    await till.log_in()
    assert await me(till) == 200
    async with open_state(world.settings) as state:
        row: dict[str, object] = {"act": "logout", "by": "test"}
        await state.accounts.close_session(session_id(till.cookie()), row, world.clock())
    world.clock.pass_by(seconds=6)
    assert await me(till) == 401


@pytest.mark.parametrize("secret", ["", "x", "'; DROP TABLE sessions; --", "0" * 4000])
async def test_an_invented_secret_opens_nothing(till: Till, secret: str) -> None:
    headers = {"Cookie": f"maskmap_session={secret}"}
    assert (await till.get(f"{API}/me", headers=headers)).status == 401


@pytest.mark.parametrize("how", ["removed", "narrowed", "withdrawn"])
async def test_who_loses_his_access_while_he_logs_in_does_not_get_in(
    world: World, till: Till, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    administrator, steward = await world.open_till(), await world.open_till()
    await administrator.log_in("administrator-1")
    await steward.log_in("steward-1")
    who = await till.log_in()
    user, institution = who["user"]["id"], who["institution"]
    await till.post("/logout")
    reached, go_on = asyncio.Event(), asyncio.Event()
    store = SqliteAccounts.open_session

    async def slowly(self: SqliteAccounts, *arguments: Any) -> None:
        reached.set()
        await go_on.wait()
        await store(self, *arguments)

    monkeypatch.setattr(SqliteAccounts, "open_session", slowly)
    login = asyncio.create_task(till.try_login("pharmacist-1"))
    await reached.wait()
    services = {"role": "pharmacist", "services": ["intake"]}
    refused = {"verdict": "refused", "reason": "測試"}
    method, path, body, by = {
        "removed": ("DELETE", f"/people/users/{user}", None, administrator),
        "narrowed": ("PUT", f"/people/users/{user}/services", services, administrator),
        "withdrawn": ("POST", f"/steward/services/{institution}", refused, steward),
    }[how]
    assert (await by.client.request(method, API + path, json=body)).status == 200
    go_on.set()
    assert (await login).status == 403
    assert await me(till) == 401
