"""The examples on the pages run: each is taken from the page as shown, and its result checked."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys

import pytest
from aiohttp.test_utils import TestClient

from public_site.examples import EXAMPLES, THREE, VERIFY
from tests.public_site.releases import NOW, an_outlet, some_outlets
from tests.public_site.test_pages import Reading

pytestmark = pytest.mark.slow

PATIENCE_S = 60


class Codes(Reading):
    """The texts of a page's blocks of code, by id."""

    def __init__(self, html: str) -> None:
        self.codes: dict[str, str] = {}
        self._id: str | None = None
        super().__init__(html)

    def handle_starttag(self, tag, attributes):
        super().handle_starttag(tag, attributes)
        if tag == "code":
            self._id = dict(attributes).get("id")

    def handle_endtag(self, tag):
        super().handle_endtag(tag)
        if tag == "code":
            self._id = None

    def handle_data(self, data):
        if self._id:
            self.codes[self._id] = self.codes.get(self._id, "") + data


async def shown(client: TestClient, path: str, name: str) -> str:
    """Return a block of code as a page shows it."""
    return Codes(await (await client.get(path)).text()).codes[name]


async def run(*command: str, cwd, status: int | None = 0) -> str:
    """Run a program beside the server; return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *command, cwd=cwd, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert status is None or process.returncode == status, said.decode()
    return said.decode()


def needed(program: str) -> str:
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"no {program} on this computer")
    return path


def test_every_example_of_the_pages_is_run_here():
    tested = {
        *("csv", "near", "python-line", "verify", "curl-poll", "python-follow", "python-pandas"),
        *("javascript", "r", "qgis"),
    }
    assert {example.id for example in (*THREE, *EXAMPLES, VERIFY)} == tested


async def test_the_first_line_fetches_the_official_csv(client, tmp_path):
    needed("curl")
    await run("sh", "-c", await shown(client, "/data", "csv"), cwd=tmp_path)
    expected = await (await client.get("/data/maskdata.csv")).read()
    assert (tmp_path / "maskdata.csv").read_bytes() == expected


async def test_the_second_line_answers_what_is_near(client, tmp_path):
    needed("curl")
    line = (await shown(client, "/data", "near")).replace("curl ", "curl -s ", 1)
    answer = json.loads(await run("sh", "-c", line, cwd=tmp_path))
    assert answer["outlets"][0]["code"] == "5901012345"


async def test_the_third_line_counts_every_outlet(client, tmp_path):
    line = await shown(client, "/data", "python-line")
    assert line.startswith("python3 ")
    said = await run("sh", "-c", line.replace("python3", sys.executable, 1), cwd=tmp_path)
    assert int(said) == len(some_outlets())


async def test_curl_fetches_again_only_when_something_changed(client, folder, tmp_path):
    needed("curl")
    line = await shown(client, "/data/examples", "curl-poll")
    assert (await run("sh", "-c", line, cwd=tmp_path)).strip() == "200"
    first = (tmp_path / "outlets.geojson").read_bytes()
    assert len(json.loads(first)["features"]) == len(some_outlets())
    assert (await run("sh", "-c", line, cwd=tmp_path)).strip() == "304"
    assert (tmp_path / "outlets.geojson").read_bytes() == first


async def test_python_follows_what_changes(client, folder, tmp_path):
    """One round: the wait until the next is cut out, and nothing else."""
    code = await shown(client, "/data/examples", "python-follow")
    waits = "time.sleep(ttl_s * random.uniform(1, 1.5))"
    assert waits in code
    program = tmp_path / "follow.py"
    program.write_text(code.replace(waits, "input()"), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(program),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    first = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
    assert first.decode().strip() == "snapshot 1: 6 outlets, 5 in stock"
    _gone, *rest = some_outlets()
    folder.publish([*rest, an_outlet("5901019999", adult=3, child=0)], at=NOW)
    await until_served(client, 2)
    process.stdin.write(b"\n")
    second = await asyncio.wait_for(process.stdout.readline(), PATIENCE_S)
    process.kill()
    await process.wait()
    assert second.decode().strip() == "snapshot 2: 6 outlets, 5 in stock"


async def until_served(client: TestClient, sequence: int) -> None:
    """Ask until a snapshot is served."""
    for _ in range(2000):
        answer = await (await client.get("/api/v1/snapshot")).json()
        if answer["snapshot"] == sequence:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(f"snapshot {sequence} is not served")


async def test_pandas_reads_codes_as_text(client, tmp_path):
    program = tmp_path / "read.py"
    program.write_text(await shown(client, "/data/examples", "python-pandas"), encoding="utf-8")
    said = await run(sys.executable, str(program), cwd=tmp_path)
    in_stock = [
        outlet.counts["adult_mask"] for outlet in some_outlets() if any(outlet.counts.values())
    ]
    assert said.split() == [str(len(in_stock)), str(sum(in_stock))]


async def test_javascript_lists_what_is_near(client, tmp_path):
    node = needed("node")
    program = tmp_path / "near.mjs"
    program.write_text(await shown(client, "/data/examples", "javascript"), encoding="utf-8")
    time, first, *_ = (await run(node, str(program), cwd=tmp_path)).splitlines()
    assert time == "2020-02-06T10:30:05+08:00"
    assert first.startswith("5901012345 健安藥局, ") and first.endswith(": 128")


async def test_r_reads_codes_as_text(client, tmp_path):
    program = tmp_path / "read.R"
    program.write_text(await shown(client, "/data/examples", "r"), encoding="utf-8")
    said = await run(needed("Rscript"), str(program), cwd=tmp_path)
    assert said.split()[0] == "5"


async def test_gdal_reads_what_qgis_reads(client, tmp_path):
    needed("ogrinfo")
    said = await run("sh", "-c", await shown(client, "/data/examples", "qgis"), cwd=tmp_path)
    assert f"Feature Count: {len(some_outlets())}" in said
    assert "Geometry: Point" in said and "code: String" in said and "adult_mask: Integer" in said


async def test_a_signature_and_a_file_are_checked_by_openssl(client, tmp_path):
    needed("openssl")
    lines = await shown(client, "/data/policy", "verify")
    said = await run("bash", "-c", lines, cwd=tmp_path)
    assert "Signature Verified Successfully" in said
    assert said.endswith("maskdata.csv: as signed\n")


async def test_a_file_of_another_release_is_not_as_signed(client, tmp_path):
    needed("openssl")
    fetch, check = (await shown(client, "/data/policy", "verify")).split("base64", 1)
    torn = f"{fetch}echo >> maskdata.csv\nbase64{check}"
    assert "as signed" not in await run("bash", "-c", torn, cwd=tmp_path, status=1)
