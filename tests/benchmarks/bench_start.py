"""Cold start and memory: the command line, and each program over the demo nation."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.serving import demo_settings, demo_state, program, resident_mb

ROUNDS = 5
SERVERS = (("portal", "127.0.0.1:18461"), ("site", "127.0.0.1:18471"))


def run() -> list[str]:
    """Measure the best of a few starts of commands, then seconds and MB of each program."""
    rows = [
        f"{name}: {min(_time_s(arguments) for _ in range(ROUNDS)):.2f} s"
        for name, arguments in {
            "python alone": ["-c", "pass"],
            "maskmap --help": ["-P", "-m", "core.cli", "--help"],
        }.items()
    ]
    with tempfile.TemporaryDirectory() as folder:
        demo_state(Path(folder))
        return [*rows, *(_server(Path(folder), *one) for one in SERVERS), _publisher(folder)]


def _time_s(arguments: list[str]) -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started


def _server(state: Path, name: str, address: str) -> str:
    started = time.monotonic()
    with program(state, name, address, "/readyz") as process:
        seconds = time.monotonic() - started
        return f"{name}: ready after {seconds:.2f} s, {resident_mb(process):.0f} MB resident"


def _publisher(state: str) -> str:
    command = [sys.executable, "-P", "-m", "core.cli", "--state", state, "publish", "--once"]
    started = time.monotonic()
    process = subprocess.Popen(command, env=demo_settings(), stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(process.pid, 0)
    seconds, peak_mb = time.monotonic() - started, usage.ru_maxrss / 1000
    return f"publish --once: {seconds:.2f} s, {peak_mb:.0f} MB at its peak"
