"""What a hostile client writes into fields that nobody reads as text."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.pharmacy_portal.tills import API, Till, World, a_buyer, a_sale, an_even_number

MARKED = an_even_number(77)


def holds_number(state: Path) -> list[str]:
    """Return the files below a folder in which the marked number stands."""
    files = (path for path in state.rglob("*") if path.is_file())
    return [path.name for path in files if MARKED.encode() in path.read_bytes()]


async def test_a_number_in_a_field_that_is_none_is_kept_nowhere(
    world: World, counter: Till
) -> None:
    for body in (a_buyer(identity_type=MARKED), a_buyer("x", identity_type=MARKED)):
        await counter.post("/eligibility", body)
        await counter.post("/disputes", body)
        await counter.sell(a_sale(identity_type=MARKED))
        await counter.sell(a_buyer() | {"pieces": {MARKED: 1}})
    await counter.client.delete(f"{API}/agents/{MARKED}")
    await counter.post(f"/sales/{MARKED}/void")
    administrator, steward = await world.open_till(), await world.open_till()
    await administrator.log_in("administrator-1")
    services = {"role": MARKED, "services": ["purchase"]}
    for method, path, sent in (
        ("PUT", f"/people/users/{MARKED}/services", services),
        ("DELETE", f"/people/users/{MARKED}", None),
        ("POST", f"/people/users/{MARKED}/renewal", {}),
        ("PUT", f"/people/staff/{MARKED}", {"blocked": True}),
        ("DELETE", f"/people/users/codes/{MARKED}", None),
        ("DELETE", f"/account/access/{MARKED}/{MARKED}", None),
    ):
        answer = await administrator.client.request(method, API + path, json=sent)
        assert 400 <= answer.status < 500, path
    await steward.log_in("steward-1")
    await steward.post(f"/steward/directory/{MARKED}", {"verdict": "accepted"})
    await steward.post(f"/steward/stops/{MARKED}/lift", {"confirmation": "x"})
    await steward.post(f"/steward/proposals/{MARKED}", {"verdict": "accepted"})
    assert holds_number(world.settings.state) == []


@pytest.mark.parametrize("path", ["/day", "/day.csv", f"{API}/day"])
@pytest.mark.parametrize("day", ["0001-01-01", "1911-12-31", "9999-12-31", "x"])
async def test_a_day_out_of_all_bounds_is_refused(counter: Till, path: str, day: str) -> None:
    assert (await counter.get(f"{path}?date={day}")).status == 400


async def test_a_position_beyond_every_number_is_refused(counter: Till) -> None:
    for lat in (10**400, "1e999", "nan", True, None, []):
        proposal = {"kind": "position", "value": {"lat": lat, "lon": 121.5}}
        assert (await counter.post("/outlet/proposals", proposal)).status == 400


async def test_cookies_of_no_text_are_nobodys(till: Till) -> None:
    for name in (b"maskmap_session", b"maskmap-login"):
        for path in ("/api/v1/login", "/api/v1/me"):
            method = "POST" if path.endswith("login") else "GET"
            place = till.client.make_url("/")
            reader, writer = await asyncio.open_connection(place.host, place.port)
            head = f"{method} {path} HTTP/1.1\r\nHost: {place.authority}\r\n"
            end = b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
            writer.write(head.encode() + b"Cookie: " + name + b"=\xff\xfe\r\n" + end)
            status = (await reader.readline()).split()[1]
            writer.close()
            assert status in (b"400", b"401", b"403"), (name, path)
