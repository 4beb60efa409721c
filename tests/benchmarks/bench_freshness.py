"""From a committed act to the public answer: publisher at one second, and the site behind it.

Each act is committed by the portal's own action at a random moment. It is public when the site's
API shows the stock that it left; the site is asked every few milliseconds. Publisher and site run
as ``maskmap up`` runs them.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from statistics import quantiles

from core.actions.desk import Desk
from core.actions.intakes import manual_intake
from core.clock import system_clock
from core.rules import MASKS, load_programmes
from core.settings import Settings
from core.storage import open_state
from publisher.demo_nation import fill

ACTS = 120
ASK_EVERY_S = 0.005
GIVE_UP_S = 30.0
MASKMAP = (sys.executable, "-P", "-m", "core.cli")
PRODUCT = "adult_mask"


def run() -> list[str]:
    """Measure the seconds from commit to public, of acts at random moments."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state=Path(folder))
        asyncio.run(fill(settings, progress=lambda done, planned: None))
        address = f"127.0.0.1:{_free_port()}"
        given = {"MASKMAP_SITE_LISTEN": address, "MASKMAP_LOG": "error"}
        environ = os.environ | given | {"MASKMAP_STATE": folder}
        programs = [
            subprocess.Popen([*MASKMAP, *words], env=environ)
            for words in (("publish", "--every", "1"), ("site",))
        ]
        try:
            waits = asyncio.run(_measure(settings, f"http://{address}"))
        finally:
            for program in programs:
                program.terminate()
            for program in programs:
                program.wait()
    cuts = quantiles(waits, n=100)
    return [
        f"{len(waits)} acts, commit to /api/v1/outlets/CODE: p50 {cuts[49]:.2f} s,"
        f" p90 {cuts[89]:.2f} s, p99 {cuts[98]:.2f} s, longest {max(waits):.2f} s",
    ]


async def _measure(settings: Settings, site: str) -> list[float]:
    rng, waits = random.Random(1), []
    programme = load_programmes(None, None)[MASKS]
    codes = await asyncio.to_thread(_codes, site)
    async with open_state(settings) as state:
        desk = Desk(state.ledger, system_clock, programme, state.keys)
        for number in range(ACTS):
            await asyncio.sleep(rng.uniform(0, 1))
            code = rng.choice(codes)
            before = await asyncio.to_thread(_stock, site, code)
            key = f"fresh-{number}"
            act = {"by": "bench", "outlet": code, "key": key, "body": b"", "note": ""}
            await manual_intake(desk, pieces={PRODUCT: 1}, **act)
            committed = time.monotonic()
            await asyncio.to_thread(_await_stock, site, code, before + 1)
            waits.append(time.monotonic() - committed)
    return waits


def _await_stock(site: str, code: str, pieces: int) -> None:
    give_up = time.monotonic() + GIVE_UP_S
    while _stock(site, code) != pieces:
        if time.monotonic() > give_up:
            raise TimeoutError(f"{code} was not published within {GIVE_UP_S:.0f} s")
        time.sleep(ASK_EVERY_S)


def _codes(site: str) -> list[str]:
    give_up = time.monotonic() + GIVE_UP_S
    while True:
        try:
            return [one["code"] for one in _ask(f"{site}/api/v1/outlets?limit=500")["outlets"]]
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


def _stock(site: str, code: str) -> int:
    return int(_ask(f"{site}/api/v1/outlets/{code}")["outlet"][PRODUCT])


def _ask(url: str) -> dict:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.loads(answer.read())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
