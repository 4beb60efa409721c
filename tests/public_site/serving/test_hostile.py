"""What hostile and clumsy clients meet: a definite answer, an end, and nobody else suffers."""

from __future__ import annotations

import asyncio
import gzip
import re

import pytest

from tests.public_site.serving.conftest import SHORT_S, Site, status_of, until_closed

pytestmark = pytest.mark.slow

HOST = b"Host: site\r\n"
GOOD = b"GET /healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n"
HEAD_OF_FORM = (
    b"POST /form HTTP/1.1\r\n" + HOST + (b"Content-Type: application/x-www-form-urlencoded\r\n")
)


def get(path: str, *lines: str, version: str = "1.1") -> bytes:
    """Return a request; its connection is to be closed after the answer."""
    head = [f"GET {path} HTTP/{version}", "Host: site", "Connection: close", *lines]
    return "\r\n".join([*head, "", ""]).encode("latin-1")


REFUSED = {
    "a query of two thousand keys": (get("/api/v1/outlets?" + "a=1&" * 1800), 414),
    "a query of a hundred keys": (get("/api/v1/outlets?" + "a=1&" * 100), 400),
    "a very long path": (get("/" + "x" * 9000), 414),
    "a thousand codes": (get("/api/v1/outlets?codes=" + "5901012345," * 1000), 414),
    "a line that never ends": (get("/" + "x" * 40_000), 400),
    "a header that never ends": (get("/", "X: " + "y" * 9000), 400),
    "a thousand headers": (get("/", *(f"X-{n}: 1" for n in range(1000))), 400),
    "a zero byte in a header": (get("/", "X: a\0b"), 400),
    "a space before the colon": (get("/", "Content-Length : 5"), 400),
    "a folded header": (get("/", "X: a\r\n b"), 400),
    "a header without a colon": (get("/", "nonsense"), 400),
    "two lengths": (get("/", "Content-Length: 5", "Content-Length: 6") + b"abcdef", 400),
    "a length with a sign": (get("/", "Content-Length: +5") + b"abcde", 400),
    "a length and chunks": (
        get("/", "Content-Length: 5", "Transfer-Encoding: chunked") + b"0\r\n\r\n",
        400,
    ),
    "chunks and something else": (get("/", "Transfer-Encoding: chunked, identity"), 400),
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
    "HTTP of 1991": (b"GET /\r\n\r\n", 400),
    "HTTP of the future": (get("/", version="9.9"), 400),
    "a method nobody knows": (b"STEAL / HTTP/1.1\r\n" + HOST + b"\r\n", 400),
    "a body with GET": (get("/", "Content-Length: 5") + b"abcde", 413),
    "a packed body with GET": (
        get("/", "Content-Encoding: gzip", "Content-Length: 5") + b"abcde",
        413,
    ),
    "an address that is not there": (get("/wp-login.php"), 404),
    "a path out of the folder": (get("/data/../../keys/public-key.pem"), 404),
    "a broken escape": (get("/outlets/%ff%fe"), 404),
    "a deeply nested cursor": (get("/api/v1/outlets?cursor=" + "%5B" * 1000), 400),
}


@pytest.mark.parametrize("name", REFUSED)
async def test_what_no_client_should_send_is_refused_and_closed(site: Site, name):
    request, status = REFUSED[name]
    assert status_of(await site.say(request)) == status
    assert status_of(await site.say(GOOD)) == 200


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
async def test_other_methods_are_named_impossible(site: Site, method):
    request = f"{method} /api/v1/outlets HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n"
    answer = await site.say(request.encode())
    assert status_of(answer) == 405
    assert b"\r\nAllow: GET,HEAD\r\n" in answer


@pytest.mark.parametrize(
    ("path", "status", "allowed"),
    [("/", 204, b"GET, HEAD, OPTIONS"), ("/api/v1/outlets", 204, b"GET, HEAD, OPTIONS")],
)
async def test_options_says_what_is_possible(site: Site, path, status, allowed):
    request = f"OPTIONS {path} HTTP/1.1\r\nHost: site\r\nConnection: close\r\n\r\n"
    answer = await site.say(request.encode())
    assert status_of(answer) == status
    assert b"\r\nAllow: " + allowed + b"\r\n" in answer
    assert (b"Access-Control-Allow-Methods" in answer) == path.startswith("/api/")


