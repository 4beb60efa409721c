"""Files of the current and of older snapshots, and what strangers need to verify them."""

from __future__ import annotations

import base64
import gzip
import hashlib
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from yarl import URL

from public_site.keys import SNAPSHOTS
from publisher.release import reduce_release
from tests.public_site.releases import NOW, an_outlet, some_outlets

PLAIN = {"Accept-Encoding": "identity"}
PACKED = {"Accept-Encoding": "gzip"}
FILES = ["maskdata.csv", "maskdata-all.csv", "outlets.geojson", "points.json"]


@pytest.mark.parametrize("name", FILES)
async def test_a_file_is_what_the_publisher_wrote(client, folder, name):
    written = (folder.root / "0000000001" / name).read_bytes()
    answer = await client.get(f"/data/{name}", headers=PLAIN)
    assert await answer.read() == written
    assert answer.headers["ETag"] == f'"{hashlib.sha256(written).hexdigest()}"'
    assert answer.headers["X-Snapshot"] == "1"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert "must-revalidate" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("name", FILES)
async def test_who_takes_gzip_gets_the_ready_file(client, folder, name):
    ready = (folder.root / "0000000001" / f"{name}.gz").read_bytes()
    answer = await client.get(f"/data/{name}", headers=PACKED)
    plain = await client.get(f"/data/{name}", headers=PLAIN)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.headers["Content-Length"] == str(len(ready))
    assert answer.headers["Content-Type"] == plain.headers["Content-Type"]
    assert answer.headers["ETag"] != plain.headers["ETag"]
    assert await answer.read() == await plain.read()
    asked_for = await client.get(f"/data/{name}.gz", headers=PLAIN)
    assert gzip.decompress(await asked_for.read()) == await plain.read()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/resource/mask/maskdata.csv", "/data/maskdata.csv"),
        ("/json/points.json", "/data/points.json"),
    ],
)
async def test_the_addresses_of_2020_still_answer(client, old, new):
    then, now = await client.get(old), await client.get(new)
    assert then.status == 200
    assert await then.read() == await now.read()
    assert then.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("headers", [PLAIN, PACKED])
async def test_a_known_file_is_not_sent_again(client, headers):
    first = await client.get("/data/points.json", headers=headers)
    again = await client.get(
        "/data/points.json", headers={**headers, "If-None-Match": first.headers["ETag"]}
    )
    assert again.status == 304
    other = await client.get("/data/points.json", headers={**headers, "If-None-Match": '"other"'})
    assert other.status == 200


@pytest.mark.parametrize(
    ("asked", "first", "end"),
    [("bytes=0-9", 0, 10), ("bytes=10-", 10, None), ("bytes=-5", -5, None)],
)
async def test_a_part_of_a_file_can_be_asked_for(client, asked, first, end):
    whole = await (await client.get("/data/points.json", headers=PLAIN)).read()
    answer = await client.get("/data/points.json", headers={**PACKED, "Range": asked})
    assert answer.status == 206
    assert await answer.read() == whole[first:end]
    assert answer.headers["Content-Range"].endswith(f"/{len(whole)}")


async def test_a_part_beyond_the_end_is_refused_and_nonsense_ignored(client):
    beyond = await client.get("/data/points.json", headers={"Range": "bytes=99999999-"})
    assert beyond.status == 416
    assert (await beyond.json())["code"] == "RANGE_INVALID"
    assert beyond.headers["Content-Range"].startswith("bytes */")
    nonsense = await client.get("/data/points.json", headers={**PLAIN, "Range": "lines=1-2"})
    assert nonsense.status == 200
    changed = await client.get(
        "/data/points.json", headers={**PLAIN, "Range": "bytes=0-1", "If-Range": '"older"'}
    )
    assert changed.status == 200


