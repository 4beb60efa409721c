"""From a committed act to the public answer, behind ``maskmap up`` at one second.

Each act is committed by the portal's own action at a random moment, each at an outlet of its own.
It is public when the site's API shows the stock that it left; the site is asked every few
hundredths of a second.
"""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.actions.desk import Desk
from core.actions.intakes import manual_intake
from core.clock import system_clock
from core.rules import MASKS, load_programmes
from core.settings import Settings
from core.storage import open_state
from core.supervisor import DEMO_RULES_OF

ACTS, ACTS_PER_S, WARM_UP_S = 120, 2, 5
ASK_EVERY_S, GIVE_UP_S = 0.02, 30.0
PRODUCT = "adult_mask"


def run() -> list[str]:
    """Measure the seconds from commit to public, of acts at random moments."""
    with tempfile.TemporaryDirectory() as folder, _up(folder) as site:
        time.sleep(WARM_UP_S)
        waits = sorted(asyncio.run(_measure(Settings(state=Path(folder)), site)))
    public = [wait for wait in waits if wait < GIVE_UP_S]
    p90, p99 = (public[int(len(public) * share)] for share in (0.90, 0.99))
    return [
        f"commit to /api/v1/outlets/CODE, {ACTS_PER_S} acts/s: p50 {statistics.median(public):.2f}"
        f" s, p90 {p90:.2f} s, p99 {p99:.2f} s, longest {public[-1]:.2f} s"
        f" ({len(public)} acts, {len(waits) - len(public)} not within {GIVE_UP_S:.0f} s)",
        f"  load of the computer {os.getloadavg()[0]:.0f} on {os.cpu_count()} cores",
    ]


@contextmanager
def _up(state: str) -> Iterator[str]:
    """Run the demo nation on free ports until the block ends; yield the site's host and port."""
    free = {f"MASKMAP_{name}_LISTEN": "127.0.0.1:0" for name in ("SITE", "PORTAL")}
    command = [sys.executable, "-P", "-m", "core.cli", "--state", state, "up", "--demo"]
    environ = os.environ | free | {"MASKMAP_LOG": "error"}
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            ready = next(line for line in process.stdout if line.startswith("ready "))
            yield ready.split("site=http://")[1].split()[0]
        finally:
            process.terminate()


async def _measure(settings: Settings, site: str) -> list[float]:
    rng = random.Random(1)
    programme = load_programmes(None, DEMO_RULES_OF)[MASKS]
    stocks = {one["code"]: int(one[PRODUCT]) for one in _ask(site, "?limit=500")["outlets"]}
    async with open_state(settings) as state:
        desk = Desk(state.ledger, system_clock, programme, state.keys)

        async def act(code: str) -> float:
            given = {"by": "bench", "outlet": code, "key": f"fresh-{code}", "body": b"", "note": ""}
            await manual_intake(desk, pieces={PRODUCT: 1}, **given)
            return await _until_public(site, code, stocks[code] + 1)

        acts = []
        for code in rng.sample(sorted(stocks), ACTS):
            await asyncio.sleep(rng.uniform(0, 2 / ACTS_PER_S))
            acts.append(asyncio.create_task(act(code)))
        return await asyncio.gather(*acts)


async def _until_public(site: str, code: str, pieces: int) -> float:
    """Ask until the site shows a stock; return the seconds it took, or when it was given up."""
    began = time.monotonic()
    while (waited := time.monotonic() - began) < GIVE_UP_S:
        said = await asyncio.to_thread(_ask, site, f"/{code}")
        if int(said["outlet"][PRODUCT]) == pieces:
            return time.monotonic() - began
        await asyncio.sleep(ASK_EVERY_S)
    return waited


def _ask(site: str, what: str) -> dict:
    connection = http.client.HTTPConnection(site, timeout=GIVE_UP_S)
    try:
        connection.request("GET", f"/api/v1/outlets{what}")
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()
