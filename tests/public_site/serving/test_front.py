"""Answers given again from memory: the same as the first, and never beyond their time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from public_site.keys import SNAPSHOTS
from tests.public_site.releases import NOW, TTL_S, an_outlet, some_outlets

ONE = "/api/v1/outlets/5901012345"
DIFFER = {"Date", "X-Request-ID"}


@pytest.fixture
def looks(client, monkeypatch) -> list[int]:
    """Count how often a handler looked for itself: the memory only looks when it begins anew."""
    calls: list[int] = []
    handler = client.server.runner.server.request_handler
    inner = handler._handle

    async def counted(request):
        calls.append(1)
        return await inner(request)

    monkeypatch.setattr(handler, "_handle", counted)
    return calls


async def warmed(client, path: str, **headers: str) -> None:
    """Ask until the memory holds the answer: the first request of a minute only begins it."""
    for _ in range(2):
        assert (await client.get(path, headers=headers)).status == 200


@pytest.mark.parametrize(
    "path",
    [ONE, "/api/v1/nearby?lat=25&lon=121.5", "/data/points.json", "/", "/outlets/5901012345"],
)
async def test_an_answer_from_memory_is_the_same_but_for_its_name(client, looks, path):
    await client.get("/healthz")
    first = await client.get(path)
    await warmed(client, path)
    looks.clear()
    again = await client.get(path)
    assert not looks
    assert await again.read() == await first.read()
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    for name in set(first.headers) - DIFFER:
        assert again.headers[name] == first.headers[name], name
    assert set(again.headers) == set(first.headers)


async def test_a_remembered_answer_is_not_sent_to_who_has_it(client, looks):
    await warmed(client, ONE)
    tag = (await client.get(ONE)).headers["ETag"]
    looks.clear()
    known = await client.get(ONE, headers={"If-None-Match": f'"other", {tag}'})
    assert (known.status, await known.read(), not looks) == (304, b"", True)
    assert known.headers["ETag"] == tag
    assert "Content-Security-Policy" in known.headers
    assert "Content-Length" not in known.headers
    other = await client.get(ONE, headers={"If-None-Match": '"other"'})
    assert other.status == 200


async def test_head_answers_as_get_without_a_body(client, looks):
    await warmed(client, ONE)
    looks.clear()
    whole, head = await client.get(ONE), await client.head(ONE)
    assert not looks
    assert head.headers["Content-Length"] == str(len(await whole.read()))
    assert await head.read() == b""


async def test_who_takes_no_gzip_gets_none_from_memory(client):
    path = "/api/v1/outlets"
    await warmed(client, path, **{"Accept-Encoding": "gzip"})
    packed = await client.get(path, headers={"Accept-Encoding": "gzip"})
    plain = await client.get(path, headers={"Accept-Encoding": "identity"})
    refusing = await client.get(path, headers={"Accept-Encoding": "gzip;q=0"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert "Content-Encoding" not in refusing.headers
    assert await packed.read() == await plain.read()


async def test_pages_are_remembered_by_language(client):
    for _ in range(3):
        chinese = await client.get("/", headers={"Accept-Language": "zh-TW"})
        english = await client.get("/", headers={"Accept-Language": "en"})
        assert 'lang="zh-TW"' in await chinese.text()
        assert 'lang="en"' in await english.text()


async def test_a_new_snapshot_is_answered_at_once(client, folder):
    await warmed(client, ONE)
    folder.publish([an_outlet(adult=126), *some_outlets()[1:]], at=NOW + timedelta(seconds=9))
    await client.app[SNAPSHOTS].poll()
    answer = await (await client.get(ONE)).json()
    assert (answer["snapshot"], answer["outlet"]["adult_mask"]) == (2, 126)


async def test_data_grow_stale_in_the_middle_of_a_minute(client, clock):
    await warmed(client, ONE)
    clock.now = NOW + timedelta(seconds=3 * TTL_S)
    await warmed(client, ONE)
    assert not (await (await client.get(ONE)).json())["stale"]
    clock.now += timedelta(milliseconds=1)
    assert (await (await client.get(ONE)).json())["stale"]


async def test_a_page_says_the_age_of_this_second(client, clock):
    for seconds in (2, 3, 4):
        clock.now = NOW + timedelta(seconds=seconds)
        for _ in range(3):
            assert f'data-age="{seconds}"' in await (await client.get("/")).text()


async def test_nothing_outlasts_the_minute(client, clock, looks):
    await warmed(client, ONE)
    clock.now = NOW + timedelta(seconds=60)
    looks.clear()
    await client.get(ONE)
    assert looks


async def test_errors_and_parts_are_never_remembered(client, looks):
    for path, headers in (
        ("/api/v1/outlets/5900000000", {}),
        ("/api/v1/nearby?lat=x", {}),
        ("/data/points.json", {"Range": "bytes=0-9"}),
        ("/healthz", {}),
    ):
        looks.clear()
        for _ in range(3):
            await client.get(path, headers=headers)
        assert len(looks) == 3


async def test_what_comes_from_memory_is_counted_too(client):
    for _ in range(5):
        await client.get(ONE)
    text = await (await client.get("/metrics")).text()
    assert 'seconds_count{route="/api/v1/outlets/{code}",status="2xx"} 5.0' in text


async def test_a_304_from_memory_is_counted_as_such(client):
    await warmed(client, ONE)
    tag = (await client.get(ONE)).headers["ETag"]
    for _ in range(3):
        assert (await client.get(ONE, headers={"If-None-Match": tag})).status == 304
    text = await (await client.get("/metrics")).text()
    assert 'seconds_count{route="/api/v1/outlets/{code}",status="3xx"} 3.0' in text
    assert 'seconds_count{route="/api/v1/outlets/{code}",status="2xx"} 3.0' in text


async def test_each_answer_from_memory_has_a_name_of_its_own(client):
    await warmed(client, ONE)
    tag = (await client.get(ONE)).headers["ETag"]
    names = set()
    for headers in ({}, {"If-None-Match": tag}, {}, {"Range": "bytes=0-1"}):
        names.add((await client.get(ONE, headers=headers)).headers["X-Request-ID"])
    names.add((await client.head(ONE)).headers["X-Request-ID"])
    assert len(names) == 5
