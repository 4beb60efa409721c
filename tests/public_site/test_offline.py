"""What makes the site installable, and what a browser keeps of it."""

from __future__ import annotations

import json
import re

from aiohttp import ClientSession

from core.domain.snapshot import AVAILABILITIES
from public_site import static_files
from tests.public_site.releases import an_outlet, some_outlets


async def test_the_manifest_names_the_site_in_both_languages_and_pictures_that_exist(client):
    for language, name in (("zh-TW", "口罩哪裡買"), ("en", "Where to buy masks")):
        answer = await client.get(f"/manifest.webmanifest?lang={language}")
        assert answer.content_type == "application/manifest+json"
        manifest = json.loads(await answer.text())
        assert manifest["name"] == name and manifest["display"] == "standalone"
        assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
        for icon in manifest["icons"]:
            picture = await (await client.get(icon["src"])).read()
            assert picture.startswith(b"\x89PNG")
            width = int.from_bytes(picture[16:20], "big")
            assert icon["sizes"] == f"{width}x{width}"


async def test_the_worker_keeps_a_shell_that_exists_and_no_page_with_numbers(client):
    answer = await client.get("/sw.js")
    assert answer.content_type == "text/javascript"
    assert answer.headers["Cache-Control"] == "no-cache"
    settings = json.loads(re.search(r"SETTINGS = (\{.*?\});", await answer.text())[1])
    assert len(settings["shell"]) > 5
    for address in settings["shell"]:
        kept = await client.get(address)
        assert kept.status == 200, address
        assert address.startswith(("/static/", "/offline?")), address
        assert "健安藥局" not in (await kept.read()).decode(errors="replace")


async def test_the_worker_is_the_same_while_what_it_keeps_is(client, folder):
    before = await (await client.get("/sw.js")).text()
    folder.publish([an_outlet(adult=1), *some_outlets()[1:]])
    after = await client.get("/sw.js")
    assert await after.text() == before
    again = await client.get("/sw.js", headers={"If-None-Match": after.headers["ETag"]})
    assert again.status == 304


async def test_the_offline_page_is_there_before_any_snapshot(start, folder):
    client = await start()
    answer = await client.get("/offline")
    assert answer.status == 200
    page = await answer.text()
    assert "離線查詢" in page and static_files.address("offline.js") in page


async def test_the_saved_snapshot_says_what_the_records_say(client):
    body = await (await client.get("/api/v1/offline")).json()
    rows = [dict(zip(body["fields"], row, strict=True)) for row in body["outlets"]]
    records = sorted(some_outlets(), key=lambda record: record.code)
    for row, record in zip(rows, records, strict=True):
        for name in ("code", "name", "address", "phone"):
            assert row[name] == getattr(record, name)
        assert {name: row[name] for name in record.counts} == record.counts
        assert AVAILABILITIES[row["availability"]] == record.availability
    assert set(body["products"]) == set(records[0].counts)
    assert {"snapshot", "checked_at", "stale"} <= set(body)


async def test_the_saved_snapshot_is_known_by_its_tag(client):
    async with ClientSession() as session:
        async with session.get(client.make_url("/api/v1/offline")) as first:
            tag = first.headers["ETag"]
        async with session.get(
            client.make_url("/api/v1/offline"), headers={"If-None-Match": tag}
        ) as again:
            assert again.status == 304
