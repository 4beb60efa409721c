"""One publish cycle at 6 500 outlets: CPU of a full and of an incremental release.

The peer is what people write first: `pandas.to_csv`, `json.dumps` and `gzip -9` of the same rows.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pandas as pd

from core.actions.desk import Desk
from core.actions.intakes import manual_intake
from core.clock import system_clock
from core.domain.snapshot import Manifest
from core.rules import MASKS, load_programmes
from core.settings import Settings
from core.storage import open_state
from publisher.demo_nation import fill
from publisher.publishing import Publisher, open_publisher

CHANGED = 600
ROUNDS = 5


def run() -> list[str]:
    """Measure CPU milliseconds of this process (median of a few), and the ratio to the peer."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(state=Path(folder), publish_every=1)
        asyncio.run(fill(settings, progress=lambda done, planned: None))
        programme = load_programmes(None, None)[MASKS]
        with open_publisher(settings) as publisher:
            first = cpu_ms(lambda: publisher.publish(system_clock(), programme))
            again = [_incremental(settings, publisher, turn) for turn in range(ROUNDS)]
            manifest = publisher.publish(system_clock(), programme)
        peer = statistics.median(cpu_ms(_naive(settings, manifest)) for _ in range(3))
    cycle = statistics.median(again)
    return [
        f"first release, {manifest.counts['outlets']} outlets: {first:.0f} ms CPU",
        f"release after {CHANGED} outlets changed: {cycle:.0f} ms CPU",
        f"pandas.to_csv + json.dumps + gzip -9 of the same: {peer:.0f} ms CPU",
        f"ratio: {peer / cycle:.1f}",
    ]


def cpu_ms(work: Callable[[], object]) -> float:
    """Return the CPU time of a piece of work, milliseconds."""
    started = time.process_time()
    work()
    return (time.process_time() - started) * 1000


def _incremental(settings: Settings, publisher: Publisher, turn: int) -> float:
    asyncio.run(_change(settings, turn))
    programme = load_programmes(None, None)[MASKS]
    return cpu_ms(lambda: publisher.publish(system_clock(), programme))


async def _change(settings: Settings, turn: int) -> None:
    programme = load_programmes(None, None)[MASKS]
    async with open_state(settings) as state:
        desk = Desk(state.ledger, system_clock, programme, state.keys)
        for code in _codes(settings)[:CHANGED]:
            await manual_intake(
                desk,
                by="bench",
                outlet=code,
                pieces={"adult_mask": 1},
                key=f"turn-{turn}",
                body=b"",
            )


def _codes(settings: Settings) -> list[str]:
    return [row["properties"]["code"] for row in _features(settings)]


def _features(settings: Settings) -> list[dict[str, dict[str, object]]]:
    folder = settings.snapshots_folder
    newest = max(path for path in folder.iterdir() if path.name.isdigit())
    return list(json.loads((newest / "outlets.geojson").read_text())["features"])


def _naive(settings: Settings, manifest: Manifest) -> Callable[[], None]:
    features = _features(settings)
    rows = [feature["properties"] for feature in features]

    def write() -> None:
        table = pd.DataFrame(rows)
        official = table[["code", "name", "address", "phone", "adult_mask", "child_mask"]]
        texts = [
            official.to_csv(index=False),
            table.to_csv(index=False),
            json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False),
            json.dumps({"features": rows}, ensure_ascii=False),
        ]
        for text in texts:
            gzip.compress(text.encode(), 9)

    assert len(rows) == manifest.counts["outlets"]
    return write
