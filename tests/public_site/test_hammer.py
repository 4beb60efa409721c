"""Two hundred releases while everything is asked at once: no answer mixes two, none goes back.

Release N gives every outlet N adult masks and 2N child masks, so that any number of any answer
names the snapshot it came from.
"""

from __future__ import annotations

import asyncio
import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from aiohttp import ClientResponse
from msgspec.structs import replace

from core.domain.snapshot import OutletRecord
from public_site.keys import SNAPSHOTS
from tests.public_site.releases import NOW, an_outlet, masks

pytestmark = pytest.mark.slow

RELEASES, OUTLETS, READERS_EACH = 200, 30, 2
PIECES = re.compile(r'<span class="pieces"><b>([\d,]+)</b>')
STATED = re.compile(r"第 (\d+) 號資料集")


def release(number: int) -> list[OutletRecord]:
    """Return the outlets of a release."""
    levels = masks().levels
    counts = {"adult_mask": number, "child_mask": 2 * number}
    known = {product: levels.of(pieces) for product, pieces in counts.items()}
    return [
        replace(an_outlet(f"59010100{place:02d}"), counts=counts, levels=known)
        for place in range(OUTLETS)
    ]


def of_api(answer: ClientResponse, body: bytes) -> tuple[int, list[int]]:
    """Return the snapshot that an answer names, and every snapshot that its numbers mean."""
    document = json.loads(body)
    outlets = document.get("outlets") or [document["outlet"]]
    return document["snapshot"], [n for one in outlets for n in means(one)]


def means(properties: dict[str, int]) -> Iterator[int]:
    """Yield which release a pair of numbers means."""
    yield int(properties["adult_mask"])
    yield int(properties["child_mask"]) // 2


def of_snapshot(answer: ClientResponse, body: bytes) -> tuple[int, list[int]]:
    document = json.loads(body)
    named = {int(entry["url"].split("/")[2]) for entry in document["files"]}
    return document["snapshot"], [int(document["ledger_position"]) // 10, *named]


def of_geojson(answer: ClientResponse, body: bytes) -> tuple[int, list[int]]:
    document = json.loads(body)
    numbers = [n for feature in document["features"] for n in means(feature["properties"])]
    return int(answer.headers["X-Snapshot"]), [*numbers, document["snapshot"]]


def of_points(answer: ClientResponse, body: bytes) -> tuple[int, list[int]]:
    features = json.loads(body)["features"]
    numbers = [feature["properties"]["mask_adult"] for feature in features]
    return int(answer.headers["X-Snapshot"]), numbers


def of_csv(answer: ClientResponse, body: bytes) -> tuple[int, list[int]]:
    rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig")))
    return int(answer.headers["X-Snapshot"]), [int(row["成人口罩剩餘數"]) for row in rows]


def of_page(answer: ClientResponse, body: bytes) -> tuple[int, list[int]]:
    text = body.decode()
    found = [int(shown.replace(",", "")) for shown in PIECES.findall(text)]
    return int(STATED.findall(text)[-1]), [*found[::2], *(n // 2 for n in found[1::2])]


QUESTIONS: dict[str, Callable[[ClientResponse, bytes], tuple[int, list[int]]]] = {
    "/api/v1/outlets?limit=1000": of_api,
    "/api/v1/outlets/5901010007": of_api,
    "/api/v1/nearby?lat=25.0478&lon=121.517&limit=20": of_api,
    "/api/v1/snapshot": of_snapshot,
    "/data/outlets.geojson": of_geojson,
    "/json/points.json": of_points,
    "/data/maskdata.csv": of_csv,
    "/": of_page,
    "/outlets/5901010007": of_page,
}


async def test_two_hundred_releases_under_load_never_mix_nor_go_back(folder, start, clock):
    folder.publish(release(1))
    client = await start()
    done = asyncio.Event()
    answers = 0

    async def read(path: str, understand: Callable[..., tuple[int, list[int]]]) -> set[int]:
        nonlocal answers
        seen: list[int] = []
        while not done.is_set():
            answer = await client.get(path)
            body = await answer.read()
            assert answer.status == 200, (path, answer.status, body[:200])
            snapshot, numbers = understand(answer, body)
            assert set(numbers) == {snapshot}, path
            assert snapshot >= max(seen, default=0), f"{path} went back"
            seen.append(snapshot)
            answers += 1
        return set(seen)

    readers = [
        asyncio.create_task(read(path, understand))
        for path, understand in QUESTIONS.items()
        for _ in range(READERS_EACH)
    ]
    for number in range(2, RELEASES + 2):
        at = NOW + timedelta(seconds=number / 2)
        await asyncio.to_thread(folder.publish, release(number), at=at)
        if number > 3:
            await asyncio.to_thread(folder.remove, number - 3)
        clock.now = at
        before = answers
        await client.app[SNAPSHOTS].poll()
        while answers < before + len(readers) and not any(task.done() for task in readers):
            await asyncio.sleep(0.001)
    done.set()
    seen = await asyncio.gather(*readers)
    assert client.app[SNAPSHOTS].look().view.sequence == RELEASES + 1
    print(f"{answers} answers over {RELEASES} releases")
    assert len(set.union(*seen)) > RELEASES / 2
