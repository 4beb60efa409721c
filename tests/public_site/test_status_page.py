"""The page about the service: alive, late or ended; the same numbers as the interface."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from public_site.courses import COURSES
from public_site.keys import SNAPSHOTS
from tests.public_site.course_days import CODE, MORNING, TODAY, write_course
from tests.public_site.releases import NOW, masks, some_outlets
from tests.public_site.test_pages import read, with_language


async def test_numbers_are_those_of_the_interface(client):
    page = await read(client, "/status")
    answer = await (await client.get("/api/v1/snapshot")).json()
    assert answer["feed"] == {"status": "active", "sunset": None}
    for name, unit in (("adult_mask", "成人口罩"), ("child_mask", "兒童口罩")):
        assert f"{unit} {answer['counts'][name]:,} 片" in page.text
    assert f"販售點 {answer['counts']['outlets']}" in page.text
    assert f"現在有的販售點 {answer['counts']['outlets_with_stock']}" in page.text
    for member in ("ledger_position", "state_position", "audit_position", "audit_head"):
        assert answer[member] in page.text
    assert answer["rules"]["hash"] in page.text


async def test_the_feed_is_active_late_or_ended(folder, start, clock):
    folder.publish(some_outlets())
    client = await start(sunset=date(2020, 2, 7))
    assert "資料正常更新" in (await read(client, "/status")).text
    assert "最後一天：2020-02-07" in (await read(client, "/status")).text
    clock.now = NOW + timedelta(minutes=10)
    assert "資料已停止更新" in (await read(client, "/status")).text
    clock.now = NOW + timedelta(days=2)
    ended = await read(client, "/status")
    assert "資料已結束發布" in ended.text
    assert "Publishing has ended" in (await read(client, "/status?lang=en")).text


async def test_without_a_sunset_or_contact_the_page_says_so(client):
    page = await read(client, "/status")
    assert "沒有預定的結束日" in page.text
    assert "聯絡 未提供" in page.text


async def test_the_contact_is_a_link(folder, start):
    folder.publish(some_outlets())
    page = await read(await start(contact="mailto:masks@example.tw"), "/status")
    assert any(link["href"] == "mailto:masks@example.tw" for link in page.all("a"))
    assert "masks@example.tw" in page.text


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("SNAPSHOT_UNTRUSTED", "簽章或內容不符", "signature or contents"),
        ("SNAPSHOT_OLDER", "比現有的資料舊", "older than what is served"),
        ("SNAPSHOT_SHRUNKEN", "販售點突然少了許多", "a good part of the outlets"),
        ("NOT_FOUND", "檔案不完整", "files are missing"),
        ("PermissionError", "讀取時發生問題", "could not be read"),
    ],
)
async def test_a_refused_snapshot_is_told_in_words_with_its_code(client, clock, code, zh, en):
    assert "沒有採用" not in (await read(client, "/status")).text
    client.app[SNAPSHOTS].fault_code = code
    clock.now += timedelta(seconds=1)
    page = await read(client, "/status")
    assert zh in page.text and code in page.text
    assert en in (await read(client, "/status?lang=en")).text


async def test_a_real_damage_shows_and_goes(folder, start):
    folder.publish(some_outlets())
    client = await start()
    place = folder.root / "current.json"
    good = place.read_bytes()
    place.write_bytes(good.replace(b'"sequence":1', b'"sequence":9'))
    await client.app[SNAPSHOTS].poll()
    assert "簽章或內容不符" in (await read(client, "/status")).text
    folder.publish(some_outlets(), at=NOW + timedelta(seconds=1))
    await client.app[SNAPSHOTS].poll()
    assert "沒有採用" not in (await read(client, "/status")).text


async def test_before_the_first_snapshot_the_page_says_that_it_starts(start):
    page = await read(await start(), "/status", 503)
    assert "資料準備中" in page.text


async def test_before_the_first_good_snapshot_the_fault_is_named(folder, start):
    folder.publish(some_outlets())
    place = folder.root / "current.json"
    place.write_bytes(place.read_bytes() + b" ")
    page = await read(await start(), "/status", 503)
    assert "資料準備中" in page.text
    assert "簽章或內容不符" in page.text


async def test_the_rules_are_those_of_the_clocks_day(folder, start, clock):
    folder.publish(some_outlets(), at=NOW.replace(month=3, day=4))
    clock.now = NOW.replace(month=3, day=5)
    assert "口罩實名制 2020-03-05" in (await read(await start(), "/status")).text


async def test_pinned_rules_are_marked(folder, start):
    folder.publish(some_outlets(), programme=masks(date(2020, 2, 6)))
    assert "2020-02-06 示範：固定" in (await read(await start(), "/status")).text


async def test_courses_and_announcements_are_linked(folder, start):
    folder.publish(some_outlets())
    write_course(folder, {CODE: MORNING})
    client = await start()
    await client.app[COURSES].poll()
    page = await read(client, "/status")
    hrefs = [link["href"] for link in page.all("a")]
    assert f"/data/courses/{TODAY}.json" in hrefs
    assert "/data/announcements.atom" in hrefs


@pytest.mark.parametrize("language", ["zh-TW", "en"])
async def test_lines_for_machines_name_the_host_that_was_asked(client, language):
    page = await read(client, with_language("/status", language), Host="masks.example:8080")
    assert "curl -s http://masks.example:8080/api/v1/snapshot" in page.text
