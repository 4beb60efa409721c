"""A locked till: kept by the server, opened by its own user only."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from core.domain.access import has_permission
from core.storage.feed import LedgerFeed
from pharmacy_portal.demo.signing import sign_login
from pharmacy_portal.route_table import ROUTES
from tests.pharmacy_portal.login.authenticators import an_authenticator, enrol, login_options
from tests.pharmacy_portal.test_routes import ask
from tests.pharmacy_portal.tills import API, Till, World, running_portal


async def code(answer: Any) -> str:
    return (await answer.json())["code"]


async def unlock(till: Till, card: str = "pharmacist-1", **changes: Any) -> Any:
    """Try to unlock with a card."""
    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    signed = sign_login(till.cards / card, till.origin, challenge)
    body = {
        "certificate": signed.certificate,
        "signature": signed.signature,
        "mechanism": signed.mechanism,
    }
    return await till.post("/session/unlock", body | changes)


async def test_a_locked_session_answers_nothing_but_what_unlocks_or_ends_it(till: Till) -> None:
    await till.log_in()
    assert (await till.post("/session/lock")).status == 200
    ends_it = {f"{API}/logout", f"{API}/session/unlock", f"{API}/login"}
    role = (await (await till.get(f"{API}/me")).json())["role"]
    for route in ROUTES:
        if route.path in ends_it or route.any_host:
            continue
        answer = await ask(till, route)
        place = f"{route.method} {route.path} → {answer.status}"
        if route.when_locked or route.permission == "public":
            assert answer.status not in (303, 423), place
        elif not has_permission(role, route.permission):
            assert answer.status == 403, place
        elif route.kind == "page":
            assert (answer.status, answer.headers["Location"]) == (303, "/"), place
        else:
            assert (answer.status, await code(answer)) == (423, "SESSION_LOCKED"), place
    me = await (await till.get(f"{API}/me")).json()
    assert me["locked"] is True


async def test_a_lock_outlives_a_reload_and_a_restart(world: World, till: Till) -> None:
    await till.log_in()
    await till.post("/session/lock")
    async with running_portal(world.settings, world.clock) as again:
        other = await again.open_till()
        other.set_cookie(till.cookie())
        assert (await other.get(f"{API}/stock")).status == 423
        assert (await unlock(other)).status == 200
        assert (await other.get(f"{API}/stock")).status == 200


async def test_the_own_card_unlocks_and_the_audit_trail_says_so(world: World, till: Till) -> None:
    await till.log_in()
    await till.post("/session/lock")
    answer = await unlock(till)
    assert answer.status == 200, await answer.text()
    assert (await answer.json())["locked"] is False
    assert (await till.get(f"{API}/stock")).status == 200
    feed = LedgerFeed(world.settings.database_path)
    rows = [line.body.decode() for line in feed.audit_rows(0)]
    feed.close()
    assert any('"act":"session_locked"' in row for row in rows)
    assert any('"act":"session_unlocked"' in row for row in rows)


async def test_anothers_card_does_not_unlock(till: Till) -> None:
    await till.log_in()
    await till.post("/session/lock")
    answer = await unlock(till, "pharmacist-3")
    assert (answer.status, await code(answer)) == (403, "OTHER_USER")
    for card, refusal in (("revoked-1", "CERTIFICATE_REVOKED"), ("nhi-1", "NOT_ENROLLED")):
        assert await code(await unlock(till, card)) == refusal
    assert await code(await unlock(till, signature="AAAA")) == "LOGIN_FAILED"
    assert await code(await till.post("/session/unlock", {})) == "CHALLENGE_EXPIRED"
    assert (await till.get(f"{API}/stock")).status == 423


async def test_the_own_passkey_unlocks_and_anothers_does_not(world: World, till: Till) -> None:
    other = await world.open_till()
    await other.log_in("pharmacist-3")
    foreign = an_authenticator(other)
    await enrol(other, foreign)
    await till.log_in()
    own = an_authenticator(till)
    await enrol(till, own)
    await till.post("/session/lock")
    wrong = {"credential": foreign.get(await login_options(till))}
    assert await code(await till.post("/session/unlock", wrong)) == "OTHER_USER"
    right = {"credential": own.get(await login_options(till))}
    assert (await till.post("/session/unlock", right)).status == 200
    me = await (await till.get(f"{API}/me")).json()
    assert (me["locked"], me["method"]) == (False, "passkey")


async def test_a_locked_till_still_ends_after_its_idle_time(world: World, till: Till) -> None:
    await till.log_in()
    await till.post("/session/lock")
    for _ in range(3):
        world.clock.pass_by(minutes=4)
        assert (await till.get("/purchase")).status == 200
    world.clock.pass_by(minutes=4)
    assert (await till.get(f"{API}/me")).status == 401


async def test_somebody_else_logs_in_over_a_locked_session_and_ends_it(till: Till) -> None:
    await till.log_in()
    old = till.cookie()
    await till.post("/session/lock")
    await till.log_in("pharmacist-3")
    assert (await till.get(f"{API}/stock")).status == 200
    till.set_cookie(old)
    assert (await till.get(f"{API}/me")).status == 401


async def test_the_limits_of_a_session_are_settings(world: World) -> None:
    settings = replace(world.settings, session_idle=2.0, session_absolute=1.0)
    async with running_portal(settings, world.clock) as strict:
        till = await strict.open_till()
        await till.log_in()
        world.clock.pass_by(minutes=2)
        assert (await till.get(f"{API}/me")).status == 401
        await till.log_in()
        for _ in range(59):
            world.clock.pass_by(minutes=1)
            assert (await till.get("/records")).status == 200
        world.clock.pass_by(minutes=1)
        assert (await till.get(f"{API}/me")).status == 401


async def test_what_is_under_way_elsewhere_does_not_take_a_lock_away(
    world: World, till: Till
) -> None:
    """Another process holds its copy of the session for seconds, and stores when it was seen."""
    await till.log_in()
    async with running_portal(world.settings, world.clock) as beside:
        other = await beside.open_till()
        other.set_cookie(till.cookie())
        assert (await other.get("/purchase")).status == 200
        world.clock.pass_by(minutes=2)
        await till.get("/purchase")
        assert (await other.get("/purchase")).status == 200
        assert (await till.post("/session/lock")).status == 200
        world.clock.pass_by(seconds=4)
        # Within its five seconds the other process still works with what it read before.
        await other.post("/practice", {"on": True})
        world.clock.pass_by(minutes=2)
        for one in (till, other):
            assert (await one.get(f"{API}/stock")).status == 423


async def test_a_session_that_a_passkey_unlocked_does_no_more_than_one_it_began(
    till: Till,
) -> None:
    await till.log_in("administrator-1")
    authenticator = an_authenticator(till)
    await enrol(till, authenticator)
    await till.post("/session/lock")
    credential = authenticator.get(await login_options(till))
    assert (await till.post("/session/unlock", {"credential": credential})).status == 200
    assert await code(await till.post("/people/service")) == "CARD_LOGIN_REQUIRED"
    await till.post("/session/lock")
    assert (await unlock(till, "administrator-1")).status == 200
    assert await code(await till.post("/people/service")) != "CARD_LOGIN_REQUIRED"
