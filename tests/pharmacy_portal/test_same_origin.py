"""Who may send what: the table of origins, Fetch metadata and media types."""

from __future__ import annotations

import pytest

from tests.pharmacy_portal.tills import API, Till, World

OWN = "{own}"
LOGOUT = f"{API}/logout"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": OWN}, 200),
        ({"Origin": OWN, "Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Origin": OWN + ".evil.example"}, 403),
        ({"Origin": "http://localhost:1"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 403),
        ({"Sec-Fetch-Mode": "no-cors"}, 403),
    ],
)
async def test_unsafe_requests_come_from_here_or_from_no_browser(
    till: Till, headers: dict[str, str], status: int
) -> None:
    await till.log_in()
    sent = {name: value.replace(OWN, till.origin) for name, value in headers.items()}
    answer = await till.client.post(LOGOUT, data=b"{}", headers=JSON | sent)
    assert answer.status == status


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
async def test_what_a_form_can_send_is_refused(till: Till, kind: str) -> None:
    await till.log_in()
    headers = {"Content-Type": kind, "Origin": till.origin}
    answer = await till.client.post(LOGOUT, data=b"{}", headers=headers)
    assert answer.status == 415


async def test_an_empty_body_needs_no_media_type(till: Till) -> None:
    await till.log_in()
    assert (await till.client.post(f"{API}/intakes/automatic")).status == 201


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost"])
async def test_a_host_the_portal_does_not_know_is_misdirected(till: Till, host: str) -> None:
    answer = await till.get("/login", headers={"Host": host})
    assert answer.status == 421


async def test_probes_answer_under_any_name(world: World, till: Till) -> None:
    for path in ("/healthz", "/readyz", "/metrics"):
        assert (await till.get(path, headers={"Host": "10.0.0.7"})).status == 200


async def test_every_answer_has_safe_headers(till: Till) -> None:
    for path in ("/login", "/nowhere", f"{API}/me", "/static/portal.css", "/purchase"):
        answer = await till.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Access-Control-Allow-Origin" not in answer.headers


async def test_nothing_private_is_stored_by_anybody(till: Till) -> None:
    await till.log_in()
    for path in ("/", "/purchase", "/intake", "/records", f"{API}/me", f"{API}/sales/recent"):
        assert (await till.get(path)).headers["Cache-Control"] == "no-store"
