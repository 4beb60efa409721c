"""What changed since a release: exactly that, or a definite 410."""

from __future__ import annotations

import json
import random
from datetime import timedelta

import msgspec
import pytest

from core.domain.snapshot import release_folder
from public_site.keys import SNAPSHOTS
from publisher.release import reduce_release
from tests.public_site.releases import NOW, an_outlet, many_outlets, some_outlets

pytestmark = pytest.mark.slow


@pytest.fixture
def rng() -> random.Random:
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)


async def told(client, since: int) -> dict:
    answer = await client.get(f"/api/v1/changes?since={since}")
    assert answer.status == 200, await answer.text()
    return await answer.json()


def codes(answer: dict) -> list[str]:
    return [outlet["code"] for outlet in answer["outlets"]]


async def take(client) -> None:
    await client.app[SNAPSHOTS].poll()


def at(seconds: int):
    return NOW + timedelta(seconds=seconds)


def with_stock(outlets, code: str, adult: int):
    return [an_outlet(code, adult=adult) if o.code == code else o for o in outlets]


async def test_nothing_changed_since_the_newest(client):
    answer = await told(client, 1)
    assert (answer["outlets"], answer["removed"]) == ([], [])
    assert (answer["since"], answer["snapshot"]) == (1, 1)
    assert answer["next"] == "/api/v1/changes?since=1"


async def test_an_outlet_that_changed_comes_once_as_the_list_has_it(folder, client):
    first = some_outlets()
    folder.publish(with_stock(first, "5901012345", 3), at=at(1))
    await take(client)
    folder.publish(with_stock(first, "5901012345", 2), at=at(2))
    await take(client)
    answer = await told(client, 1)
    assert codes(answer) == ["5901012345"]
    everything = await (await client.get("/api/v1/outlets?codes=5901012345")).json()
    assert answer["outlets"] == everything["outlets"]
    assert answer["snapshot"] == 3
    assert answer["next"] == "/api/v1/changes?since=3"
    assert codes(await told(client, 3)) == []


async def test_removed_and_new_outlets_are_told(folder, client):
    first = some_outlets()
    folder.publish([*first[1:], an_outlet("2331010013")], at=at(1))
    await take(client)
    answer = await told(client, 1)
    assert answer["removed"] == [first[0].code]
    assert codes(answer) == ["2331010013"]
    folder.publish([*first, an_outlet("2331010013")], at=at(2))
    await take(client)
    answer = await told(client, 1)
    assert answer["removed"] == []
    assert codes(answer) == sorted(["2331010013", first[0].code])


async def test_releases_that_the_site_never_served_count_too(folder, client):
    first = some_outlets()
    folder.publish(with_stock(first, "5901012345", 3), at=at(1))
    folder.publish(with_stock(first, "5901012345", 128), at=at(2))
    folder.publish([first[0], an_outlet("5901012346", adult=9), *first[2:]], at=at(3))
    await take(client)
    assert codes(await told(client, 1)) == ["5901012345", "5901012346"]
    assert codes(await told(client, 2)) == ["5901012345", "5901012346"]
    assert codes(await told(client, 3)) == ["5901012346"]


async def test_where_a_skipped_release_is_gone_what_was_before_is_gone(folder, client):
    first = some_outlets()
    folder.publish(with_stock(first, "5901012345", 3), at=at(1))
    folder.publish(with_stock(first, "5901012345", 2), at=at(2))
    folder.remove(2)
    await take(client)
    await refused(client, 1, 410, "CHANGES_GONE")
    await refused(client, 2, 410, "CHANGES_GONE")
    assert codes(await told(client, 3)) == []
    folder.publish(with_stock(first, "5901012345", 1), at=at(3))
    await take(client)
    assert codes(await told(client, 3)) == ["5901012345"]


async def test_after_a_start_the_changes_are_learnt_from_the_folder(folder, start):
    first = some_outlets()
    folder.publish(first)
    second = with_stock(first, "5901012345", 3)
    folder.publish(second, at=at(1))
    folder.publish(with_stock(second, "5901012346", 3), at=at(2))
    client = await start()
    assert codes(await told(client, 2)) == ["5901012346"]
    assert codes(await told(client, 1)) == ["5901012345", "5901012346"]
    await refused(client, 0, 410, "CHANGES_GONE")


async def test_looking_back_goes_as_far_as_a_day_and_no_further(folder, start, rng):
    first = some_outlets()
    folder.publish(first, at=NOW - timedelta(hours=30))
    said = first
    for number in range(120):
        said = with_stock(said, rng.choice(first).code, number)
        folder.publish(said, at=NOW - timedelta(minutes=25 * 60 - 20 * number))
        reduce_release(folder.root, folder.sequence - 1)
    client = await start()
    snapshots = client.app[SNAPSHOTS]
    await snapshots.look_back()
    floor = snapshots.changes.floor
    newest = snapshots.changes.newest
    assert newest.published_at - snapshots.changes.lowest.published_at <= timedelta(hours=24)
    assert floor == 121 - 72
    assert set(codes(await told(client, floor))) <= {outlet.code for outlet in first}
    await refused(client, floor - 1, 410, "CHANGES_GONE")


