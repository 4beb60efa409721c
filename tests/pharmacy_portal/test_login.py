"""Logging in with a certificate, and everything that stands against it."""

from __future__ import annotations

import base64

import pytest
from msgspec.structs import replace

from core.storage import open_state
from core.storage.feed import LedgerFeed
from pharmacy_portal.demo.signing import sign_login
from pharmacy_portal.login.verification import LoginRequest
from pharmacy_portal.sessions import session_id
from tests.pharmacy_portal.tills import API, Till, World, running_portal


async def test_a_card_logs_in_and_learns_what_it_may_do(till: Till) -> None:
    document = await till.log_in()
    assert document["institution"] in document["institutions"]
    assert document["permissions"] == ["see_outlet", "sell", "speak_for_outlet", "take_goods"]
    me = await (await till.get(f"{API}/me")).json()
    assert me["user"] == document["user"]
    assert me["institution"] == document["institution"]


async def test_an_rsa_card_logs_in_too(till: Till) -> None:
    document = await till.log_in("pharmacist-2")
    assert document["user"]["id"].startswith("demo-pharmacist-2-")


@pytest.mark.parametrize(
    ("card", "kind"),
    [
        ("nurse-1", "personnel"),
        ("citizen-1", "citizen"),
        ("institution-1", "institution"),
        ("government-1", "government"),
    ],
)
async def test_every_kind_of_card_logs_in_and_the_audit_trail_names_the_kind(
    world: World, till: Till, card: str, kind: str
) -> None:
    await till.log_in(card)
    feed = LedgerFeed(world.settings.database_path)
    logins = [line.body.decode() for line in feed.audit_rows(0) if b'"act":"login"' in line.body]
    feed.close()
    assert f'"card":"{kind}"' in logins[-1]
    assert '"evidence":"crl"' in logins[-1]


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(till: Till) -> None:
    answer = await till.try_login("pharmacist-1")
    cookie = next(c for c in answer.headers.getall("Set-Cookie") if "maskmap_session=" in c)
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie


async def test_a_wrong_signature_is_refused(till: Till) -> None:
    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    forged = base64.b64encode(b"0" * 70).decode()
    answer = await till.send_login("pharmacist-1", challenge, signature=forged)
    assert answer.status == 401
    assert (await answer.json())["code"] == "LOGIN_FAILED"


async def test_a_signature_made_with_another_card_is_refused(till: Till) -> None:
    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    other = (till.cards / "pharmacist-3" / "certificate.pem").read_text()
    answer = await till.send_login("pharmacist-1", challenge, certificate=other)
    assert (await answer.json())["code"] == "LOGIN_FAILED"


async def test_a_signature_made_for_another_site_is_refused(till: Till) -> None:
    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    answer = await till.send_login("pharmacist-1", challenge, origin="https://phishing.example")
    assert (await answer.json())["code"] == "LOGIN_FAILED"


async def test_a_signature_for_another_site_is_refused_even_with_that_sites_host(
    till: Till,
) -> None:
    headers = {"Host": "phishing.example"}
    answer = await till.client.post(f"{API}/login/challenge", json={}, headers=headers)
    assert answer.status == 421


async def test_a_challenge_works_once(till: Till) -> None:
    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    before_login = till.cookie("maskmap-login")
    assert (await till.send_login("pharmacist-1", challenge)).status == 200
    till.set_cookie(before_login, "maskmap-login")
    again = await till.send_login("pharmacist-1", challenge)
    assert again.status == 401
    assert (await again.json())["code"] == "CHALLENGE_EXPIRED"


async def test_a_challenge_of_another_browser_does_not_work(world: World) -> None:
    mine, other = await world.open_till(), await world.open_till()
    challenge = (await (await mine.post("/login/challenge")).json())["challenge"]
    await other.post("/login/challenge")
    answer = await other.send_login("pharmacist-1", challenge)
    assert answer.status == 401


async def test_a_challenge_is_too_old_after_two_minutes(world: World, till: Till) -> None:
    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    world.clock.pass_by(minutes=2)
    answer = await till.send_login("pharmacist-1", challenge)
    assert (await answer.json())["code"] == "CHALLENGE_EXPIRED"


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("revoked-1", "CERTIFICATE_REVOKED"),
        ("expired-1", "CERTIFICATE_EXPIRED"),
        ("nhi-1", "NOT_ENROLLED"),
    ],
)
async def test_a_card_that_must_not_log_in_is_told_why(till: Till, card: str, code: str) -> None:
    answer = await till.try_login(card)
    assert answer.status in (401, 403)
    assert (await answer.json())["code"] == code
    assert (await till.get(f"{API}/me")).status == 401


async def test_several_institutions_need_a_choice(till: Till) -> None:
    answer = await till.try_login("citizen-2")
    assert answer.status == 409
    document = await answer.json()
    assert document["code"] == "CHOOSE_INSTITUTION"
    chosen = document["institutions"][1]
    logged_in = await till.log_in("citizen-2", institution=chosen)
    assert logged_in["institution"] == chosen
    assert logged_in["institutions"] == document["institutions"]


