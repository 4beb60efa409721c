"""Passkeys: made by whoever logged in with a card, and worth no more than his cards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from cryptography import x509

from core.domain.access import has_permission
from core.domain.calendar import rfc3339
from core.storage.feed import LedgerFeed
from pharmacy_portal.demo.cards import open_authority, write_revocations
from pharmacy_portal.route_table import ROUTES
from tests.pharmacy_portal.card_agents import BORN, CardAgent
from tests.pharmacy_portal.login.authenticators import (
    PRESENT,
    Authenticator,
    an_authenticator,
    enrol,
    login_options,
    try_passkey,
)
from tests.pharmacy_portal.test_routes import ask
from tests.pharmacy_portal.tills import API, Till, World, an_even_number, an_odd_number


@pytest.fixture
async def enrolled(till: Till) -> Authenticator:
    """Return the passkey of pharmacist-1, who has logged out again."""
    await till.log_in()
    authenticator = an_authenticator(till)
    await enrol(till, authenticator)
    await till.post("/logout")
    return authenticator


async def code(answer: Any) -> str:
    return (await answer.json())["code"]


async def test_a_passkey_made_after_a_card_login_logs_in(
    till: Till, enrolled: Authenticator
) -> None:
    answer = await try_passkey(till, enrolled)
    assert answer.status == 200, await answer.text()
    document = await answer.json()
    assert document["method"] == "passkey"
    assert document["user"]["id"].startswith("demo-pharmacist-1-")
    assert (await till.get(f"{API}/me")).status == 200
    assert (await till.get("/purchase")).status == 200


async def test_options_ask_for_a_discoverable_verified_key_of_this_origin(till: Till) -> None:
    await till.log_in()
    first = await enrol(till, an_authenticator(till))
    options = (await (await till.post("/passkeys/options")).json())["options"]
    assert options["authenticatorSelection"]["residentKey"] == "required"
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["attestation"] == "none"
    assert options["rp"]["id"] == "127.0.0.1"
    assert [one["id"] for one in options["excludeCredentials"]] == [first["id"]]
    asked = await login_options(till)
    assert asked["userVerification"] == "required"
    assert not asked.get("allowCredentials")


async def test_a_user_names_several_passkeys_and_removes_them(world: World, till: Till) -> None:
    await till.log_in()
    made = []
    for name in ("手機", "筆電", ""):
        made.append(await enrol(till, an_authenticator(till), name))
        world.clock.pass_by(seconds=1)
    listed = (await (await till.get(f"{API}/passkeys")).json())["passkeys"]
    assert [one["name"] for one in listed] == ["手機", "筆電", "passkey 3"]
    gone = f"{API}/passkeys/{made[0]['id']}"
    assert (await till.client.delete(gone)).status == 200
    assert (await till.client.delete(gone)).status == 404
    listed = (await (await till.get(f"{API}/passkeys")).json())["passkeys"]
    assert [one["name"] for one in listed] == ["筆電", "passkey 3"]


async def test_nobody_removes_or_sees_anothers_passkeys(
    world: World, enrolled: Authenticator
) -> None:
    other = await world.open_till()
    await other.log_in("pharmacist-3")
    assert (await (await other.get(f"{API}/passkeys")).json())["passkeys"] == []
    identity = enrolled.create({"user": {"id": ""}, "rp": {"id": ""}, "challenge": ""})["id"]
    assert (await other.client.delete(f"{API}/passkeys/{identity}")).status == 404


async def test_at_most_five_passkeys(till: Till) -> None:
    await till.log_in()
    for _ in range(5):
        await enrol(till, an_authenticator(till))
    answer = await till.post("/passkeys/options")
    assert (answer.status, await code(answer)) == (409, "PASSKEY_LIMIT")


@pytest.mark.parametrize("card", ["administrator-1", "institution-1", "steward-1"])
async def test_a_passkey_session_does_no_administrative_acts(till: Till, card: str) -> None:
    session = await till.log_in(card)
    authenticator = an_authenticator(till)
    await enrol(till, authenticator)
    await till.post("/logout")
    assert (await try_passkey(till, authenticator)).status == 200
    tried = 0
    for route in ROUTES:
        if not route.card_needed or not has_permission(session["role"], route.permission):
            continue
        answer = await ask(till, route)
        place = f"{route.method} {route.path}"
        assert answer.status == 403, place
        if route.kind == "json":
            assert await code(answer) == "CARD_LOGIN_REQUIRED", place
        tried += 1
    assert tried > 3
    assert (await till.get(f"{API}/passkeys")).status == 200


async def test_a_falsified_answer_is_refused(till: Till, enrolled: Authenticator) -> None:
    key, identity = enrolled.key, enrolled.id
    falsified: dict[str, Callable[[Any], Any]] = {
        "unverified": lambda options: enrolled.get(options, flags=PRESENT),
        "origin": Authenticator("https://phishing.example", key, identity, count=5).get,
        "signature": Authenticator(till.origin, id=identity, count=5).get,
        "another's handle": Authenticator(till.origin, key, identity, b"somebody", 5).get,
        "unknown": an_authenticator(till).get,
        "empty": lambda _: {},
        "a number": lambda _: {"id": 1},
        "nothing answered": lambda _: {"id": enrolled.get({"rpId": "", "challenge": ""})["id"]},
        "no base64": lambda _: {"id": "==", "response": None},
    }
    for fault, make in falsified.items():
        credential = make(await login_options(till))
        answer = await till.post("/login/passkey", {"credential": credential})
        assert (answer.status, await code(answer)) == (401, "PASSKEY_REFUSED"), fault
    assert (await till.get(f"{API}/me")).status == 401
    assert (await try_passkey(till, enrolled)).status == 200


async def test_a_copied_key_is_noticed_by_its_count(till: Till, enrolled: Authenticator) -> None:
    copy = Authenticator(till.origin, enrolled.key, enrolled.id, enrolled.handle, enrolled.count)
    assert (await try_passkey(till, enrolled)).status == 200
    await till.post("/logout")
    assert await code(await try_passkey(till, copy)) == "PASSKEY_REFUSED"


async def test_a_synced_passkey_never_counts_and_works(till: Till) -> None:
    await till.log_in()
    authenticator = an_authenticator(till)
    authenticator.counts = False
    await enrol(till, authenticator)
    for _ in range(2):
        await till.post("/logout")
        assert (await try_passkey(till, authenticator)).status == 200


async def test_an_answer_works_once_and_in_its_own_browser(
    world: World, till: Till, enrolled: Authenticator
) -> None:
    credential = enrolled.get(await login_options(till))
    other = await world.open_till()
    await login_options(other)
    stolen = await other.post("/login/passkey", {"credential": credential})
    assert await code(stolen) == "PASSKEY_REFUSED"
    before = till.cookie("maskmap-login")
    assert (await till.post("/login/passkey", {"credential": credential})).status == 200
    till.set_cookie(before, "maskmap-login")
    again = await till.post("/login/passkey", {"credential": credential})
    assert await code(again) == "CHALLENGE_EXPIRED"


async def test_an_answer_is_too_old_after_two_minutes(
    world: World, till: Till, enrolled: Authenticator
) -> None:
    credential = enrolled.get(await login_options(till))
    world.clock.pass_by(minutes=2)
    answer = await till.post("/login/passkey", {"credential": credential})
    assert await code(answer) == "CHALLENGE_EXPIRED"


async def test_one_touch_suffices_where_an_institution_is_chosen(till: Till) -> None:
    first = await till.try_login("citizen-2")
    institutions = (await first.json())["institutions"]
    await till.log_in("citizen-2", institutions[0])
    authenticator = an_authenticator(till)
    await enrol(till, authenticator)
    await till.post("/logout")
    credential = authenticator.get(await login_options(till))
    asked = await till.post("/login/passkey", {"credential": credential})
    assert (asked.status, await code(asked)) == (409, "CHOOSE_INSTITUTION")
    body = {"credential": credential, "institution": institutions[1]}
    chosen = await till.post("/login/passkey", body)
    assert (await chosen.json())["institution"] == institutions[1]


async def test_a_passkey_falls_with_the_last_card_of_its_user(
    world: World, till: Till, enrolled: Authenticator
) -> None:
    revoke(world, "pharmacist-1")
    answer = await try_passkey(till, enrolled)
    assert (answer.status, await code(answer)) == (401, "CERTIFICATE_REVOKED")


def revoke(world: World, card: str) -> None:
    """Put a card on the demo authority's list."""
    settings = world.settings
    authority = open_authority(settings.cards_folder, settings.keys_folder / "demo-ca-key.pem")
    pem = (world.cards / card / "certificate.pem").read_bytes()
    write_revocations(authority, [x509.load_pem_x509_certificate(pem)], [world.cards])


