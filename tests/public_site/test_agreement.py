"""One truth at a time: CSV, GeoJSON, points.json, API and pages say the same of one snapshot."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from datetime import timedelta

import pytest
from msgspec.structs import replace

from public_site.keys import SNAPSHOTS
from tests.public_site.releases import NOW, an_outlet, many_outlets

pytestmark = pytest.mark.slow

HERO = re.compile(r'<span class="pieces"><b>([\d,]+)</b>')


def numbers_on(page: str) -> list[int]:
    """Return the numbers of the first outlet on a page."""
    return [int(text.replace(",", "")) for text in HERO.findall(page)[:2]]


async def test_every_format_says_the_same_of_each_outlet(folder, start, rng):
    outlets = list({o.code: o for o in many_outlets(rng, 400)}.values())
    folder.publish(outlets)
    client = await start()
    table = (await (await client.get("/data/maskdata.csv")).read()).decode("utf-8-sig")
    official = {row["醫事機構代碼"]: row for row in csv.DictReader(io.StringIO(table))}
    points = await (await client.get("/json/points.json")).json(content_type=None)
    points = {f["properties"]["id"]: f["properties"] for f in points["features"]}
    geojson = await (await client.get("/data/outlets.geojson")).json(content_type=None)
    features = {f["properties"]["code"]: f["properties"] for f in geojson["features"]}
    for record in rng.sample(outlets, 30):
        both = [record.counts["adult_mask"], record.counts["child_mask"]]
        if any(both):
            row = official[record.code]
            assert [int(row["成人口罩剩餘數"]), int(row["兒童口罩剩餘數"])] == both
            assert row["醫事機構名稱"] == record.name
        else:
            assert record.code not in official
        point, feature = points[record.code], features[record.code]
        assert [point["mask_adult"], point["mask_child"]] == both
        assert [feature["adult_mask"], feature["child_mask"]] == both
        one = await (await client.get(f"/api/v1/outlets/{record.code}")).json()
        assert [one["outlet"]["adult_mask"], one["outlet"]["child_mask"]] == both
        page = await (await client.get(f"/outlets/{record.code}")).text()
        assert numbers_on(page) == both
        listed = await (await client.get(f"/?q={record.code}")).text()
        assert numbers_on(listed) == both


async def test_no_answer_mixes_two_snapshots_while_they_change(folder, start):
    """Release N gives every outlet N adult masks; readers hammer the site during the swaps."""
    outlets = [an_outlet(f"59010100{n:02d}", adult=1) for n in range(40)]
    folder.publish(outlets)
    client = await start()
    done = asyncio.Event()
    seen: set[int] = set()

    async def read() -> None:
        while not done.is_set():
            answer = await (await client.get("/api/v1/outlets?limit=1000")).json()
            assert {o["adult_mask"] for o in answer["outlets"]} == {answer["snapshot"]}
            near = await (await client.get("/api/v1/nearby?lat=25.0478&lon=121.517")).json()
            assert {o["adult_mask"] for o in near["outlets"]} == {near["snapshot"]}
            file = await client.get("/data/outlets.geojson")
            body = await file.json(content_type=None)
            numbers = {f["properties"]["adult_mask"] for f in body["features"]}
            assert numbers == {body["snapshot"]} == {int(file.headers["X-Snapshot"])}
            page = await (await client.get("/")).text()
            stated = int(re.search(r"第 (\d+) 號資料集", page)[1])
            assert set(HERO.findall(page)[::2]) == {str(stated)}
            assert answer["snapshot"] <= near["snapshot"] <= body["snapshot"] <= stated
            seen.add(stated)

    readers = [asyncio.create_task(read()) for _ in range(8)]
    for number in range(2, 14):
        changed = [replace(o, counts={**o.counts, "adult_mask": number}) for o in outlets]
        at = NOW + timedelta(seconds=number)
        await asyncio.to_thread(folder.publish, changed, at=at)
        await client.app[SNAPSHOTS].poll()
        for _ in range(20):
            await asyncio.sleep(0)
    await asyncio.wait(readers, timeout=0.5, return_when=asyncio.FIRST_EXCEPTION)
    done.set()
    await asyncio.gather(*readers)
    assert len(seen) > 1
