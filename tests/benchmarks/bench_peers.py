"""The site beside nginx, Datasette and pygeoapi on the same outlets, interleaved in one run.

Goals P1–P4 of the performance notes. Servers share the first core in turn, wrk has the last.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from peers import datasette, nginx, postgis
from serving import demo_settings, demo_state, program
from wrk import SERVER, Answers, ask

SITE, NGINX, DATASETTE, PYGEOAPI, NEAREST, POSTGRES, RENDERED = range(18470, 18477)
ROUNDS, SLOW_CONNECTIONS = 3, 8
POINTS = Path(__file__).parent / "peers" / "points.lua"
GZIP = "Accept-Encoding: gzip"
SEARCH = "/?q=%E8%87%BA%E5%8C%97"

Question = tuple[str, str, int, str, list[str], dict[str, Any]]
Found = dict[tuple[str, str], list[Answers]]


def run() -> list[str]:
    """Measure every peer that is here, and say how the site compares."""
    if shutil.which("wrk") is None:
        return ["no wrk on this computer: apt-get install wrk"]
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        folder.chmod(0o755)
        demo_state(folder / "state")
        address = f"127.0.0.1:{SITE}"
        site = program(folder / "state", "site", address, "/readyz", pinned=SERVER)
        servers = {"site": stack.enter_context(site)}
        outlets, etag = _outlets()
        servers |= _start(folder, outlets, stack)
        questions = _questions(outlets[0]["code"], etag)
        found: Found = {}
        for _ in range(ROUNDS):
            for what, who, port, path, headers, more in questions:
                if who in servers:
                    answers = ask(servers[who], f"http://127.0.0.1:{port}{path}", headers, **more)
                    found.setdefault((what, who), []).append(answers)
        return [*_rows(found), *_ratios(found)]


def _outlets() -> tuple[list[dict[str, Any]], str]:
    """Return every outlet as the site says it, and the tag of the national file."""
    outlets: list[dict[str, Any]] = []
    path = "/api/v1/outlets?limit=1000"
    while path:
        answer = json.loads(_get(path).read())
        outlets += answer["outlets"]
        path = answer["next"]
    with _get("/data/outlets.geojson", {"Accept-Encoding": "gzip"}) as answer:
        return outlets, answer.headers["ETag"]


def _get(path: str, headers: dict[str, str] | None = None) -> Any:
    request = urllib.request.Request(f"http://127.0.0.1:{SITE}{path}", headers=headers or {})
    return urllib.request.urlopen(request)


def _start(
    folder: Path, outlets: list[dict[str, Any]], stack: ExitStack
) -> dict[str, subprocess.Popen[bytes]]:
    """Start whatever is installed; return the processes by name."""
    rendered = [*SERVER, ".venv/bin/python", str(Path(__file__).parent / "peers" / "rendered.py")]
    servers = {"rendered each time": _run(rendered, folder, RENDERED, stack)}
    if nginx.program():
        root = _files_for_nginx(folder, outlets[0]["code"])
        servers["nginx"] = _until_end(
            nginx.start(folder / "nginx", root, NGINX, SERVER), NGINX, stack
        )
    if datasette.PROGRAM.exists():
        process = datasette.start(folder / "datasette", outlets, DATASETTE, SERVER)
        servers["Datasette"] = _until_end(process, DATASETTE, stack)
    if postgis.binaries() and (postgis.PEERS / "gunicorn").exists():
        url = stack.enter_context(postgis.cluster(folder / "postgres", POSTGRES, SERVER))
        postgis.fill(url, outlets)
        process = postgis.start_pygeoapi(folder / "pygeoapi", url, PYGEOAPI, SERVER)
        servers["pygeoapi"] = _until_end(process, PYGEOAPI, stack)
        process = postgis.start_nearest(url, NEAREST, SERVER)
        servers["PostGIS behind aiohttp"] = _until_end(process, NEAREST, stack)
    return servers


def _run(command: list[str], folder: Path, port: int, stack: ExitStack) -> subprocess.Popen[bytes]:
    listen = {"MASKMAP_SITE_LISTEN": f"127.0.0.1:{port}", "MASKMAP_LOG": "error"}
    environ = demo_settings(MASKMAP_STATE=str(folder / "state"), **listen)
    return _until_end(subprocess.Popen(command, env=environ), port, stack)


def _until_end(
    process: subprocess.Popen[bytes], port: int, stack: ExitStack
) -> subprocess.Popen[bytes]:
    return stack.enter_context(_running(process, port))


@contextmanager
def _running(process: subprocess.Popen[bytes], port: int) -> Iterator[subprocess.Popen[bytes]]:
    try:
        _wait_for(port)
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5)
            return
        except urllib.error.HTTPError:
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise TimeoutError(f"nothing answers on port {port}")


def _files_for_nginx(folder: Path, code: str) -> Path:
    """Lay out the newest release, and one outlet's answer as a file beside it."""
    root = folder / "files"
    root.mkdir()
    current = json.loads((folder / "state" / "snapshots" / "current.json").read_text())
    release = folder / "state" / "snapshots" / Path(current["manifest"]).parent
    for name in ("outlets.geojson", "outlets.geojson.gz"):
        shutil.copy(release / name, root / name)
    (root / "one.json").write_bytes(_get(f"/api/v1/outlets/{code}").read())
    return root


