"""How long a committed sale takes to be in every public file, at 300 sales a second.

Sales go through the actions into SQLite here; the publisher is `maskmap publish --every 1`, a
process of its own. Readable means that `current.json` names a release whose ledger position holds
the sale and all of whose files are there.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import threading
import time
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import msgspec

from core.actions.desk import Desk
from core.actions.intakes import IntakeRequest, manual_order
from core.actions.purchases import SaleRequest, sale_order
from core.clock import system_clock
from core.domain.calendar import taipei_day
from core.domain.snapshot import Current, Manifest
from core.rules import MASKS, load_programmes
from core.settings import Settings
from core.storage import open_state
from core.storage.feed import LedgerFeed
from core.supervisor import DEMO_RULES_OF
from publisher.replay.people import a_buyer
from tests.benchmarks.serving import cpu_s, demo_settings

SALES_PER_S, SECONDS, WARM_UP_S, LIMIT_S = 300, 20, 5, 120
_FIRST_BUYER = 50_000_000
Seen = list[tuple[int, float]]
"""Positions in the ledger, and when each was first committed, or readable."""


def measure(settings: Settings) -> list[str]:
    """Sell, publish and read for a while; return the delays of the sales."""
    committed: Seen = []
    readable: Seen = []
    with _publisher(settings) as publisher, _reader(settings.snapshots_folder, readable):
        asyncio.run(_sell(settings, committed, readable))
        cpu, until = cpu_s(publisher), time.monotonic() + LIMIT_S
        while readable[-1][0] < committed[-1][0] and time.monotonic() < until:
            time.sleep(0.05)
    positions = [position for position, _ in readable]
    skipped = committed[WARM_UP_S * SALES_PER_S :]
    places = [(at, bisect_left(positions, position)) for position, at in skipped]
    delays = sorted(readable[n][1] - at for at, n in places if n < len(readable))
    p50, p99 = statistics.median(delays), delays[int(len(delays) * 0.99)]
    rate = len(committed) / (committed[-1][1] - committed[0][1])
    lost = len(places) - len(delays)
    return [
        f"commit to readable, {rate:.0f} sales/s, a look each second: p50 {p50:.2f} s, p99"
        f" {p99:.2f} s, most {delays[-1]:.2f} s ({len(delays)} sales, {lost} never)",
        f"  of the publisher: {cpu:.1f} s CPU for {len(readable)} releases seen",
    ]


@contextmanager
def _publisher(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    state = ("--state", str(settings.state))
    command = [sys.executable, "-P", "-m", "core.cli", *state, "publish", "--every", "1"]
    environment = demo_settings(MASKMAP_LOG="error")
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _reader(folder: Path, readable: Seen) -> Iterator[None]:
    """Poll what readers are pointed to from a thread, until the block ends."""
    over = threading.Event()

    def look() -> None:
        last = 0
        while not over.wait(0.01):
            current = msgspec.json.decode((folder / "current.json").read_bytes(), type=Current)
            if current.sequence == last:
                continue
            inside = (folder / current.manifest).parent
            body = (inside / "manifest.json").read_bytes()
            manifest = msgspec.json.decode(body, type=Manifest)
            for entry in manifest.files:
                assert (inside / entry.path).stat().st_size == entry.bytes
            readable.append((int(manifest.ledger_position), time.monotonic()))
            last = current.sequence

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


async def _sell(settings: Settings, committed: Seen, readable: Seen) -> None:
    """Commit sales at a steady rate, each in a task of its own."""
    programme = load_programmes(None, DEMO_RULES_OF)[MASKS]
    feed = LedgerFeed(settings.database_path)
    now = system_clock()
    day = taipei_day(now)
    codes = [outlet.code for outlet in feed.outlets()]
    async with open_state(settings) as state:
        desk = Desk(state.ledger, system_clock, programme, state.keys)
        supply = {"adult_mask": 200}
        intakes = [
            manual_order(desk, IntakeRequest("bench", code, supply, "", None, supply, now, day))
            for code in codes
        ]
        await state.ledger.commit_many(intakes)
        started = time.monotonic()
        while readable[-1][0] < feed.position() and time.monotonic() < started + LIMIT_S:
            await asyncio.sleep(0.05)

        async def sell(serial: int) -> None:
            buyer = a_buyer(_FIRST_BUYER + serial, day, child=False)
            code = codes[serial * 2_654_435_761 % len(codes)]
            at = system_clock()
            pieces = {"adult_mask": 2}
            request = SaleRequest("bench", code, buyer, pieces, "demo", at, day)
            await state.ledger.commit(sale_order(desk, request))
            # Others may have been committed meanwhile, so this is too late a position, if any.
            committed.append((feed.position(), time.monotonic()))

        tasks, began = [], time.monotonic()
        for serial in count():
            due = began + serial / SALES_PER_S
            if due > began + SECONDS:
                break
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            tasks.append(asyncio.create_task(sell(serial)))
        await asyncio.gather(*tasks)
    feed.close()
