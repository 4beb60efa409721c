"""One publish cycle at 6 500 outlets of which 600 changed, all over the land: CPU by stage and
format, beside what people write first; and how long a committed sale takes to be public.

The peer (``publish_peer``) takes turns with the cycle, so that both see the same computer. How the
costs grow with the ledger and with the nation: ``bench_publish_size``.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

from core.actions.desk import Desk
from core.actions.intakes import manual_intake
from core.clock import system_clock
from core.domain.programme import Programme
from core.rules import MASKS, load_programmes
from core.settings import Settings
from core.storage import open_state
from publisher import publishing, release, release_files
from publisher.collect import Collector
from publisher.demo_nation import fill
from publisher.formats import all_formats
from publisher.publishing import Publisher, open_publisher
from tests.benchmarks.commit_to_readable import measure
from tests.benchmarks.publish_peer import Row, naive

CHANGED = 600
ROUNDS = 7
Costs = dict[str, list[float]]


def run() -> Iterator[str]:
    """Measure CPU milliseconds of this process (medians), and the ratio to the peer."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state=Path(folder), publish_every=1)
        asyncio.run(fill(settings, progress=lambda done, planned: None))
        programme = load_programmes(None, None)[MASKS]
        with open_publisher(settings) as publisher:
            yield from _cycles(settings, publisher, programme)
        yield from measure(settings)


def _cycles(settings: Settings, publisher: Publisher, programme: Programme) -> Iterator[str]:
    followers, publisher.followers = publisher.followers, ()
    first = cpu_ms(lambda: publisher.publish(system_clock(), programme))
    costs: Costs = {}
    for turn in range(ROUNDS):
        asyncio.run(_change(settings, turn))
        _add(costs, "cycle", cpu_ms(lambda: publisher.publish(system_clock(), programme)))
        with tempfile.TemporaryDirectory() as place:
            outlets = read_rows(settings)
            _add(costs, "peer", cpu_ms(naive(outlets, outlets[:CHANGED], Path(place))))
        asyncio.run(_change(settings, ROUNDS + turn))
        with _stages(costs):
            publisher.publish(system_clock(), programme)
    publisher.followers = followers
    publisher.publish(system_clock(), programme)
    for turn in range(2 * ROUNDS, 3 * ROUNDS):
        asyncio.run(_change(settings, turn))
        _add(costs, "followed", cpu_ms(lambda: publisher.publish(system_clock(), programme)))
    cycle, peer = _median(costs, "cycle"), _median(costs, "peer")
    ratio = statistics.median(
        theirs / ours for ours, theirs in zip(costs["cycle"], costs["peer"], strict=True)
    )
    yield f"first release after a start, {len(outlets)} outlets: {first:.0f} ms CPU"
    yield f"release after {CHANGED} outlets changed: {cycle:.0f} ms CPU (least {_least(costs)})"
    yield f"json.dumps + pandas + gzip -9 of the same files: {peer:.0f} ms CPU"
    yield f"ratio: {ratio:.1f}"
    yield f"with courses, history and catalogue following: {_median(costs, 'followed'):.0f} ms CPU"
    for stage in sorted(costs.keys() - {"cycle", "peer", "followed"}):
        yield f"  {stage}: {_median(costs, stage):.1f} ms"


def cpu_ms(work: Callable[[], object]) -> float:
    """Return the CPU time of a piece of work, milliseconds."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def _add(costs: Costs, name: str, ms: float) -> None:
    costs.setdefault(name, []).append(ms)


def _median(costs: Costs, name: str) -> float:
    return statistics.median(costs[name])


def _least(costs: Costs) -> str:
    return f"{min(costs['cycle']):.0f}"


@contextmanager
def _stages(costs: Costs) -> Iterator[None]:
    """Time the stages of one release, and each format without the files that are made late."""
    sums: dict[str, float] = {}

    def timed(name: str, work: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **named: object) -> object:
            started = time.thread_time()
            try:
                return work(*args, **named)
            finally:
                sums[name] = sums.get(name, 0.0) + (time.thread_time() - started) * 1000

        return call

    stages = [
        (Collector, "collect", "1 collect what was committed"),
        (publishing, "pass_gate", "2 quality gate"),
        (release_files, "sha256_hex", "5 hash"),
        (release.durable, "write_new", "7 write and sync"),
        (release.durable, "same_file", "8 take over"),
        (publishing, "let_go", "9 let old releases go"),
    ]
    stages += [(one, "write", f"3 {', '.join(one.PATHS)}") for one in all_formats()]
    patches = [
        patch.object(place, name, timed(said, getattr(place, name))) for place, name, said in stages
    ]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()
    for name, ms in sums.items():
        _add(costs, name, ms)


async def _change(settings: Settings, turn: int) -> None:
    programme = load_programmes(None, None)[MASKS]
    codes = [str(row["code"]) for row in read_rows(settings)]
    async with open_state(settings) as state:
        desk = Desk(state.ledger, system_clock, programme, state.keys)
        for code in codes[turn % 7 :: len(codes) // CHANGED][:CHANGED]:
            await manual_intake(
                desk,
                by="bench",
                outlet=code,
                pieces={"adult_mask": 1},
                key=f"turn-{turn}",
                body=b"",
            )


def read_rows(settings: Settings) -> list[Row]:
    """Return what the newest release says, one flat row an outlet."""
    folder = settings.snapshots_folder
    newest = max(path for path in folder.iterdir() if path.name.isdigit())
    return [json.loads(line) for line in (newest / "outlets.ndjson").read_text().splitlines()]
