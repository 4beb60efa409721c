"""What the map is fed with: every outlet that a search means, small, from one snapshot."""

from __future__ import annotations

import gzip
import random

import pytest
from aiohttp import ClientSession

from core.domain.snapshot import AVAILABILITIES
from tests.public_site.releases import many_outlets, some_outlets

pytestmark = pytest.mark.slow

# What a phone in a queue may be asked to load for the whole country.
MOST_PACKED_BYTES = 75_000


def rows_of(body: dict) -> list[dict]:
    return [dict(zip(body["fields"], row, strict=True)) for row in body["outlets"]]


async def test_the_rows_say_what_the_records_say(client):
    body = await (await client.get("/api/v1/map")).json()
    rows = {row["code"]: row for row in rows_of(body)}
    for record in some_outlets():
        row = rows[record.code]
        assert (row["lat"], row["lon"]) == (round(record.lat, 4), round(record.lon, 4))
        assert {name: row[name] for name in record.counts} == record.counts
        assert body["availabilities"][row["availability"]] == record.availability
    assert body["availabilities"] == list(AVAILABILITIES)
    assert len(rows) == len(some_outlets())


async def test_levels_in_the_answer_name_the_levels_of_the_records(client):
    levels = (await (await client.get("/api/v1/map")).json())["levels"]
    for record in some_outlets():
        for product, pieces in record.counts.items():
            level = next(name for name, least in levels.items() if pieces >= least)
            assert level == record.levels[product]


async def test_the_map_means_the_same_outlets_as_the_list(client):
    for query in ("county=63000", "kind=health_centre", "q=大同", "in_stock=1&product=child_mask"):
        listed = await (await client.get(f"/api/v1/outlets?limit=1000&{query}")).json()
        shown = await (await client.get(f"/api/v1/map?{query}")).json()
        codes = [outlet["code"] for outlet in listed["outlets"]]
        assert codes and [row["code"] for row in rows_of(shown)] == codes, query
        assert shown["snapshot"] == listed["snapshot"]


async def test_what_is_in_a_box_is_found_and_a_bad_box_is_refused(client):
    shown = await (await client.get("/api/v1/map?bbox=121.5,25.04,121.518,25.06")).json()
    assert [row["code"] for row in rows_of(shown)] == ["5901012345", "5901012346", "5901012348"]
    assert (await client.get("/api/v1/map?bbox=1,2,3")).status == 400


async def test_the_answer_is_known_by_its_tag_until_the_snapshot_changes(client, folder, clock):
    first = await client.get("/api/v1/map")
    again = await client.get("/api/v1/map", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status == 304


async def test_the_whole_country_is_small(folder, start):
    seed = random.randrange(2**32)
    print("seed", seed)
    folder.publish(many_outlets(random.Random(seed), 6_500))
    client = await start()
    # As it comes over the line: the client of the tests unpacks by itself.
    async with ClientSession(auto_decompress=False) as session:
        headers = {"Accept-Encoding": "gzip"}
        async with session.get(client.make_url("/api/v1/map"), headers=headers) as answer:
            packed = await answer.read()
    assert answer.headers["Content-Encoding"] == "gzip"
    print("bytes", len(packed))
    assert len(packed) <= MOST_PACKED_BYTES
    assert gzip.decompress(packed).startswith(b'{"snapshot":1,')


async def test_a_card_shows_one_outlet_and_an_unknown_one_is_not_found(client):
    card = await (await client.get("/outlets/5901012348/card?lang=zh-TW")).text()
    assert "暫停藥局" in card and "暫停販售" in card and "盤點中" in card
    assert "<html" not in card and "style=" not in card
    assert (await client.get("/outlets/5999999999/card")).status == 404
