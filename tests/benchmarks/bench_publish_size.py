"""What publishing costs against the length of the ledger, and for a nation of a million.

By default small: 0.2 and 2 million entries, 50 000 outlets. `MASKMAP_BENCH_FULL=1` takes 1 and 50
million entries and a million outlets: 6 GB of disk, 8 GB of memory, about an hour.
`MASKMAP_BENCH_OUTLETS` says another number of outlets.

The audit's peer is pandas, reading the same ledger a block at a time and summing each.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TypeVar

import pandas as pd

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from core.clock import system_clock  # noqa: E402
from core.rules import MASKS, load_programmes  # noqa: E402
from core.settings import Settings  # noqa: E402
from core.storage.connection import connect_reader, connect_writer  # noqa: E402
from core.storage.feed import LedgerFeed  # noqa: E402
from publisher.publishing import Publisher, open_publisher  # noqa: E402
from tests.benchmarks.publish_world import PRODUCTS, fill_ledger, fill_register  # noqa: E402

FULL = os.environ.get("MASKMAP_BENCH_FULL") == "1"
SHORT, LONG = (1_000_000, 50_000_000) if FULL else (200_000, 2_000_000)
NATION = 6_500
WORLD = int(os.environ.get("MASKMAP_BENCH_OUTLETS", "1000000" if FULL else "50000"))
CHANGED, ROUNDS = 600, 7
EQUAL = ("NOT EQUAL", "all equal")
_CHUNK = 500_000
_SELL = (
    "INSERT INTO entries SELECT n, n, 'sale', ?, ?, -1, ?, '2020-02-07', 'bench', 'counter', '', 0,"
    " 0, NULL FROM (SELECT coalesce(max(position), 0) + 1 AS n FROM entries)"
)


def run() -> Iterator[str]:
    """Measure each in processes of its own, so that the memory is its own too."""
    with tempfile.TemporaryDirectory() as folder:
        short, long = Path(folder, "short"), Path(folder, "long")
        for place, rows in ((short, SHORT), (long, LONG)):
            fill_ledger(Settings(state=place), rows, NATION)
            fill_register(Settings(state=place), NATION, stock=False)
        yield from audit(long)
        yield from against_length(short, long)
    with tempfile.TemporaryDirectory() as folder:
        fill_register(Settings(state=Path(folder)), WORLD)
        command = [sys.executable, __file__, folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        yield from done.stdout.splitlines()


def against_length(short: Path, long: Path) -> Iterator[str]:
    """Yield what a release after the same changes costs on a short and on a long ledger.

    Without the followers: the history reads a ledger that it does not know once, from its begin.
    """
    with _publishing(short) as (small, ledger), _publishing(long) as (large, longer):
        costs = [(_cycle(small, ledger), _cycle(large, longer)) for _ in range(ROUNDS)]
    here, there = (statistics.median(column) for column in zip(*costs, strict=True))
    ratio = statistics.median(after / before for before, after in costs)
    yield (
        f"release after {CHANGED} changes, {SHORT / 1e6:g} M entries: {here:.0f} ms CPU;"
        f" {LONG / 1e6:g} M: {there:.0f} ms; ratio {ratio:.2f}"
    )


@contextmanager
def _publishing(state: Path) -> Iterator[tuple[Publisher, Path]]:
    settings = Settings(state=state, publish_every=1)
    with open_publisher(settings) as publisher:
        publisher.followers = ()
        publisher.publish(system_clock(), load_programmes(None, None)[MASKS])
        yield publisher, settings.database_path


def _cycle(publisher: Publisher, ledger: Path) -> float:
    with closing(connect_writer(ledger)) as writer:
        stocked = "SELECT outlet FROM balances WHERE product = ? AND pieces > 0 ORDER BY outlet"
        codes = [row[0] for row in writer.execute(stocked, PRODUCTS[:1])]
        now_us = int(system_clock().timestamp() * 1e6)
        writer.execute("BEGIN")
        for code in codes[:: max(1, len(codes) // CHANGED)][:CHANGED]:
            writer.execute(_SELL, (code, PRODUCTS[0], now_us))
            writer.execute(
                "UPDATE balances SET pieces = pieces - 1 WHERE outlet = ? AND product = ?",
                (code, PRODUCTS[0]),
            )
        writer.execute("COMMIT")
    programme = load_programmes(None, None)[MASKS]
    return _timed(lambda: publisher.publish(system_clock(), programme))[1] * 1000


def audit(state: Path) -> Iterator[str]:
    """Yield what summing the ledger anew costs, beside pandas over the same rows."""
    database = Settings(state=state).database_path
    with closing(LedgerFeed(database)) as feed:
        truth, *ours = _timed(feed.recompute)
        sums, *theirs = _timed(lambda: by_pandas(database))
        kept = {key: balance.pieces for key, balance in feed.balances().items()}
    yield (
        f"audit of {len(kept)} balances: {ours[0]:.1f} s CPU, {ours[1]:.1f} s; pandas:"
        f" {theirs[0]:.1f} s CPU, {theirs[1]:.1f} s; ratio {theirs[0] / ours[0]:.1f} by CPU,"
        f" {theirs[1] / ours[1]:.1f} by the clock; {EQUAL[truth == sums == kept]}"
    )


def by_pandas(database: Path) -> dict[tuple[str, str], int]:
    """Sum the ledger as an analyst would, within some memory."""
    query = "SELECT outlet, product, pieces FROM entries"
    keys = ["outlet", "product"]
    with closing(connect_reader(database)) as connection:
        chunks = pd.read_sql_query(query, connection, chunksize=_CHUNK)
        parts = [chunk.groupby(keys)["pieces"].sum() for chunk in chunks]
    sums = pd.concat(parts).groupby(level=[0, 1]).sum()
    return {key: int(pieces) for key, pieces in sums.items()}


def _timed(work: Callable[[], T]) -> tuple[T, float, float]:
    """Return what the work returns, its CPU time and its time by the clock, seconds."""
    cpu, wall = time.process_time(), time.perf_counter()
    done = work()
    return done, time.process_time() - cpu, time.perf_counter() - wall


def world(state: Path) -> None:
    """Print what releases of a very large nation cost; the followers are not among it."""
    settings = Settings(state=state, publish_every=30)
    programme = load_programmes(None, None)[MASKS]
    with open_publisher(settings, quick=True) as publisher:
        publisher.followers = ()
        _, cpu, wall = _timed(lambda: publisher.publish(system_clock(), programme))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{WORLD} outlets, first release after a start: {wall:.1f} s, {cpu:.1f} s CPU;"
            f" most memory {peak:.0f} MB"
        )
        for _ in range(2):
            cpu_ms = _cycle(publisher, settings.database_path)
            print(f"  after {CHANGED} changes: {cpu_ms / 1000:.1f} s CPU")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    folder = max(place for place in settings.snapshots_folder.iterdir() if place.name.isdigit())
    size = sum(place.stat().st_size for place in folder.rglob("*"))
    print(f"  most memory {peak:.0f} MB; a release is {size / 1e6:.0f} MB in all")


if __name__ == "__main__":
    world(Path(sys.argv[1]))
