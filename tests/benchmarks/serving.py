"""Start one program over a demo state, and read what the system accounts to it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from core.settings import Settings
from publisher.demo.filling import fill

TICKS_PER_S = os.sysconf("SC_CLK_TCK")
START_LIMIT_S = 30


def demo_state(folder: Path) -> Settings:
    """Fill a state with the demo nation and its software cards."""
    settings = Settings(state=folder)
    asyncio.run(fill(settings, progress=lambda done, planned: None))
    maskmap(folder, "demo", "card")
    return settings


def maskmap(state: Path, *words: str) -> str:
    """Run a command to its end; return what it printed."""
    command = [sys.executable, "-P", "-m", "core.cli", "--state", str(state), *words]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=demo_settings())
    return done.stdout


def demo_settings(**more: str) -> dict[str, str]:
    """Return an environment with the demo's settings."""
    return os.environ | {"MASKMAP_DEMO": "1", "MASKMAP_RULES_OF": "2020-02-06"} | more


@contextmanager
def program(
    state: Path, name: str, address: str, ready: str, pinned: Sequence[str] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; begin when it answers. ``pinned`` stands before it."""
    listen = {f"MASKMAP_{name.upper()}_LISTEN": address, "MASKMAP_LOG": "error"}
    command = [*pinned, sys.executable, "-P", "-m", "core.cli", "--state", str(state), name]
    process = subprocess.Popen(command, env=demo_settings(**listen), stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready(f"http://{address}{ready}")
        yield process
    finally:
        process.terminate()
        process.wait()


def _wait_until_ready(url: str) -> None:
    until = time.monotonic() + START_LIMIT_S
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise TimeoutError(f"{url} did not answer within {START_LIMIT_S} s")


def cpu_s(process: subprocess.Popen[bytes]) -> float:
    """Return the CPU time a process has used so far, seconds."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def resident_mb(process: subprocess.Popen[bytes]) -> float:
    """Return a process's resident memory, MB."""
    pages = int(Path(f"/proc/{process.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