async def test_a_numbered_file_never_changes(client, folder):
    before = await (await client.get("/data/1/maskdata.csv", headers=PLAIN)).read()
    folder.publish([an_outlet(adult=1), *some_outlets()[1:]], at=NOW + timedelta(seconds=9))
    await client.app[SNAPSHOTS].poll()
    answer = await client.get("/data/0000000001/maskdata.csv", headers=PLAIN)
    assert await answer.read() == before
    assert "immutable" in answer.headers["Cache-Control"]
    assert answer.headers["X-Snapshot"] == "1"
    now = await client.get("/data/maskdata.csv", headers=PLAIN)
    assert now.headers["X-Snapshot"] == "2"
    assert await now.read() != before


async def test_a_removed_snapshot_is_gone_with_a_pointer(client, folder):
    folder.publish(some_outlets(), at=NOW + timedelta(seconds=9))
    await client.app[SNAPSHOTS].poll()
    folder.remove(1)
    answer = await client.get("/data/1/maskdata.csv")
    assert answer.status == 410
    problem = await answer.json(content_type=None)
    assert problem["code"] == "SNAPSHOT_GONE"
    assert "/data/current.json" in problem["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/data/nothing.csv",
        "/data/7/maskdata.csv",
        "/data/0/maskdata.csv",
        "/data/1/nothing.csv",
        "/data/1/..%2f..%2fcurrent.json",
        "/data/..%2f..%2fkeys%2fpublic-key.pem",
        "/data/1/%2e%2e/current.json",
        "/data/1/%2fetc%2fpasswd",
        "/data/99999999999/maskdata.csv",
        "/static/../app.py",
        "/static/site.py",
    ],
)
async def test_only_files_of_a_manifest_are_served(client, path):
    answer = await client.get(URL(path, encoded=True), allow_redirects=False)
    assert answer.status == 404
    assert b"BEGIN PUBLIC KEY" not in await answer.read()


async def test_a_stranger_can_verify_what_is_served(client):
    key = load_pem_public_key(await (await client.get("/data/public-key.pem")).read())
    current = await (await client.get("/data/current.json")).read()
    signature = await (await client.get("/data/current.json.sig")).read()
    key.verify(base64.b64decode(signature), current)
    named = (await (await client.get("/data/current.json")).json())["manifest"]
    manifest = await (await client.get(f"/data/{named}")).read()
    signature = await (await client.get(f"/data/{named}.sig")).read()
    key.verify(base64.b64decode(signature), manifest)
    assert manifest == await (await client.get("/data/manifest.json")).read()


async def test_the_key_served_is_the_sites_own_not_the_folders(client, folder, settings):
    (folder.root / "public-key.pem").write_bytes(b"a forger's")
    answer = await client.get("/data/public-key.pem")
    assert await answer.read() == settings.public_key_file.read_bytes()


async def test_what_retention_left_of_a_removed_snapshot_is_still_served(client, folder):
    """For a day the manifest and the changes stay; everything else has gone, and is said to."""
    folder.publish(some_outlets(), at=NOW + timedelta(seconds=9))
    await client.app[SNAPSHOTS].poll()
    kept = {"manifest.json", "manifest.json.sig", "changes.ndjson"}
    reduce_release(folder.root, 1)
    for name in sorted(kept):
        answer = await client.get(f"/data/1/{name}", headers=PACKED)
        assert answer.status == 200, name
        assert answer.headers["X-Snapshot"] == "1"
    for name in ("outlets.geojson", "maskdata.csv.gz"):
        answer = await client.get(f"/data/1/{name}")
        problem = await answer.json(content_type=None)
        assert (answer.status, problem["code"]) == (410, "SNAPSHOT_GONE")
        assert "/api/v1/changes?since=1" in problem["detail"]
    assert (await client.get("/data/1/nothing.csv")).status == 404


async def test_a_damaged_file_of_an_older_snapshot_is_not_served(client, folder):
    folder.publish(some_outlets(), at=NOW + timedelta(seconds=9))
    await client.app[SNAPSHOTS].poll()
    (folder.root / "0000000001" / "points.json").write_bytes(b"{}")
    answer = await client.get("/data/1/points.json", headers=PLAIN)
    assert (answer.status, (await answer.json(content_type=None))["code"]) == (
        503,
        "SNAPSHOT_UNTRUSTED",
    )
