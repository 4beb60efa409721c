"""The link check: real answers from a server of the test, and no way into a private network."""

from __future__ import annotations

import asyncio
import socket
from datetime import datetime

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver

from core.community import link_check
from core.community.link_check import PublicResolver, check_links
from core.domain.calendar import TAIPEI

NOW = datetime(2020, 2, 6, 10, 0, tzinfo=TAIPEI)


class ToThisComputer(AbstractResolver):
    """Leads every name to the test's server, as a public one would be led to its own."""

    async def resolve(self, host, port=0, family=socket.AF_INET):
        return [
            {
                "hostname": host,
                "host": "127.0.0.1",
                "port": port,
                "family": socket.AF_INET,
                "proto": 0,
                "flags": 0,
            }
        ]

    async def close(self):
        """Nothing is held."""


async def status(request: web.Request) -> web.Response:
    return web.Response(status=int(request.match_info["status"]))


async def onward(request: web.Request) -> web.Response:
    return web.Response(status=302, headers={"Location": request.query["to"]})


async def never(request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


@pytest.fixture
async def base(aiohttp_server) -> str:
    app = web.Application()
    app.router.add_get("/status/{status}", status)
    app.router.add_get("/onward", onward)
    app.router.add_get("/never", never)
    server = await aiohttp_server(app)
    return f"http://apps.example:{server.port}"


async def look(*urls: str) -> dict[str, tuple[bool, str]]:
    found = []
    await check_links(urls, lambda: NOW, found.append, resolver=ToThisComputer())
    return {check.url: (check.works, check.detail) for check in found}


async def test_an_answer_below_400_works_and_above_is_broken(base):
    found = await look(*(f"{base}/status/{number}" for number in (200, 204, 404, 500)))
    assert [works for works, _ in (found[f"{base}/status/{n}"] for n in (200, 204, 404, 500))] == [
        True,
        True,
        False,
        False,
    ]
    assert found[f"{base}/status/404"][1] == "HTTP 404"


async def test_a_redirect_is_followed_to_its_end(base):
    url = f"{base}/onward?to=/status/200"
    assert (await look(url))[url] == (True, "HTTP 200")


@pytest.mark.parametrize("target", ["http://127.0.0.1/", "http://localhost/", "file:///etc/passwd"])
async def test_a_redirect_into_a_private_network_is_not_followed(base, target):
    url = f"{base}/onward?to={target}"
    works, detail = (await look(url))[url]
    assert not works and "not public" in detail


async def test_redirects_without_end_end(base):
    url = f"{base}/onward?to=/onward%3Fto%3D/onward"
    assert not (await look(url))[url][0]


async def test_a_server_that_does_not_answer_is_broken(base, monkeypatch):
    monkeypatch.setattr(link_check, "ANSWER_WITHIN_S", 0.2)
    works, detail = (await look(f"{base}/never"))[f"{base}/never"]
    assert not works and "no answer" in detail


async def test_a_name_that_leads_to_this_computer_is_not_spoken_to():
    resolver = PublicResolver()
    with pytest.raises(OSError, match="public internet"):
        await resolver.resolve("localhost", 80, socket.AF_INET)
    await resolver.close()


async def test_a_link_that_waits_its_turn_behind_silent_ones_still_works(base, monkeypatch):
    monkeypatch.setattr(link_check, "ANSWER_WITHIN_S", 0.2)
    good = [f"{base}/status/200?{number}" for number in range(4)]
    silent = [f"{base}/never?{number}" for number in range(2 * link_check.AT_ONCE)]
    found = await look(*silent, *good)
    assert [found[url][0] for url in good] == [True] * 4
