"""Published series, read moment by moment in bounded memory.

A moment is one source time with the counts of every outlet it lists; a missing row is zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import pairwise
from pathlib import Path
from typing import Protocol

import pyarrow.compute as pc
import pyarrow.parquet as pq

from core.domain.calendar import TAIPEI
from core.domain.outlets import Outlet, valid_code
from core.errors import Invalid
from publisher.register.building import outlet_of
from publisher.register.reading import read_mask_file

PRODUCTS = ("adult_mask", "child_mask")
_COLUMNS = ["source_ts", "code", "adult", "child"]

Counts = Mapping[str, tuple[int, int]]
"""Outlet code → adult and child pieces."""


@dataclass(frozen=True, slots=True)
class Moment:
    """What was published at one source time; ``outlets`` where the series tells names."""

    source_time: datetime
    counts: Counts
    outlets: Sequence[Outlet] = field(default=())


class Series(Protocol):
    """Moments in ascending order of time, and how many there are."""

    @property
    def times(self) -> Sequence[datetime]: ...
    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[Moment]: ...


def open_series(files: Sequence[Path], prefix: str = "") -> Series:
    """Open mask CSVs, or one Parquet series; only outlets whose code starts with ``prefix``.

    Raises:
        Invalid: a file is damaged or of another kind; times are not ascending.
    """
    if any(path.suffix == ".parquet" for path in files):
        if len(files) != 1:
            raise Invalid("name one Parquet series alone, or mask CSVs only")
        return ParquetSeries(files[0], prefix)
    return CsvSeries(files, prefix)


class CsvSeries:
    """Official mask CSVs. All are read once at the start, so that none is found damaged midway."""

    def __init__(self, files: Sequence[Path], prefix: str) -> None:
        self._prefix = prefix
        times = sorted((read_mask_file(path).source_time, path) for path in files)
        for (first, path), (second, other) in pairwise(times):
            if first == second:
                raise Invalid(f"{path.name} and {other.name} are of the same source time {first}")
        self._files = [path for _, path in times]
        self.times = [time for time, _ in times]

    def __len__(self) -> int:
        return len(self._files)

    def __iter__(self) -> Iterator[Moment]:
        for path in self._files:
            file = read_mask_file(path)
            rows = [row for row in file.rows if row.code.startswith(self._prefix)]
            yield Moment(
                file.source_time,
                {row.code: (row.adult, row.child) for row in rows},
                [outlet_of(row.code, row.name, row.address, row.phone) for row in rows],
            )


class ParquetSeries:
    """The columns ``source_ts`` (Taipei, no offset), ``code``, ``adult``, ``child``, by time."""

    def __init__(self, path: Path, prefix: str) -> None:
        self._file = pq.ParquetFile(path)
        self._path = path
        self._prefix = prefix
        missing = set(_COLUMNS) - set(self._file.schema_arrow.names)
        if missing:
            raise Invalid(f"{path.name}: no column {', '.join(sorted(missing))}")
        self.times = sorted(set(self._times()))
        self._good: set[str] = set()

    def __len__(self) -> int:
        return len(self.times)

    def __iter__(self) -> Iterator[Moment]:
        instant: datetime | None = None
        counts: dict[str, tuple[int, int]] = {}
        for at, rows in self._runs():
            if at != instant:
                if instant is not None:
                    yield Moment(instant, counts)
                self._must_follow(instant, at)
                instant, counts = at, {}
            for code, adult, child in rows:
                if code.startswith(self._prefix):
                    self._must_be_whole(at, code, adult, child, code in counts)
                    counts[code] = (adult, child)
        if instant is not None:
            yield Moment(instant, counts)

    def _runs(self) -> Iterator[tuple[datetime, Iterator[tuple[str, int, int]]]]:
        """Yield the rows that stand together with one source time, as they come."""
        for batch in self._file.iter_batches(columns=_COLUMNS):
            runs = pc.run_end_encode(batch.column("source_ts"))
            columns = [batch.column(name).to_pylist() for name in _COLUMNS[1:]]
            begin = 0
            for at, end in zip(runs.values.to_pylist(), runs.run_ends.to_pylist(), strict=True):
                rows = zip(*(column[begin:end] for column in columns), strict=True)
                yield at.replace(tzinfo=TAIPEI), rows
                begin = end

    def _times(self) -> Iterator[datetime]:
        for batch in self._file.iter_batches(columns=["source_ts"]):
            for at in batch.column(0).unique().to_pylist():
                yield at.replace(tzinfo=TAIPEI)

    def _must_follow(self, before: datetime | None, after: datetime) -> None:
        if before is not None and after <= before:
            raise Invalid(f"{self._path.name}: {after} stands after {before}; sort by source_ts")

    def _must_be_whole(self, at: datetime, code: str, adult: int, child: int, twice: bool) -> None:
        if code not in self._good and valid_code(code):
            self._good.add(code)
        good = code in self._good and not twice and adult is not None and child is not None
        if not good or adult < 0 or child < 0:
            fault = "stands twice" if twice else f"has impossible counts {adult}, {child}"
            raise Invalid(f"{self._path.name}: at {at} outlet {code} {fault}")


def parse_until(text: str) -> datetime:
    """Read ``--until``: an ISO date (that whole day) or time (Taipei where it has no offset).

    Raises:
        Invalid: it is neither.
    """
    try:
        if len(text) == len("2020-02-06"):
            return datetime.combine(date.fromisoformat(text), time.max, TAIPEI)
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid(f"--until {text!r} is neither a date nor a time in ISO form") from None
    return instant if instant.tzinfo else instant.replace(tzinfo=TAIPEI)
