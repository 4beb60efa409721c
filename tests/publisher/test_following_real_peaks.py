"""On real peaks the changes are a small part of the whole file: same record, both compressed."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from core.domain.calendar import TAIPEI
from core.domain.outlets import Outlet
from core.domain.snapshot import OutletRecord
from core.rules import MASKS, load_programmes
from publisher import changes
from publisher.join import with_stock
from publisher.register.building import outlet_of
from publisher.register.reading import read_mask_file
from publisher.release_data import outlet_object
from publisher.replay.series import Moment, ParquetSeries
from publisher.words_of_outlets import WordsOfOutlets

pytestmark = pytest.mark.slow

PRODUCTS = ("adult_mask", "child_mask")
MOST = 0.45
# The finest steps that the series has; a release comes every half minute at most.
PEAK = timedelta(minutes=6)
UNTIL = datetime(2020, 2, 18, 12, tzinfo=TAIPEI)


class Nation:
    """What every outlet says, moment after moment, as a release would have it."""

    def __init__(self) -> None:
        self.levels = load_programmes(None, None)[MASKS].levels
        self.records: dict[str, OutletRecord] = {}
        self.objects: dict[str, bytes] = {}
        self.counts: dict[str, tuple[int, int]] = {}

    def move_to(self, moment: Moment) -> tuple[bytes, bytes]:
        """Return the whole NDJSON at a moment, and the changes since the one before."""
        before = dict(self.objects)
        for outlet in moment.outlets or (outlet_of(code, name=code) for code in moment.counts):
            if outlet.code not in self.records:
                self._say(outlet, moment)
        for code in self.records:
            counts = moment.counts.get(code, (0, 0))
            if counts != self.counts.get(code):
                self._stock(code, counts, moment)
        told, _ = changes.write(before, self.objects)
        whole = b"".join(self.objects[code] + b"\n" for code in sorted(self.objects))
        return whole, told

    def _say(self, outlet: Outlet, moment: Moment) -> None:
        words = WordsOfOutlets()
        words.register([outlet])
        words.move_to(moment.source_time)
        self.records[outlet.code] = words.record(outlet.code)

    def _stock(self, code: str, counts: tuple[int, int], moment: Moment) -> None:
        self.counts[code] = counts
        stock = dict(zip(PRODUCTS, counts, strict=True))
        record = with_stock(self.records[code], stock, self.levels, moment.source_time)
        self.objects[code] = outlet_object(record, PRODUCTS)


def with_names(moments: Iterable[Moment], files: Path) -> Iterator[Moment]:
    """Let outlets have the names and addresses that they had in 2020."""
    known = {
        row.code: outlet_of(row.code, row.name, row.address, row.phone)
        for path in sorted(files.glob("202002[01]*.csv.gz"))
        for row in read_mask_file(path).rows
    }
    for moment in moments:
        outlets = [known.get(code) or outlet_of(code, name=code) for code in moment.counts]
        yield replace(moment, outlets=outlets)


def followed(before: bytes, told: bytes) -> bytes:
    """Apply changes to the whole file, as a reader who knows JSON and nothing of ours."""
    held = {json.loads(line)["code"]: line for line in before.splitlines(keepends=True)}
    for line in told.splitlines(keepends=True):
        said = json.loads(line)
        held.pop(said["code"], None)
        if not said.get("removed"):
            held[said["code"]] = line
    return b"".join(held[code] for code in sorted(held))


def test_the_busiest_minutes_of_2020_are_told_in_less_than_half_of_the_bytes(
    shared_data: Path,
) -> None:
    data, nation, parts = shared_data / "data", Nation(), []
    series = ParquetSeries(data / "stock_20200206_20200223.parquet", "")
    before, last = b"", None
    for moment in with_names(series, data / "raw"):
        if moment.source_time > UNTIL:
            break
        whole, told = nation.move_to(moment)
        if last and moment.source_time - last <= PEAK:
            assert followed(before, told) == whole
            part = len(gzip.compress(told, 6)) / len(gzip.compress(whole, 6))
            parts.append((part, told.count(b"\n"), f"{last:%d %H:%M}-{moment.source_time:%H:%M}"))
        before, last = whole, moment.source_time
    for part, outlets, when in parts:
        print(f"{when}: {outlets} outlets, {part:.1%} of the bytes")
    assert len(parts) >= 8
    assert max(parts)[0] <= MOST