@pytest.mark.parametrize("name", ["changes.ndjson", "manifest.json", "manifest.json.sig"])
async def test_a_damaged_release_ends_what_can_be_answered(folder, start, name):
    first = some_outlets()
    folder.publish(first)
    folder.publish(with_stock(first, "5901012345", 3), at=at(1))
    folder.publish(with_stock(first, "5901012345", 2), at=at(2))
    folder.publish(with_stock(first, "5901012345", 1), at=at(3))
    path = folder.root / release_folder(2) / name
    body = bytearray(path.read_bytes())
    body[len(body) // 2] ^= 1
    path.write_bytes(body)
    client = await start()
    await client.app[SNAPSHOTS].look_back()
    assert codes(await told(client, 3)) == ["5901012345"]
    await refused(client, 1, 410, "CHANGES_GONE")
    await refused(client, 2, 410, "CHANGES_GONE")


async def test_following_the_changes_gives_what_fetching_everything_gives(folder, start, rng):
    said = {o.code: o for o in many_outlets(rng, 60)}
    folder.publish(list(said.values()))
    client = await start()
    everything = await (await client.get("/api/v1/outlets?limit=1000")).json()
    held, since = {o["code"]: told_of(o) for o in everything["outlets"]}, 1
    for number in range(1, 40):
        for code in rng.sample(sorted(said), rng.randrange(4)):
            said[code] = an_outlet(code, adult=rng.randrange(9))
        if rng.random() < 0.2:
            del said[rng.choice(sorted(said))]
        if rng.random() < 0.2:
            code = f"59{rng.randrange(10**8):08d}"
            said[code] = an_outlet(code)
        folder.publish(list(said.values()), at=at(number))
        if rng.random() < 0.5:
            await take(client)
            answer = await told(client, since)
            held |= {o["code"]: told_of(o) for o in answer["outlets"]}
            for code in answer["removed"]:
                held.pop(code, None)
            since = answer["snapshot"]
            now = await (await client.get("/api/v1/outlets?limit=1000")).json()
            assert now["snapshot"] == since
            assert held == {o["code"]: told_of(o) for o in now["outlets"]}


async def test_following_over_http_from_any_release_gives_the_full_file_byte_for_byte(
    folder, start, rng
):
    said = {o.code: o for o in many_outlets(rng, 40)}
    whole: dict[int, bytes] = {}
    client = None
    for number in range(1, 10):
        for code in rng.sample(sorted(said), 3):
            said[code] = an_outlet(code, adult=rng.randrange(9), note="𠮷野家 \"'\n")
        del said[rng.choice(sorted(said))]
        code = f"59{rng.randrange(10**8):08d}"
        said[code] = an_outlet(code)
        folder.publish(list(said.values()), at=at(number))
        client = client or await start()
        await take(client)
        whole[number] = await (await client.get("/data/outlets.ndjson")).read()
    for since in range(1, 9):
        answer = await told(client, since)
        held = {json.loads(line)["code"]: line for line in whole[since].split(b"\n")[:-1]}
        held |= {o["code"]: msgspec.json.encode(told_of(o)) for o in answer["outlets"]}
        for code in answer["removed"]:
            held.pop(code, None)
        assert b"".join(held[code] + b"\n" for code in sorted(held)) == whole[9]


def told_of(outlet: dict) -> dict:
    return {k: v for k, v in outlet.items() if k not in ("valid_at", "published_at")}


async def refused(client, since: object, status: int, code: str) -> dict:
    answer = await client.get(f"/api/v1/changes?since={since}")
    assert answer.status == status
    assert answer.content_type == "application/problem+json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    problem = await answer.json(content_type=None)
    assert problem["code"] == code
    return problem


async def test_what_is_too_old_names_where_everything_is(folder, client):
    problem = await refused(client, 0, 410, "CHANGES_GONE")
    assert problem["full"] == ["/api/v1/outlets", "/data/outlets.geojson"]
    for path in problem["full"]:
        assert (await client.get(path)).status == 200


async def test_a_snapshot_to_come_is_unknown(client):
    await refused(client, 2, 404, "SNAPSHOT_UNKNOWN")


@pytest.mark.parametrize("since", ["", "x", "-1", "1.5", "1e3", "99999999999", "%00"])
async def test_a_bad_number_is_refused(client, since):
    await refused(client, since, 400, "PARAMETER_INVALID")


async def test_who_has_the_changes_already_gets_304(client):
    first = await client.get("/api/v1/changes?since=1")
    tag = {"If-None-Match": first.headers["ETag"]}
    again = await client.get("/api/v1/changes?since=1", headers=tag)
    assert again.status == 304
