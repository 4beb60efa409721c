"""Look-ups of the public site, one process: outlet, nearby, search page, downloads.

Needs `wrk`; without it the rows say so.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path

from tests.benchmarks.serving import cpu_s, demo_state, program, resident_mb

ADDRESS = "127.0.0.1:18470"
URL = f"http://{ADDRESS}"
SECONDS = 3
CONNECTIONS = 64


def run() -> list[str]:
    """Measure answers a second and CPU of the site for each kind of request."""
    if shutil.which("wrk") is None:
        return ["no wrk on this computer: apt-get install wrk"]
    with tempfile.TemporaryDirectory() as folder:
        demo_state(Path(folder))
        with program(Path(folder), "site", ADDRESS, "/readyz") as site:
            idle = resident_mb(site)
            rows = [_measure(site, name, path, extra) for name, path, *extra in _requests()]
            return [*rows, f"site: {idle:.0f} MB resident when ready, {resident_mb(site):.0f} now"]


def _requests() -> list[tuple[str, ...]]:
    with urllib.request.urlopen(f"{URL}/api/v1/outlets") as answer:
        code = json.load(answer)["outlets"][0]["code"]
        etag = answer.headers["ETag"]
    near = "/api/v1/nearby?lat=25.0478&lon=121.517&in_stock=1"
    return [
        ("/healthz (the server alone)", "/healthz"),
        ("304", "/api/v1/outlets", f"If-None-Match: {etag}"),
        ("one outlet", f"/api/v1/outlets/{code}"),
        ("nearest 20 in stock", near),
        ("search page", "/?q=%E8%87%BA%E5%8C%97", "Accept-Encoding: gzip"),
        ("maskdata.csv, gzip", "/data/maskdata.csv", "Accept-Encoding: gzip"),
        ("outlets.geojson, gzip", "/data/outlets.geojson", "Accept-Encoding: gzip"),
    ]


def _measure(site: subprocess.Popen[bytes], name: str, path: str, extra: list[str]) -> str:
    headers = [word for header in extra for word in ("-H", header)]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", *headers, URL + path]
    before = cpu_s(site)
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    cpu = cpu_s(site) - before
    count = int(re.search(r"(\d+) requests in", output)[1])  # type: ignore[index]
    rate = re.search(r"Requests/sec:\s*([\d.]+)", output)[1]  # type: ignore[index]
    p99 = re.search(r"99%\s*(\S+)", output)[1]  # type: ignore[index]
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", output)
    faults = f", {wrong[1]} NOT 2xx/3xx" if wrong else ""
    return f"{name}: {float(rate):.0f}/s, p99 {p99}, CPU {cpu / count * 1e6:.0f} µs each{faults}"
