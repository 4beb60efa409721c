"""Answers as ready bytes are answers like any other: HEAD, old HTTP, closing, gone clients."""

from __future__ import annotations

import re

import pytest

from tests.public_site.serving.conftest import Site, status_of

ONE = "/api/v1/outlets/5901012345"


def ask(path: str, *lines: str, method: str = "GET", version: str = "1.1") -> bytes:
    """Return a request."""
    head = [f"{method} {path} HTTP/{version}", "Host: site", *lines, "", ""]
    return "\r\n".join(head).encode()


def taken_apart(answer: bytes) -> tuple[dict[str, str], bytes]:
    """Return an answer's headers and body."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")[1:]
    names = [line.partition(":")[0].lower() for line in lines]
    assert len(names) == len(set(names)), "a header stands there twice"
    return {line.partition(":")[0].lower(): line.partition(":")[2].strip() for line in lines}, body


@pytest.mark.parametrize("path", [ONE, "/", "/data/points.json", "/static/site.css", "/nowhere"])
async def test_every_answer_has_its_length_its_date_and_its_name(site: Site, path):
    headers, body = taken_apart(await site.say(ask(path, "Connection: close")))
    assert int(headers["content-length"]) == len(body) > 0
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", headers["date"])
    assert re.fullmatch(r"[0-9a-f]{20}", headers["x-request-id"])
    assert headers["server"] == "maskmap"
    assert headers["connection"] == "close"


async def test_a_connection_is_kept_for_the_next_request_unless_it_shall_be_closed(site: Site):
    last = ask(ONE, "Connection: close")
    answer = await site.say(ask(ONE) + ask(ONE) + last)
    assert answer.count(b"HTTP/1.1 200 OK") == 3
    assert answer.count(b"Connection: ") == 1


async def test_http_of_1996_is_closed_unless_it_asks_otherwise(site: Site):
    closed, _ = taken_apart(await site.say(ask(ONE, version="1.0")))
    assert closed["connection"] == "close"
    kept = ask(ONE, "Connection: keep-alive", version="1.0")
    answer = await site.say(kept + ask(ONE, version="1.0"))
    assert answer.count(b" 200 OK\r\n") == 2
    assert answer.count(b"Connection: keep-alive\r\n") == 1


@pytest.mark.parametrize("path", [ONE, "/data/points.json", "/static/site.css", "/"])
async def test_head_has_the_headers_and_no_body(site: Site, path):
    whole, body = taken_apart(await site.say(ask(path, "Connection: close")))
    head, nothing = taken_apart(await site.say(ask(path, "Connection: close", method="HEAD")))
    assert nothing == b""
    assert head["content-length"] == whole["content-length"] == str(len(body))
    assert set(head) == set(whole)


async def test_304_has_the_tag_and_no_body(site: Site):
    whole, _ = taken_apart(await site.say(ask(ONE, "Connection: close")))
    known = ask(ONE, f"If-None-Match: {whole['etag']}", "Connection: close")
    answer = await site.say(known)
    headers, body = taken_apart(answer)
    assert (status_of(answer), body) == (304, b"")
    assert headers["etag"] == whole["etag"]
    assert headers["cache-control"] == whole["cache-control"]
    assert not {"content-length", "content-type", "content-encoding"} & set(headers)


async def test_a_client_who_goes_away_harms_nobody(site: Site, caplog):
    for path in ("/data/outlets.geojson", ONE, "/"):
        for _ in range(5):
            _, writer = await site.connect()
            writer.write(ask(path) * 20)
            await writer.drain()
            writer.transport.abort()
    assert status_of(await site.say(ask("/healthz", "Connection: close"))) == 200
    assert not [record for record in caplog.records if record.levelname in ("ERROR", "CRITICAL")]