def _questions(code: str, etag: str) -> list[Question]:
    nginx_tag = _tag_of_nginx()
    slow = {"connections": SLOW_CONNECTIONS}
    near = {"script": POINTS, "environ": {"NEAR_PATH": "/api/v1/nearby", "NEAR_MORE": _NEAR_MORE}}
    near_postgis = {"script": POINTS, "environ": {"NEAR_PATH": "/nearest"}}
    geojson, one = "/data/outlets.geojson", f"/api/v1/outlets/{code}"
    item = f"/collections/outlets/items/{code}?f=json"
    known = f"If-None-Match: {etag}"
    nginx_known = f"If-None-Match: {nginx_tag}"
    return [
        ("304", "nginx", NGINX, "/outlets.geojson", [nginx_known], {}),
        ("304", "site", SITE, geojson, [GZIP, known], {}),
        ("one outlet", "nginx", NGINX, "/one.json", [], {}),
        ("one outlet", "site", SITE, one, [], {}),
        ("one outlet", "Datasette", DATASETTE, datasette.row(code), [], slow),
        ("one outlet", "pygeoapi", PYGEOAPI, item, [], slow),
        ("national GeoJSON, gzip", "nginx", NGINX, "/outlets.geojson", [GZIP], {}),
        ("national GeoJSON, gzip", "site", SITE, geojson, [GZIP], {}),
        ("search page", "site", SITE, SEARCH, [], {}),
        ("search page", "rendered each time", RENDERED, SEARCH, [], slow),
        ("nearest 20, new points", "site", SITE, "/", [], near),
        ("nearest 20, new points", "PostGIS behind aiohttp", NEAREST, "/", [], near_postgis),
    ]


def _tag_of_nginx() -> str:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{NGINX}/outlets.geojson") as answer:
            return str(answer.headers["ETag"])
    except OSError:
        return ""


_NEAR_MORE = "&in_stock=1&radius_m=50000"
_COMPARED = (
    ("P1", "304", "nginx", 0.40),
    ("P1", "one outlet", "nginx", 0.50),
    ("P1", "national GeoJSON, gzip", "nginx", 0.90),
    ("P2", "one outlet", "Datasette", 40.0),
    ("P2", "one outlet", "pygeoapi", 150.0),
    ("P3", "search page", "rendered each time", 20.0),
    ("P4", "nearest 20, new points", "PostGIS behind aiohttp", 6.0),
)


def _rows(found: Found) -> list[str]:
    return [
        f"{what}: {who}: {sorted(runs, key=lambda run: run.per_s)[len(runs) // 2].words()}"
        for (what, who), runs in found.items()
    ]


def _ratios(found: Found) -> list[str]:
    """Compare round by round, so that what else the computer does falls on both sides."""
    rows = []
    for goal, what, who, target in _COMPARED:
        if (what, who) in found:
            rounds = zip(found[what, "site"], found[what, who], strict=True)
            pairs = [(ours, theirs) for ours, theirs in rounds if theirs.per_s and ours.cpu_us]
            if not pairs:
                rows.append(f"{goal}: {what}: {who} gave no answer")
                continue
            ratio = median(ours.per_s / theirs.per_s for ours, theirs in pairs)
            cpu = median(theirs.cpu_us / ours.cpu_us for ours, theirs in pairs)
            rows.append(
                f"{goal}: {what}: site ÷ {who} = {ratio:.2f} by rate, {cpu:.2f} by CPU"
                f" (goal {target:g})"
            )
    return rows
