"""Nearest search (goal P4): the index alone, and over HTTP beside an answer that searches nothing.

At 6 500 and at 1 000 000 outlets; every place is asked for the first time. Both answers come from
one process by the same way, turn and turn about; the middle of the rounds' ratios counts.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from wrk import SERVER, Answers, ask

HERE = Path(__file__).parent
WORLD, POINTS = HERE / "nearest_world.py", HERE / "nearest.lua"
SIZES = tuple(int(size) for size in os.environ.get("NEAREST_SIZES", "6500,1000000").split(","))
ROUNDS, SECONDS = 7, 1
MORE = "&in_stock=1&radius_m=50000"
SEARCH, SAME_SIZE = "/api/v1/nearby", "/api/v1/same-size"


def run() -> list[str]:
    """Measure both sizes."""
    alone = {size: measure(size) for size in SIZES}
    rows = [_alone(found) for found in alone.values()]
    if len(SIZES) > 1:
        few, many = (alone[size]["search_us"] for size in (SIZES[0], SIZES[-1]))
        rows.append(f"P4: search at {SIZES[-1]:,} / at {SIZES[0]:,}: {many / few:.2f} (goal 1.5)")
    if shutil.which("wrk") is None:
        return [*rows, "no wrk on this computer: apt-get install wrk"]
    over_http = {size: compare(size) for size in SIZES}
    for size, rounds in over_http.items():
        rows += _compared(size, rounds)
    if len(SIZES) > 1:
        few, many = (_middle_cpu(over_http[size]) for size in (SIZES[0], SIZES[-1]))
        rows.append(f"P4: CPU of a search over HTTP, ratio of the sizes: {many / few:.2f}")
    return rows


def measure(size: int) -> dict[str, float]:
    """Measure the index alone, in a process of its own."""
    command = [*SERVER, sys.executable, str(WORLD), "measure", str(size)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def compare(size: int) -> list[tuple[Answers, Answers]]:
    """Ask over HTTP, with and without search, in turn."""
    with tempfile.TemporaryDirectory() as folder, served(size, Path(folder)) as (process, url):
        places = {"NEAR_PLACES": str(Path(folder, "places.txt")), "NEAR_MORE": MORE}
        return [
            (
                _ask(process, url, places | {"NEAR_PATH": SEARCH}),
                _ask(process, url, places | {"NEAR_PATH": SAME_SIZE}),
            )
            for _ in range(ROUNDS)
        ]


def _ask(process: subprocess.Popen[bytes], url: str, environ: dict[str, str]) -> Answers:
    return ask(process, url, seconds=SECONDS, script=POINTS, environ=environ)


@contextmanager
def served(size: int, folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Serve a synthetic release until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [*SERVER, sys.executable, str(WORLD), "serve", str(size), str(port), str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        lines = (line.decode().strip() for line in process.stdout)
        yield process, next(line for line in lines if line.startswith("http"))
    finally:
        process.terminate()
        process.wait()


def _alone(found: dict[str, float]) -> str:
    return (
        f"{found['outlets']:,.0f} outlets: search {found['search_us']:.0f} µs, answer"
        f" {found['answer_us']:.0f} µs, wrong {found['wrong']:.0f}; build {found['build_s']:.2f} s,"
        f" again with a tenth changed {found['rebuild_s']:.3f} s; {found['view_mb']:.0f} MB beside"
        f" the file's {found['file_mb']:.0f}: {found['bytes_an_outlet']:.0f} bytes an outlet"
    )


def _compared(size: int, rounds: list[tuple[Answers, Answers]]) -> list[str]:
    ratios = sorted(search.per_s / same.per_s for search, same in rounds)
    cpu = statistics.median(same.cpu_us / search.cpu_us for search, same in rounds)
    search, same = sorted(rounds, key=lambda pair: pair[0].per_s)[len(rounds) // 2]
    return [
        f"{size:,} outlets, over HTTP, nearest 20 in stock: {search.words()}",
        f"{size:,} outlets, over HTTP, same size without search: {same.words()}",
        f"P4: ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f}-{ratios[-1]:.2f}), by CPU"
        f" {cpu:.2f} (goal 0.6)",
    ]


def _middle_cpu(rounds: list[tuple[Answers, Answers]]) -> float:
    return statistics.median(search.cpu_us for search, _ in rounds)
