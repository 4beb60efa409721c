"""Around every request: faults, counting, the log without queries, health."""

from __future__ import annotations

import logging
import re

import pytest
from yarl import URL

from core.log import configure_logging
from public_site import frame
from public_site.keys import SNAPSHOTS
from tests.public_site.releases import NOW, some_outlets


async def test_a_fault_of_ours_is_answered_and_noted(client, monkeypatch):
    def fail(self):
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(type(client.app[SNAPSHOTS]), "look", fail)
    page = await client.get("/")
    assert page.status == 500
    assert "系統發生問題" in await page.text()
    answer = await client.get("/api/v1/outlets")
    body = await answer.text()
    assert answer.status == 500
    assert answer.headers["X-Request-ID"] in body
    assert "secret" not in body


async def test_queries_are_never_logged(client, capfd, logging_as_before):
    configure_logging("debug", "site")
    await client.get("/?lat=25.123&lon=121.456&q=我家地址")
    await client.get("/api/v1/nearby?lat=25.123&lon=nonsense")
    await client.get("/outlets/5900000000?lat=25.123")
    logged = capfd.readouterr().err
    assert '"path": "/api/v1/nearby"' in logged
    assert "25.123" not in logged
    assert "我家地址" not in logged


async def test_a_request_that_went_well_is_not_logged_by_default(
    client, capfd, logging_as_before, monkeypatch
):
    monkeypatch.setattr(frame, "SLOW_S", 3600)
    configure_logging("info", "site")
    assert not logging.getLogger(frame.__name__).isEnabledFor(logging.DEBUG)
    await client.get("/")
    assert '"request"' not in capfd.readouterr().err


async def test_requests_are_counted_by_route(client):
    await client.get("/outlets/5901012345")
    await client.get("/api/v1/outlets/5900000000")
    text = await (await client.get("/metrics")).text()
    assert 'maskmap_site_request_seconds_count{route="/outlets/{code}",status="2xx"} 1.0' in text
    assert 'route="/api/v1/outlets/{code}",status="4xx"} 1.0' in text
    assert "maskmap_site_snapshot_sequence 1.0" in text
    assert "5901012345" not in text


async def test_refused_snapshots_are_counted_and_the_site_stays_ready(client, folder):
    folder.publish(some_outlets(), at=NOW, spoil=lambda files: files.pop("points.json"))
    await client.app[SNAPSHOTS].poll()
    text = await (await client.get("/metrics")).text()
    # The watch may have looked too.
    assert re.search(r'snapshot_faults_total\{reason="NOT_FOUND"\} [1-9]', text)
    ready = await client.get("/readyz")
    assert ready.status == 200
    answer = await ready.json()
    assert (answer["snapshot"], answer["fault"]) == (1, "NOT_FOUND")
    # The rules of the release that is served, as its manifest has them.
    rules = client.app[SNAPSHOTS].look().view.manifest.rules
    assert answer["rules"] == {
        "programme": "masks",
        "block": rules.block,
        "hash": rules.hash,
    }


@pytest.mark.parametrize("path", ["/", "/api/v1/outlets", "/data/points.json"])
async def test_no_answer_names_a_folder_of_this_computer(start, settings, path):
    body = await (await (await start()).get(path)).text()
    assert str(settings.state) not in body
    assert "snapshots/" not in body


@pytest.mark.parametrize("path", ["/rules", "/data", "/apps", "/status"])
async def test_an_address_with_a_slash_too_many_leads_to_the_page(client, path):
    answer = await client.get(f"{path}/?lang=en", allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (308, f"{path}?lang=en")
    assert (await client.get(f"{path}/?lang=en")).status == 200


@pytest.mark.parametrize(
    "path", ["/rulesx", "/data/x%0A", "/apps%2F", "/data/12/x%2F", "/data/12//"]
)
async def test_an_unknown_address_is_not_guessed(client, path):
    address = URL(f"{client.make_url('/')}{path[1:]}", encoded=True)
    async with client.session.get(address, allow_redirects=False) as answer:
        assert answer.status == 404


@pytest.mark.parametrize("path", ["//elsewhere.example/", "//elsewhere.example/..", "/nowhere/"])
async def test_no_slash_leads_away_from_the_site(client, path):
    origin = str(client.make_url("/")).rstrip("/")
    address = URL(f"{origin}{path}", encoded=True)
    async with client.session.get(address, allow_redirects=False) as answer:
        assert answer.status == 404
