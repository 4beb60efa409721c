"""What stands beside the snapshots: the catalogue, the history; each only as signed."""

from __future__ import annotations

import gzip

import msgspec
import pytest

from core.releases import HISTORY_INDEX, sha256_hex
from public_site.keys import SNAPSHOTS
from publisher.signing import sign
from tests.public_site.releases import Folder, some_outlets

PLAIN = {"Accept-Encoding": "identity"}
DAY, PARQUET = "daily/2020-02-05.csv", "history/date=2020-02-05/day.parquet"
TODAY = "history/date=2020-02-06/part-1.parquet"


def put_signed(folder: Folder, name: str, body: bytes) -> bytes:
    """Write a signed file beside the snapshots."""
    place = folder.root / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(body)
    place.with_name(place.name + ".sig").write_bytes(f"{sign(folder.key, body)}\n".encode())
    return body


def put_history(folder: Folder, files: dict[str, bytes], complete: bool = True) -> None:
    """Write files of the history and the index that names them."""
    rows = []
    for path, body in files.items():
        place = folder.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
        rows.append(
            {
                "path": path,
                "media_type": "text/csv" if ".csv" in path else "application/vnd.apache.parquet",
                "bytes": len(body),
                "sha256": sha256_hex(body),
                "rows": 1,
                "day": "2020-02-05",
                "complete": complete,
            }
        )
    index = {"as_of": "", "sequence": 1, "ledger_position": "1", "files": rows}
    put_signed(folder, HISTORY_INDEX, msgspec.json.encode(index))


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("datapackage.json", "application/json"),
        ("dcat.jsonld", "application/ld+json"),
        ("dataset.jsonld", "application/ld+json"),
        ("outlet.schema.json", "application/schema+json"),
        (HISTORY_INDEX, "application/json"),
    ],
)
async def test_a_signed_file_is_served_with_its_signature(client, folder, name, media_type):
    body = put_signed(folder, name, b'{"files":[]}')
    packed = await client.get(f"/data/{name}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert await packed.read() == body
    answer = await client.get(f"/data/{name}", headers=PLAIN)
    assert answer.status == 200
    assert await answer.read() == body
    assert answer.headers["Content-Type"] == media_type
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["ETag"] == f'"{sha256_hex(body)}"'
    known = {**PLAIN, "If-None-Match": answer.headers["ETag"]}
    again = await client.get(f"/data/{name}", headers=known)
    assert again.status == 304
    signature = await client.get(f"/data/{name}.sig")
    assert (await signature.text()).strip() == sign(folder.key, body)


async def test_a_file_that_is_replaced_is_read_anew(client, folder):
    put_signed(folder, "dcat.jsonld", b"{}")
    assert await (await client.get("/data/dcat.jsonld")).read() == b"{}"
    put_signed(folder, "dcat.jsonld", b'{"a":1}')
    assert await (await client.get("/data/dcat.jsonld")).read() == b'{"a":1}'


async def test_what_is_not_signed_is_not_served(client, folder):
    put_signed(folder, "dcat.jsonld", b"{}")
    (folder.root / "dcat.jsonld").write_bytes(b'{"forged":1}')
    answer = await client.get("/data/dcat.jsonld")
    assert answer.status == 503
    assert b"forged" not in await answer.read()


@pytest.mark.parametrize("path", ["datapackage.json", HISTORY_INDEX, DAY, PARQUET])
async def test_what_is_not_there_yet_is_not_found_and_says_so(client, path):
    answer = await client.get(f"/data/{path}")
    assert answer.status == 404
    assert (await answer.json(content_type=None))["code"] == "FILE_UNKNOWN"


async def test_a_days_history_is_served_for_ever_and_todays_briefly(client, folder):
    packed = gzip.compress(b"date\n", mtime=0)
    put_history(folder, {DAY: b"date\n", f"{DAY}.gz": packed, PARQUET: b"PAR1-PAR1"})
    plain = await client.get(f"/data/{DAY}", headers=PLAIN)
    assert await plain.read() == b"date\n"
    assert "immutable" in plain.headers["Cache-Control"]
    taken = await client.get(f"/data/{DAY}", headers={"Accept-Encoding": "gzip"})
    assert taken.headers["Content-Encoding"] == "gzip"
    assert taken.headers["ETag"] != plain.headers["ETag"]
    assert await taken.read() == b"date\n"
    part = await client.get(f"/data/{PARQUET}", headers={"Range": "bytes=-4"})
    assert part.status == 206
    assert await part.read() == b"PAR1"
    put_history(folder, {TODAY: b"PAR1"}, complete=False)
    today = await client.get(f"/data/{TODAY}")
    assert "immutable" not in today.headers["Cache-Control"]
    assert (await client.get(f"/data/{PARQUET}")).status == 404


async def test_a_file_of_the_history_that_was_altered_is_not_served(client, folder):
    put_history(folder, {DAY: b"date\n"})
    (folder.root / DAY).write_bytes(b"dote\n")
    assert (await client.get(f"/data/{DAY}")).status == 503


@pytest.mark.parametrize("path", ["history/../current.json", "daily/..%2Fcurrent.json", "daily/x"])
async def test_no_address_leads_out_of_what_the_index_names(client, folder, path):
    put_history(folder, {DAY: b"date\n"})
    assert (await client.get(f"/data/{path}")).status in (200, 404)
    assert (await client.get("/data/daily/%2e%2e%2fcurrent.json")).status == 404


async def test_what_lies_in_a_folder_of_a_release_is_served_by_name_and_number(client, folder):
    manifest = client.app[SNAPSHOTS].look().view.manifest
    paths = [entry.path for entry in manifest.files if entry.path.startswith("by-town/")]
    plain = next(path for path in paths if path.endswith(".json"))
    written = (folder.root / "0000000001" / plain).read_bytes()
    for address in (f"/data/{plain}", f"/data/1/{plain}", f"/data/0000000001/{plain}"):
        answer = await client.get(address, headers=PLAIN)
        assert answer.status == 200
        assert await answer.read() == written
        packed = await client.get(address, headers={"Accept-Encoding": "gzip"})
        assert packed.headers.get("Content-Encoding") == "gzip"
        assert await packed.read() == written
    assert (await client.get("/data/by-town/nowhere.json")).status == 404
    folder.publish(some_outlets()[:4])


async def test_who_takes_brotli_gets_the_ready_copy(client, folder):
    names = {entry.path for entry in client.app[SNAPSHOTS].look().view.manifest.files}
    for name in ("points.json", "outlets.geojson"):
        answer = await client.get(f"/data/{name}", headers={"Accept-Encoding": "br, gzip"})
        expected = "br" if f"{name}.br" in names else "gzip"
        assert answer.headers["Content-Encoding"] == expected
        assert await answer.read() == (folder.root / "0000000001" / name).read_bytes()
