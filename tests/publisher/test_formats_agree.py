"""All formats of every release say what the entries up to its position say, while people buy."""

from __future__ import annotations

import asyncio
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from core.actions.desk import Desk
from core.actions.intakes import manual_intake
from core.actions.purchases import record_sale
from core.cli import main
from core.clock import system_clock
from core.domain.snapshot import Manifest
from core.errors import NotFound, Refused
from core.releases import load_public_key, read_current, read_file, read_manifest
from core.rules import MASKS, load_programmes
from core.settings import Settings
from core.storage import open_state
from tests.builders import a_claim
from tests.publisher.builders import LedgerFile
from tests.publisher.campaign import codes, poll, publishing, stocked
from tests.publisher.plain_readers import ADULT, CHILD, Numbers, numbers_in

OUTLETS = 300
AT_ONCE = 60
CHECK_AT_MOST_S = 0.5


async def _sell(settings: Settings, seed: int, rate: float, stop: threading.Event) -> int:
    """Sell at so many sales a second until told to stop; return how many were sold."""
    rng, sold, serial = random.Random(seed), 0, 0
    programme = load_programmes(None, None)[MASKS]
    async with open_state(settings) as state:
        desk = Desk(state.ledger, system_clock, programme, state.keys)
        goods = {"by": "test", "key": "goods", "body": b"", "note": ""}
        for code in codes(OUTLETS):
            pieces = {ADULT: rng.randrange(20, 600), CHILD: rng.randrange(300)}
            await manual_intake(desk, outlet=code, pieces=pieces, **goods)

        async def sale(number: int) -> bool:
            who = {"by": "test", "claim": a_claim(number), "key": f"k{number}", "body": b""}
            pieces = {rng.choice((ADULT, CHILD)): rng.randrange(1, 3)}
            try:
                await record_sale(desk, outlet=rng.choice(codes(OUTLETS)), pieces=pieces, **who)
            except Refused:
                return False
            return True

        began = time.monotonic()
        while not stop.is_set():
            sold += sum(await asyncio.gather(*(sale(serial + n) for n in range(AT_ONCE))))
            serial += AT_ONCE
            await asyncio.sleep(max(0.0, began + serial / rate - time.monotonic()))
    return sold


@contextmanager
def selling(settings: Settings, seed: int, rate: float) -> Iterator[list[float]]:
    """Sell while the block runs; afterwards the list holds how many, and in how many seconds."""
    stop, told = threading.Event(), []

    def work() -> None:
        began = time.monotonic()
        sold = asyncio.run(_sell(settings, seed, rate, stop))
        told.extend([sold, time.monotonic() - began])

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()


def read_release(settings: Settings) -> tuple[Manifest, dict[str, bytes]] | None:
    """Read every file of the newest release; None if it went while it was read."""
    key, folder = load_public_key(settings.public_key_file), settings.snapshots_folder
    try:
        manifest, _ = read_manifest(folder, read_current(folder, key), key)
        return manifest, {e.path: read_file(folder, manifest, e.path) for e in manifest.files}
    except NotFound:
        return None


def entries_up_to(settings: Settings, position: int) -> Numbers:
    """Sum the entries by plain SQL."""
    ledger = sqlite3.connect(f"file:{settings.database_path}?mode=ro", uri=True)
    query = (
        "SELECT outlet, sum(iif(product = ?, pieces, 0)), sum(iif(product = ?, pieces, 0))"
        " FROM entries WHERE position <= ? GROUP BY outlet"
    )
    found = {
        code: (adult, child)
        for code, adult, child in ledger.execute(query, (ADULT, CHILD, position))
    }
    ledger.close()
    return found


def assert_all_agree(settings: Settings, manifest: Manifest, bodies: dict[str, bytes]) -> int:
    """Compare every format with the entries; return how many numbers were compared."""
    entries = entries_up_to(settings, int(manifest.ledger_position))
    truth = {code: entries.get(code, (0, 0)) for code in codes(OUTLETS)}
    said = numbers_in(bodies)
    assert len(said) >= 5
    for name, numbers in said.items():
        # The official file leaves out outlets that have nothing.
        expected = {c: n for c, n in truth.items() if any(n)} if name == "maskdata.csv" else truth
        assert numbers == expected, f"release {manifest.sequence}: {name}"
    return sum(map(len, said.values()))


def agree(
    settings: Settings, ledger: LedgerFile, logs: Path, seed: int, snapshots: int, rate: float
) -> str:
    rng, seen, compared, formats = random.Random(seed), set(), 0, set()
    stocked(ledger, OUTLETS)
    with publishing(settings, logs, every_s=1.0) as state:
        assert state.once().returncode == 0
        state.start()
        with selling(settings, seed, rate) as told:
            while len(seen) < snapshots:
                last = state.newest()
                poll(lambda last=last: state.newest() > last, "a release")
                time.sleep(rng.uniform(0, CHECK_AT_MOST_S))
                found = read_release(settings)
                if found and found[0].sequence not in seen:
                    seen.add(found[0].sequence)
                    formats |= {path.partition("/")[0] for path in found[1]}
                    compared += assert_all_agree(settings, *found)
    arguments = ["snapshot", "verify", "--against-ledger", "--state", str(settings.state)]
    verified = CliRunner().invoke(main, arguments)
    assert verified.exit_code == 0, verified.output
    assert told[0] > 0
    return (
        f"{len(seen)} snapshots, {len(formats)} kinds of files, {compared} numbers;"
        f" {told[0]} sales at {told[0] / told[1]:.0f}/s"
    )


@pytest.mark.slow
def test_all_formats_agree_with_each_other_and_with_the_entries_while_people_buy(
    settings: Settings, ledger: LedgerFile, tmp_path: Path, seed: int
) -> None:
    print(agree(settings, ledger, tmp_path / "logs", seed, snapshots=4, rate=300))


@pytest.mark.soak
def test_all_formats_agree_at_fifty_random_snapshots(
    settings: Settings, ledger: LedgerFile, tmp_path: Path, seed: int
) -> None:
    print(agree(settings, ledger, tmp_path / "logs", seed, snapshots=50, rate=400))


def test_a_number_that_one_format_says_otherwise_is_found(
    settings: Settings, ledger: LedgerFile, begin, masks, folder: Path, signing_key
) -> None:
    stocked(ledger, OUTLETS)
    manifest = begin().publish(system_clock(), masks)
    bodies = {e.path: read_file(folder, manifest, e.path) for e in manifest.files}
    assert assert_all_agree(settings, manifest, bodies) > 5 * OUTLETS
    wrong = bodies["outlets.ndjson"].replace(b'"adult_mask":100', b'"adult_mask":99', 1)
    packed = {path: b for path, b in bodies.items() if not path.startswith("outlets.ndjson.")}
    with pytest.raises(AssertionError, match=r"outlets\.ndjson"):
        assert_all_agree(settings, manifest, packed | {"outlets.ndjson": wrong})
