"""What other sites, other browsers and old cookies get at the entrance: nothing."""

from __future__ import annotations

import pytest

from tests.pharmacy_portal.login.authenticators import an_authenticator, enrol, try_passkey
from tests.pharmacy_portal.tills import API, Till

ENTRANCE = [
    "/login",
    "/login/challenge",
    "/login/passkey",
    "/login/passkey/options",
    "/passkeys",
    "/passkeys/options",
    "/session/lock",
    "/session/unlock",
]


async def test_another_site_can_neither_log_in_nor_lock_nor_make_passkeys(till: Till) -> None:
    await till.log_in()
    for path in ENTRANCE:
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            answer = await till.post(path, {}, headers=headers)
            assert answer.status == 403, (path, headers)
        form = {"Content-Type": "text/plain", "Origin": till.origin}
        answer = await till.client.post(API + path, data=b"{}", headers=form)
        assert answer.status == 415, path
    me = await (await till.get(f"{API}/me")).json()
    assert me["locked"] is False
    assert (await (await till.get(f"{API}/passkeys")).json())["passkeys"] == []


async def test_a_planted_cookie_is_not_what_a_passkey_login_continues(till: Till) -> None:
    await till.log_in()
    authenticator = an_authenticator(till)
    await enrol(till, authenticator)
    old = till.cookie()
    await till.post("/logout")
    till.set_cookie("planted")
    assert (await try_passkey(till, authenticator)).status == 200
    fresh = till.cookie()
    assert fresh not in ("planted", old)
    await till.post("/logout")
    for dead in (fresh, old, "planted"):
        till.set_cookie(dead)
        assert (await till.get(f"{API}/me")).status == 401


@pytest.mark.parametrize("path", ["/login/challenge", "/login/passkey/options"])
async def test_the_cookie_of_a_challenge_is_out_of_reach_of_scripts_and_other_sites(
    till: Till, path: str
) -> None:
    cookie = (await till.post(path)).headers["Set-Cookie"]
    for mark in ("HttpOnly", "SameSite=Strict", "Path=/", "Max-Age=120"):
        assert mark in cookie