async def test_one_pin_suffices_where_an_institution_is_chosen(world: World, till: Till) -> None:
    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    signed = sign_login(till.cards / "citizen-2", till.origin, challenge)
    body = {
        "certificate": signed.certificate,
        "signature": signed.signature,
        "mechanism": signed.mechanism,
    }
    asked = await (await till.post("/login", body)).json()
    # The second step is this card's alone.
    other = await till.send_login("pharmacist-1", challenge)
    assert (other.status, (await other.json())["code"]) == (401, "CHALLENGE_EXPIRED")

    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    again = sign_login(till.cards / "citizen-2", till.origin, challenge)
    body["signature"] = again.signature
    assert (await till.post("/login", body)).status == 409
    cookie = till.cookie("maskmap-login")
    chosen = body | {"institution": asked["institutions"][1]}
    finished = await till.post("/login", chosen)
    assert (await finished.json())["institution"] == asked["institutions"][1]
    till.set_cookie(cookie, "maskmap-login")
    assert (await till.post("/login", chosen)).status == 401, "and works once"


async def test_the_choice_of_an_institution_ends_with_the_challenge(
    world: World, till: Till
) -> None:
    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    first = await till.send_login("citizen-2", challenge)
    institutions = (await first.json())["institutions"]
    world.clock.pass_by(minutes=2)
    late = await till.send_login("citizen-2", challenge, institution=institutions[0])
    assert (await late.json())["code"] == "CHALLENGE_EXPIRED"


async def test_an_institution_where_one_is_not_authorised_is_refused(till: Till) -> None:
    answer = await till.try_login("pharmacist-1", institution="9999999999")
    assert (await answer.json())["code"] == "NOT_ENROLLED"


async def test_logging_out_ends_the_session_at_once(till: Till) -> None:
    await till.log_in()
    secret = till.cookie()
    assert (await till.post("/logout")).status == 200
    till.set_cookie(secret)
    assert (await till.get(f"{API}/me")).status == 401


async def test_a_new_login_gets_a_new_session_and_ends_the_old_one(till: Till) -> None:
    await till.log_in()
    old = till.cookie()
    await till.log_in("pharmacist-3")
    assert till.cookie() != old
    till.set_cookie(old)
    assert (await till.get(f"{API}/me")).status == 401


async def test_a_session_chosen_by_somebody_else_is_not_taken_over(till: Till) -> None:
    till.set_cookie("planted")
    await till.log_in()
    assert till.cookie() != "planted"


async def test_the_cookies_secret_is_not_in_the_database(world: World, till: Till) -> None:
    await till.log_in()
    secret = till.cookie().encode()
    files = [path for path in world.settings.state.rglob("*") if path.is_file()]
    assert not [path for path in files if secret in path.read_bytes()]


async def test_logins_and_refusals_leave_audit_rows(world: World, till: Till) -> None:
    await till.log_in()
    await till.try_login("revoked-1")
    feed = LedgerFeed(world.settings.database_path)
    rows = [line.body.decode() for line in feed.audit_rows(0)]
    feed.close()
    assert any('"act":"login"' in row for row in rows)
    assert any("CERTIFICATE_REVOKED" in row for row in rows)


async def test_over_https_the_cookie_belongs_to_this_host_alone(world: World) -> None:
    """The portal stands behind TLS: the cookie says so, whatever reached this process."""
    settings = replace(world.settings, portal_url="https://portal.example.tw")
    async with running_portal(settings, world.clock) as secure:
        till = await secure.open_till()
        headers = {"Host": "portal.example.tw"}
        answer = await till.client.post(f"{API}/login/challenge", json={}, headers=headers)
        assert answer.status == 200
        cookie = answer.headers["Set-Cookie"]
        assert cookie.startswith("__Host-")
        assert "Secure" in cookie
        assert "Strict-Transport-Security" in answer.headers
        assert (await till.post("/login/challenge")).status == 421


def test_a_login_request_has_no_field_for_a_password() -> None:
    fields = set(LoginRequest.__struct_fields__)
    assert fields == {
        "certificate",
        "signature",
        "mechanism",
        "intermediates",
        "institution",
        "challenge",
        "invitation",
    }


async def test_too_many_failed_logins_have_to_wait(till: Till) -> None:
    for _ in range(30):
        assert (await till.try_login("revoked-1")).status == 401
    answer = await till.post("/login/challenge")
    assert answer.status == 429
    assert (await answer.json())["code"] == "RATE_LIMITED"
    assert int(answer.headers["Retry-After"]) >= 1


async def test_sessions_outlive_a_restart_of_the_portal(world: World, till: Till) -> None:
    document = await till.log_in()
    async with open_state(world.settings) as state:
        stored = await state.accounts.session(session_id(till.cookie()))
    assert stored is not None
    assert stored.user == document["user"]["id"]


@pytest.mark.parametrize("form", ["absent", None, "", "list", "text"])
async def test_intermediates_may_come_in_every_usual_form(till: Till, form: str | None) -> None:
    authority = (till.cards / "ca.pem").read_text()
    given = {"list": [authority], "text": authority * 2}.get(form or "", form)
    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    changes = {} if form == "absent" else {"intermediates": given}
    assert (await till.send_login("pharmacist-1", challenge, **changes)).status == 200