async def test_logins_with_a_passkey_stand_in_the_audit_trail(
    world: World, till: Till, enrolled: Authenticator
) -> None:
    await try_passkey(till, enrolled)
    feed = LedgerFeed(world.settings.database_path)
    rows = [line.body.decode() for line in feed.audit_rows(0)]
    feed.close()
    assert any('"act":"passkey_added"' in row for row in rows)
    logins = [row for row in rows if '"act":"login"' in row]
    assert any('"method":"passkey"' in row and '"evidence":"crl"' in row for row in logins)
    assert any('"method":"certificate"' in row for row in logins)


async def named(till: Till, agent: CardAgent, number: str, **changes: Any) -> list[str]:
    """Ask whom an NHI card names: the challenge of this browser is the reading's nonce."""
    challenge = (await (await till.post("/login/challenge")).json())["challenge"]
    reading = agent.reading(till, challenge, id_number=number)
    nhi = {"id_number": number, "birth_date": BORN.isoformat(), "reading": reading | changes}
    options = await login_options(till, nhi=nhi)
    return [one["id"] for one in options["allowCredentials"]]


async def test_an_nhi_card_names_its_user_and_opens_nothing(world: World, till: Till) -> None:
    agent = CardAgent(world.clock)
    await till.log_in()
    await agent.enrol(till)
    nonce = (await (await till.post("/readings/nonce")).json())["nonce"]
    nhi = {
        "id_number": an_even_number(),
        "birth_date": BORN.isoformat(),
        "reading": agent.reading(till, nonce),
    }
    authenticator = an_authenticator(till)
    made = await enrol(till, authenticator, nhi=nhi)
    assert made["nhi_card"] is True
    await till.post("/logout")

    assert await named(till, agent, an_even_number()) == [made["id"]]
    stranger = await named(till, agent, an_odd_number())
    assert len(stranger) == 1
    assert stranger == await named(till, agent, an_odd_number())
    assert stranger != [made["id"]]
    # Neither an unknown agent's reading, nor an old or falsified one, names anybody.
    unknown = CardAgent(world.clock)
    early = rfc3339(world.clock.now.replace(hour=1))
    for answer in (
        await named(till, unknown, an_even_number()),
        await named(till, agent, an_even_number(), nonce="x"),
        await named(till, agent, an_even_number(), reader="another"),
        await named(till, agent, an_even_number(), read_at=early),
    ):
        assert answer != [made["id"]]
        assert len(answer) == 1
    assert (await till.get(f"{API}/me")).status == 401
    stored = world.settings.database_path.read_bytes()
    assert an_even_number().encode() not in stored


async def test_a_reading_that_does_not_hold_binds_no_nhi_card(world: World, till: Till) -> None:
    await till.log_in()
    agent = CardAgent(world.clock)
    nonce = (await (await till.post("/readings/nonce")).json())["nonce"]
    options = (await (await till.post("/passkeys/options")).json())["options"]
    nhi = {
        "id_number": an_even_number(),
        "birth_date": BORN.isoformat(),
        "reading": agent.reading(till, nonce),
    }
    body = {"credential": an_authenticator(till).create(options), "nhi": nhi}
    answer = await till.post("/passkeys", body)
    assert answer.status == 400
    assert (await (await till.get(f"{API}/passkeys")).json())["passkeys"] == []


@pytest.mark.parametrize("transports", [5, True, [{}], {"a": 1}, None])
async def test_transports_of_no_known_shape_are_left_out(till: Till, transports: Any) -> None:
    await till.log_in()
    options = (await (await till.post("/passkeys/options")).json())["options"]
    credential = an_authenticator(till).create(options)
    credential["response"]["transports"] = transports
    assert (await till.post("/passkeys", {"credential": credential})).status == 201