@pytest.mark.parametrize("begin", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: si"])
async def test_who_sends_nothing_or_half_a_head_is_let_go(site: Site, begin):
    reader, writer = await site.connect()
    writer.write(begin)
    assert await until_closed(reader) == b""
    writer.close()


async def test_who_dribbles_a_head_is_let_go(site: Site):
    reader, writer = await site.connect()
    ended = asyncio.create_task(until_closed(reader))
    for byte in b"GET / HTTP/1.1\r\nX-Long: " + b"y" * 8000:
        writer.write(bytes([byte]))
        if (await asyncio.wait([ended], timeout=SHORT_S / 8))[0]:
            break
    assert ended.done()
    writer.close()


async def test_who_falls_silent_after_an_answer_is_let_go(site: Site):
    reader, writer = await site.connect()
    writer.write(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
    assert status_of(await until_closed(reader)) == 200
    writer.close()


@pytest.mark.parametrize(
    "length", [b"Content-Length: 100\r\n\r\na=1", b"Transfer-Encoding: chunked\r\n\r\n3\r\na=1"]
)
async def test_who_dribbles_a_form_is_told_so_and_let_go(site: Site, length):
    answer = await site.say(HEAD_OF_FORM + length)
    assert status_of(answer) == 408
    assert b"Connection: close" in answer


async def test_a_form_is_read(site: Site):
    body = b"name=%E8%87%BA%E5%8C%97&url=a&url=b&empty="
    lines = b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body)
    answer = await site.say(HEAD_OF_FORM + lines + body)
    assert status_of(answer) == 200
    assert answer.endswith(rb'{"name": "\u81fa\u5317", "url": "b", "empty": ""}')


BAD_FORMS = {
    "too long": (b"Content-Length: 20000\r\n\r\n", b"a" * 20000, 413),
    "chunked and too long": (
        b"Transfer-Encoding: chunked\r\n\r\n",
        b"4e20\r\n" + b"a" * 20000 + b"\r\n0\r\n\r\n",
        413,
    ),
    "packed": (b"Content-Encoding: gzip\r\nContent-Length: 60\r\n\r\n", b"\0" * 60, 415),
    "a thousand fields": (b"Content-Length: 3999\r\n\r\n", b"&".join([b"a=1"] * 1000), 400),
    "not its text": (b"Content-Length: 2\r\n\r\n", b"\xff\xfe", 400),
    "broken chunks": (b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\nabc\r\n", 400),
}


@pytest.mark.parametrize("name", BAD_FORMS)
async def test_a_bad_form_is_refused(site: Site, name):
    lines, body, status = BAD_FORMS[name]
    assert status_of(await site.say(HEAD_OF_FORM + b"Connection: close\r\n" + lines + body)) == (
        status
    )


async def test_other_kinds_of_bodies_are_refused(site: Site):
    bomb = gzip.compress(b"[" * 2**20)
    head = b"POST /form HTTP/1.1\r\n" + HOST + b"Content-Type: application/json\r\n"
    lines = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    assert status_of(await site.say(head + lines + bomb)) == 415


@pytest.mark.parametrize("target", [b"GET /", b"POST /", b"POST /form", b"PUT /api/v1/outlets"])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_of_50_mib_is_refused_unread(site: Site, target, chunked):
    """The client may send all it likes; the site answers, reads a little, and goes."""
    reader, writer = await site.connect()
    how = b"Transfer-Encoding: chunked" if chunked else b"Content-Length: %d" % (50 * 2**20)
    form = b"Content-Type: application/x-www-form-urlencoded\r\n"
    writer.write(target + b" HTTP/1.1\r\n" + HOST + form + how + b"\r\n\r\n")
    piece = b"x" * 2**20
    answer = asyncio.create_task(until_closed(reader))
    sent = 0
    try:
        while sent < 50:
            writer.write(b"100000\r\n" + piece + b"\r\n" if chunked else piece)
            await writer.drain()
            sent += 1
    except ConnectionError:
        pass
    assert status_of(await answer) in (405, 413)
    assert sent < 50
    writer.close()
    assert status_of(await site.say(GOOD)) == 200


async def test_no_body_is_invited_where_none_is_read(site: Site):
    answer = await site.say(get("/", "Expect: 100-continue", "Content-Length: 50000000"))
    assert status_of(answer) == 413
    assert b"100 Continue" not in answer
    invited = await site.say(HEAD_OF_FORM + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\na=1")
    assert invited.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")


async def test_requests_in_one_piece_are_answered_in_their_order(site: Site):
    three = [b"/api/v1/snapshot", b"/healthz", b"/nowhere"]
    request = b"".join(b"GET %b HTTP/1.1\r\nHost: a\r\n\r\n" % path for path in three)
    answer = await site.say(request)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"200", b"404"]


async def test_a_hidden_second_request_is_not_answered(site: Site):
    """What one server takes for a body and another for a request is neither here."""
    hidden = b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n"
    lines = (f"Content-Length: {len(hidden)}", "Transfer-Encoding: chunked")
    assert (await site.say(get("/", *lines) + b"0\r\n\r\n" + hidden)).count(b"HTTP/1.") == 1
    body = get("/", f"Content-Length: {len(hidden)}") + hidden
    assert (await site.say(body)).count(b"HTTP/1.") == 1


async def test_unreadable_requests_are_counted_and_not_logged(site: Site, caplog):
    await site.say(b"nonsense\r\n\r\n")
    await site.say(get("/", "X: a\0b"))
    counted = await site.say(get("/metrics"))
    assert b'route="unreadable",status="4xx"} 2.0' in counted
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


async def test_an_upgrade_nobody_offers_is_an_ordinary_request(site: Site):
    lines = ("Upgrade: websocket", "Sec-WebSocket-Key: x")
    request = get("/healthz", *lines).replace(b"Connection: close", b"Connection: Upgrade")
    assert status_of(await site.say(request)) == 200
    tunnel = b"CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n"
    assert status_of(await site.say(tunnel)) in (404, 405, 413)
