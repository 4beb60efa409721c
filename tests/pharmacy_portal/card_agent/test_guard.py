"""Who may speak to the agent: hosts, origins, CORS, tokens, content types."""

from __future__ import annotations

import pytest

from tests.pharmacy_portal.card_agent.agents import NONCE, OTHER_PORTAL, PORTAL, Page

PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Private-Network": "true",
}


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "https://portal.example.tw.evil.example",
        "https://portal.example.tw:8443",
        "https://portal.example.tw/",
        "http://portal.example.tw",
        "HTTPS://PORTAL.EXAMPLE.TW",
        "*",
    ],
)
async def test_a_foreign_origin_is_refused_without_cors_headers(page: Page, origin: str):
    for path in ("/v1/status", "/v1/readers", "/v1/nothing"):
        refused = await page.ask("GET", path, headers={"Origin": origin})
        assert refused.error == (403, "origin")
        assert refused.cors == {}
    asked = await page.ask("OPTIONS", "/v1/nhi/read", headers=PREFLIGHT | {"Origin": origin})
    assert asked.error == (403, "origin")
    assert asked.cors == {}


async def test_an_absent_origin_may_only_get_the_status(page: Page):
    page.origin = None
    status = await page.ask("GET", "/v1/status")
    assert status.status == 200
    assert status.cors == {}
    assert status.body["paired"] is False
    for method, path in [
        ("POST", "/v1/status"),
        ("OPTIONS", "/v1/status"),
        ("GET", "/v1/readers"),
        ("GET", "/v1/events"),
        ("POST", "/v1/pair"),
        ("POST", "/v1/nhi/read"),
    ]:
        assert (await page.ask(method, path)).error == (403, "origin")


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "localhost:1", "portal.example.tw:{}", "[::1]:{}", ""]
)
async def test_a_host_that_is_not_ours_is_refused_whatever_the_origin(page: Page, host: str):
    await page.pair()
    sent = {"Host": host.format(page.server.port)}
    refused = await page.ask("GET", "/v1/status", headers=sent)
    assert refused.error == (421, "host")
    assert refused.cors == {}


async def test_both_names_of_this_computer_are_ours(page: Page):
    for host in ("127.0.0.1", "localhost"):
        sent = {"Host": f"{host}:{page.server.port}"}
        assert (await page.ask("GET", "/v1/status", headers=sent)).status == 200


async def test_the_preflight_of_a_known_origin_names_it_and_allows_the_private_network(page: Page):
    asked = await page.ask("OPTIONS", "/v1/nhi/read", headers=PREFLIGHT)
    assert asked.status == 204
    assert asked.cors == {
        "Access-Control-Allow-Origin": PORTAL,
        "Access-Control-Allow-Methods": "GET, POST, PUT",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Allow-Private-Network": "true",
        "Access-Control-Max-Age": "600",
    }
    assert asked.headers["Vary"] == "Origin"


async def test_nothing_but_status_and_pairing_is_open_to_an_unpaired_page(page: Page):
    assert (await page.ask("GET", "/v1/status")).body["paired"] is False
    for method, path in [
        ("POST", "/v1/nhi/read"),
        ("POST", "/v1/login/sign"),
        ("POST", "/v1/enrol"),
        ("GET", "/v1/readers"),
        ("PUT", "/v1/readers"),
        ("GET", "/v1/events"),
    ]:
        refused = await page.ask(method, path, {})
        assert refused.error == (401, "not_paired")
        assert refused.cors["Access-Control-Allow-Origin"] == PORTAL


async def test_a_token_is_good_for_its_own_origin_only(page: Page):
    await page.pair()
    page.origin = OTHER_PORTAL
    assert (await page.ask("POST", "/v1/nhi/read", {"nonce": NONCE})).error == (401, "not_paired")
    page.origin = PORTAL
    assert (await page.ask("POST", "/v1/nhi/read", {"nonce": NONCE})).status == 200


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "text/json", ""],
)
async def test_what_a_form_can_post_is_refused(page: Page, kind: str):
    await page.pair()
    body = b'{"nonce": "' + NONCE.encode() + b'"}'
    refused = await page.ask("POST", "/v1/nhi/read", data=body, headers={"Content-Type": kind})
    assert refused.error == (415, "content_type")


async def test_a_token_in_the_address_is_none(page: Page):
    await page.pair()
    token, page.token = page.token, None
    asked = await page.ask("GET", f"/v1/readers?token={token}")
    assert asked.error == (401, "not_paired")


async def test_unknown_paths_and_methods_have_their_codes(page: Page):
    await page.pair()
    assert (await page.ask("GET", "/v1/nothing")).error == (404, "not_found")
    assert (await page.ask("DELETE", "/v1/readers")).error == (405, "method")
    assert (await page.ask("GET", "/v1/events")).error == (405, "method")
    assert (await page.ask("HEAD", "/v1/status")).status == 405


async def test_no_answer_is_kept_or_guessed_at(page: Page):
    answers = [await page.ask("GET", "/v1/status"), await page.ask("GET", "/v1/readers")]
    for answer in answers:
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
