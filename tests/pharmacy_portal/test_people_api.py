"""機構管理者作業 over HTTP: invitations, services, revoking at once, other institutions' people."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.pharmacy_portal.tills import API, Till, World


async def call(till: Till, method: str, path: str, body: Any = None) -> Any:
    answer = await till.client.request(method, API + path, json={} if body is None else body)
    return answer.status, await answer.json()


async def people(till: Till) -> Any:
    return await (await till.get(f"{API}/people")).json()


async def logged_in(world: World, card: str, **choice: Any) -> Till:
    till = await world.open_till()
    await till.log_in(card, **choice)
    return till


async def redeem(world: World, card: str, code: str) -> Any:
    till = await world.open_till()
    answer = await till.post("/demo/login", {"card": card, "invitation": code})
    return till, answer.status, await answer.json()


async def test_from_representative_to_administrator_to_user(world: World) -> None:
    representative = await logged_in(world, "institution-1")
    status, invited = await call(
        representative, "POST", "/people/administrators", {"name": "新管理者"}
    )
    assert status == 201
    administrator, status, who = await redeem(world, "citizen-3", invited["code"])
    assert (status, who["role"]) == (200, "administrator")

    body = {"name": "新使用者", "services": ["purchase"]}
    status, invited = await call(administrator, "POST", "/people/users", body)
    assert status == 201
    shown = await people(administrator)
    assert [one["name"] for one in shown["invitations"]] == ["新使用者"]
    assert "code" not in shown["invitations"][0]
    # An institution's card is no user's.
    _, status, problem = await redeem(world, "institution-2", invited["code"])
    assert (status, problem["code"]) == (409, "CARD_KIND")


async def test_an_unknown_card_is_told_to_ask_and_a_wrong_code_says_so(world: World) -> None:
    _, status, problem = await redeem(world, "citizen-3", "WRONGWRO")
    assert (status, problem["code"]) == (409, "INVITATION_INVALID")
    refused = await (await world.open_till()).try_login("citizen-3")
    assert (refused.status, (await refused.json())["code"]) == (403, "NOT_ENROLLED")


async def test_the_staff_list_lets_its_people_in_without_a_code(world: World) -> None:
    till = await world.open_till()
    who = await till.log_in("assistant-2")
    assert who["role"] == "pharmacy_assistant"
    assert "sell" in who["permissions"]


async def test_narrowed_services_narrow_menu_permissions_and_routes_at_once(world: World) -> None:
    administrator = await logged_in(world, "administrator-1")
    user = await logged_in(world, "pharmacist-1")
    me = await (await user.get(f"{API}/me")).json()
    body = {"role": "pharmacist", "services": ["intake"]}
    path = f"/people/users/{me['user']['id']}/services"
    assert (await call(administrator, "PUT", path, body)) == (200, {"sessions_ended": 1})
    assert (await user.get(f"{API}/me")).status == 401
    who = await user.log_in("pharmacist-1")
    assert who["permissions"] == ["see_outlet", "take_goods"]
    assert (await user.post("/sales", {})).status == 403
    home = await (await user.get("/")).text()
    assert 'href="/intake"' in home
    assert 'href="/purchase"' not in home
    await user.post("/session/lock")
    unlocked = await (await user.get(f"{API}/me")).json()
    assert "sell" not in unlocked["permissions"]


async def test_without_the_service_the_home_page_says_so_and_what_comes_next(world: World) -> None:
    steward = await logged_in(world, "steward-1")
    administrator = await logged_in(world, "administrator-1")
    code = (await (await administrator.get(f"{API}/me")).json())["institution"]
    said = "服務尚未核准"
    assert said not in await (await administrator.get("/")).text()
    body = {"verdict": "refused", "reason": "停業"}
    assert (await call(steward, "POST", f"/steward/services/{code}", body))[0] == 200
    assert said in await (await (await logged_in(world, "administrator-1")).get("/")).text()
    home = await (await (await logged_in(world, "pharmacist-1")).get("/")).text()
    assert said in home
    assert "核准後，請登出再登入" in home


async def test_a_removed_user_is_out_at_the_next_request(world: World) -> None:
    administrator = await logged_in(world, "administrator-1")
    user = await logged_in(world, "pharmacist-1")
    me = (await (await user.get(f"{API}/me")).json())["user"]["id"]
    assert (await call(administrator, "DELETE", f"/people/users/{me}"))[0] == 200
    assert (await user.get(f"{API}/stock")).status == 401
    assert (await user.try_login("pharmacist-1")).status == 403


async def test_the_people_of_another_institution_are_not_found(world: World) -> None:
    administrator = await logged_in(world, "administrator-1")
    theirs = await logged_in(world, "pharmacist-2")
    me = (await (await theirs.get(f"{API}/me")).json())["user"]["id"]
    for method, path, body in (
        ("DELETE", f"/people/users/{me}", {}),
        ("PUT", f"/people/users/{me}/services", {"role": "pharmacist", "services": ["intake"]}),
        ("POST", f"/people/users/{me}/renewal", {}),
        ("PUT", "/people/staff/1", {"blocked": True}),
        ("DELETE", "/people/users/codes/1", {}),
    ):
        status, _ = await call(administrator, method, path, body)
        assert status == 404, (method, path)
    assert me not in str(await people(administrator))
    assert (await theirs.get(f"{API}/me")).status == 200


async def test_nobody_authorises_himself(world: World) -> None:
    administrator = await logged_in(world, "administrator-1")
    me = (await (await administrator.get(f"{API}/me")).json())["user"]["id"]
    body = {"role": "administrator", "services": ["purchase"]}
    status, problem = await call(administrator, "PUT", f"/people/users/{me}/services", body)
    assert (status, problem["code"]) == (409, "GRANT_TO_SELF")
    _, invited = await call(
        administrator, "POST", "/people/users", {"name": "我", "services": ["purchase"]}
    )
    status, problem = await call(administrator, "POST", "/account/codes", {"code": invited["code"]})
    assert (status, problem["code"]) == (409, "GRANT_TO_SELF")


async def test_the_last_administrator_is_asked_about(world: World) -> None:
    representative = await logged_in(world, "institution-1")
    shown = await people(representative)
    (only,) = [one["user"] for one in shown["access"] if one["role"] == "administrator"]
    path = f"/people/administrators/{only}"
    status, problem = await call(representative, "DELETE", path)
    assert (status, problem["code"]) == (409, "LAST_ADMINISTRATOR")
    assert (await call(representative, "DELETE", path + "?leaving_none=1"))[0] == 200
    assert (await people(representative))["warning"] == "NO_ADMINISTRATOR"


async def test_many_users_are_invited_all_or_none(world: World) -> None:
    administrator = await logged_in(world, "administrator-1")
    good = "姓名,服務\n王一,購買、進貨登錄\n王二,\n"
    status, problem = await call(
        administrator, "POST", "/people/users/list", {"csv": good + "王三,開刀\n,購買\n"}
    )
    assert status == 400
    assert "line 4" in problem["detail"]
    assert "line 5" in problem["detail"]
    assert (await people(administrator))["invitations"] == []
    status, done = await call(administrator, "POST", "/people/users/list", {"csv": good})
    assert status == 201
    assert len({one["code"] for one in done["invitations"]}) == 2
    services = [one["services"] for one in (await people(administrator))["invitations"]]
    assert sorted(services, key=len) == [
        ["purchase", "intake"],
        ["purchase", "intake", "records", "outlet"],
    ]
    template = await (await administrator.get("/people/users.csv")).text(encoding="utf-8-sig")
    assert (await call(administrator, "POST", "/people/users/list", {"csv": template}))[0] == 201


async def test_one_changes_between_institutions_without_another_pin(world: World) -> None:
    till = await world.open_till()
    choices = await (await till.try_login("citizen-2")).json()
    first, second = choices["institutions"]
    await till.log_in("citizen-2", institution=first)
    before = till.cookie()
    status, who = await call(
        till, "POST", "/session/switch", {"institution": second, "role": "user"}
    )
    assert (status, who["institution"]) == (200, second)
    assert till.cookie() != before
    assert second in await (await till.get("/")).text()
    till.set_cookie(before)
    assert (await till.get(f"{API}/me")).status == 401


async def test_one_cannot_change_to_where_one_has_nothing(world: World) -> None:
    till = await logged_in(world, "pharmacist-1")
    for institution, role in (("5901100002", "pharmacist"), ("5901100001", "administrator")):
        status, _ = await call(
            till, "POST", "/session/switch", {"institution": institution, "role": role}
        )
        assert status == 404


async def test_changing_does_not_put_off_the_end_of_the_session(world: World) -> None:
    till = await logged_in(world, "citizen-2", institution="5901100001")
    for _ in range(49):
        world.clock.pass_by(minutes=14)
        await till.get(f"{API}/account")
    code = (await (await till.get(f"{API}/me")).json())["institution"]
    status, _ = await call(till, "POST", "/session/switch", {"institution": code, "role": "user"})
    assert status == 200
    world.clock.pass_by(minutes=14)
    await till.get(f"{API}/account")
    world.clock.pass_by(minutes=14)
    await till.get(f"{API}/account")
    world.clock.pass_by(minutes=14)
    assert (await till.get(f"{API}/account")).status == 401


async def test_the_account_shows_access_and_cards_but_no_serial(world: World) -> None:
    till = await logged_in(world, "pharmacist-1")
    account = await (await till.get(f"{API}/account")).json()
    assert [(one["role"], one["here"]) for one in account["access"]] == [("pharmacist", True)]
    assert account["cards"][0]["kind"] == "personnel"
    assert "pharmacist-1" not in str(account["cards"])


async def test_the_institution_reads_its_own_acts_and_no_buyer(counter: Till, world: World) -> None:
    await counter.post("/eligibility", {"identity_type": "02", "id_number": "A123456789"})
    administrator = await logged_in(world, "administrator-1")
    acts = (await (await administrator.get(f"{API}/people/audit")).json())["acts"]
    assert {"login", "intake"} <= {one["act"] for one in acts}
    assert "A123456789" not in str(acts)
    assert all(one["what"].get("outlet") is None for one in acts)
    page = await (await administrator.get("/people/audit")).text()
    assert "進貨登錄" in page


@pytest.mark.parametrize("task", ["", "service", "users", "authorisations", "administrators"])
async def test_every_task_has_its_page_for_who_may_do_it(world: World, task: str) -> None:
    administrator = await logged_in(world, "administrator-1")
    page = await (await administrator.get(f"/people?task={task}")).text()
    assert "健保服務申請作業" in page
    assert "機構管理者維護作業" not in page
    english = await (await administrator.get(f"/people?task={task}&lang=en")).text()
    assert "Service application" in english


async def test_a_locked_session_shows_no_people(world: World) -> None:
    till = await logged_in(world, "administrator-1")
    assert (await till.post("/session/lock")).status == 200
    for path in ("/people", "/people/audit", "/account"):
        page = await (await till.get(path)).text()
        assert "<td" not in page, path
    assert (await till.get(f"{API}/people")).status == 423


async def test_the_codes_of_a_dismissed_administrator_let_nobody_in(world: World) -> None:
    representative = await logged_in(world, "institution-1")
    _, invited = await call(representative, "POST", "/people/administrators", {"name": "新管理者"})
    administrator, _, who = await redeem(world, "citizen-3", invited["code"])
    body = {"name": "朋友", "services": ["purchase"]}
    _, friend = await call(administrator, "POST", "/people/users", body)
    path = f"/people/administrators/{who['user']['id']}"
    assert (await call(representative, "DELETE", path))[0] == 200
    _, status, problem = await redeem(world, "pharmacist-2", friend["code"])
    assert (status, problem["code"]) == (409, "INVITATION_INVALID")


async def test_of_many_who_redeem_one_code_at_once_one_is_let_in(world: World) -> None:
    administrator = await logged_in(world, "administrator-1")
    body = {"name": "一人", "services": ["purchase"]}
    _, invited = await call(administrator, "POST", "/people/users", body)
    cards = ["citizen-3", *(f"pharmacist-{number}" for number in range(2, 7))]
    found = await asyncio.gather(*(redeem(world, card, invited["code"]) for card in cards))
    refused = [answer for _, _, answer in found if answer.get("code") == "INVITATION_INVALID"]
    assert len(refused) == len(cards) - 1
    for path in world.settings.state.rglob("*"):
        if path.is_file():
            assert invited["code"].replace("-", "").encode() not in path.read_bytes()
