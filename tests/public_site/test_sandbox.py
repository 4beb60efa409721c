"""The sandbox: the real interface over fictional outlets, with answers that never change."""

from __future__ import annotations

import importlib.util
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

from core.domain.snapshot import AVAILABILITIES
from core.releases import load_public_key, read_current, read_file, read_manifest
from core.resources import data_path
from tests.conftest import REPOSITORY

SANDBOX = data_path("sandbox")
MADE = ("snapshots", "samples", "public-key.pem")


def files_below(folder: Path) -> dict[str, bytes]:
    """Return what the script makes, by path."""
    paths = [path for path in folder.rglob("*") if path.is_file()]
    names = {str(path.relative_to(folder)): path.read_bytes() for path in paths}
    return {name: body for name, body in names.items() if name.startswith(MADE)}


def test_the_committed_sandbox_is_what_the_script_makes(tmp_path):
    loader = SourceFileLoader("make_sandbox", str(REPOSITORY / "scripts/make-sandbox"))
    spec = importlib.util.spec_from_loader("make_sandbox", loader)
    script = importlib.util.module_from_spec(spec)
    loader.exec_module(script)
    script.main(tmp_path)
    made, committed = files_below(tmp_path), files_below(SANDBOX)
    assert set(made) == set(committed)
    assert [name for name in made if made[name] != committed[name]] == []


def test_the_sandbox_is_signed_by_the_key_beside_it():
    key = load_public_key(SANDBOX / "public-key.pem")
    folder = SANDBOX / "snapshots"
    manifest, _ = read_manifest(folder, read_current(folder, key), key)
    for entry in manifest.files:
        read_file(folder, manifest, entry.path)


async def test_every_edge_that_programs_get_wrong_is_there(client):
    outlets = (await (await client.get("/sandbox/api/v1/outlets")).json())["outlets"]
    by_code = {outlet["code"]: outlet for outlet in outlets}
    assert len(by_code) == 12
    assert any(code[6].isalpha() for code in by_code) and any(code[0] == "0" for code in by_code)
    assert {outlet["availability"] for outlet in outlets} == set(AVAILABILITIES)
    levels = {outlet[f"{product}_level"] for outlet in outlets for product in PRODUCTS}
    assert levels == {"plenty", "some", "few", "none"}
    blocked = [outlet for outlet in outlets if outlet["availability"] != "buyable"]
    assert all(outlet["availability_reason"] for outlet in blocked)
    assert any(outlet["adult_mask"] >= 200 for outlet in blocked)
    assert any(outlet["adult_mask"] == outlet["child_mask"] == 0 for outlet in outlets)
    notes = "".join(outlet["note"] for outlet in outlets)
    assert all(mark in notes for mark in ('"', ",", "\n", "😷", "𠮷"))
    assert any(outlet["coordinate_precision"] == "town" for outlet in outlets)
    assert any(outlet["sale_windows"] and outlet["tickets"] for outlet in outlets)
    assert any(outlet["name"].startswith("=") for outlet in outlets)
    assert len({outlet["name"] for outlet in outlets}) < len(outlets)
    assert len({(outlet["lon"], outlet["lat"]) for outlet in outlets}) < len(outlets)


PRODUCTS = ("adult_mask", "child_mask")
CALLS = (
    "/api/v1/outlets",
    "/api/v1/outlets?limit=5",
    "/api/v1/outlets/599901A002",
    "/api/v1/nearby?lat=25.0478&lon=121.517",
    "/api/v1/snapshot",
    "/data/maskdata.csv",
    "/data/outlets.geojson",
    "/data/current.json",
    "/data/2/maskdata.csv",
    "/resource/mask/maskdata.csv",
)


@pytest.mark.parametrize("path", CALLS)
async def test_answers_are_the_same_on_any_day_and_over_any_real_snapshot(
    client, start, folder, clock, path
):
    before = await (await client.get(f"/sandbox{path}")).read()
    clock.now = clock.now.replace(year=2031)
    folder.publish([])
    after = await start()
    answer = await after.get(f"/sandbox{path}")
    assert answer.status == 200
    assert await answer.read() == before
    assert answer.headers["Access-Control-Allow-Origin"] == "*"


async def test_the_sandbox_answers_without_any_real_snapshot(start):
    client = await start()
    assert (await client.get("/api/v1/outlets")).status == 503
    answer = await client.get("/sandbox/api/v1/outlets")
    assert answer.status == 200 and not (await answer.json())["stale"]


async def test_links_in_answers_stay_in_the_sandbox(client):
    page = await (await client.get("/sandbox/api/v1/outlets?limit=7")).json()
    assert page["next"].startswith("/sandbox/api/v1/outlets?")
    rest = await (await client.get(page["next"])).json()
    assert len(page["outlets"]) + len(rest["outlets"]) == page["total"] == 12
    about = await (await client.get("/sandbox/api/v1/snapshot")).json()
    for url in (about["manifest"], *(file["url"] for file in about["files"])):
        assert url.startswith("/sandbox/data/")
        assert (await client.get(url)).status == 200


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/sandbox/unavailable/api/v1/outlets", 503, "NO_SNAPSHOT"),
        ("/sandbox/data/1/maskdata.csv", 410, "SNAPSHOT_GONE"),
        ("/sandbox/data/9/maskdata.csv", 404, "SNAPSHOT_UNKNOWN"),
        ("/sandbox/api/v1/outlets/5901012345", 404, "OUTLET_UNKNOWN"),
        ("/sandbox/api/v1/outlets?limit=0", 400, "PARAMETER_INVALID"),
        ("/sandbox/nothing", 404, "NOT_FOUND"),
    ],
)
async def test_faults_have_fixed_addresses_too(client, path, status, code):
    answer = await client.get(path)
    assert answer.status == status
    assert answer.content_type == "application/problem+json"
    assert (await answer.json())["code"] == code
    assert ("Retry-After" in answer.headers) == (status == 503)


async def test_old_data_have_an_address(client):
    assert (await (await client.get("/sandbox/stale/api/v1/snapshot")).json())["stale"] is True


async def test_the_fixed_tag_answers_304(client):
    first = await client.get("/sandbox/api/v1/outlets")
    again = await client.get(
        "/sandbox/api/v1/outlets", headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status == 304


async def test_samples_are_small_dated_and_of_every_format(client):
    from public_site.samples import all_samples

    assert {name.partition("-sample-")[0] for name in all_samples()} >= {
        *("maskdata", "maskdata-all", "outlets", "points")
    }
    for name, body in all_samples().items():
        assert "2020-02-06" in name
        answer = await client.get(f"/data/samples/{name}")
        assert answer.status == 200 and len(body) < 8192
        assert await answer.read() == body
    assert (await client.get("/data/samples/nothing.csv")).status == 404


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("window_now=1", ["5999010001"]),
        ("kind=clinic,hospital", ["0199010003", "3599010012"]),
        ("availability=tickets_gone", ["5999010005"]),
        ("q=𠮷祥", ["5999010009"]),
    ],
)
async def test_filters_mean_the_same_as_everywhere_at_the_sandboxs_own_hour(
    client, question, codes
):
    answer = await (await client.get(f"/sandbox/api/v1/outlets?{question}")).json()
    assert [outlet["code"] for outlet in answer["outlets"]] == codes


async def test_what_changed_is_told_between_the_two_releases(client):
    answer = await (await client.get("/sandbox/api/v1/changes?since=2")).json()
    assert {outlet["code"] for outlet in answer["outlets"]} == {"5999010001", "5999010005"}
    assert answer["removed"] == ["5999019999"]
    assert answer["next"] == "/sandbox/api/v1/changes?since=3"
