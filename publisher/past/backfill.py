"""History of a series that others published before there was a ledger here.

A rise counts as received, a fall as sold; an outlet that a moment does not list has nothing. The
files are written whole, and named by the index at the very end.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from msgspec.structs import replace

from core.domain.calendar import rfc3339, taipei_day
from core.domain.snapshot import HistoryFile, HistoryIndex
from core.errors import Invalid
from core.storage.feed import Flow
from publisher.history.daily import NOTHING_BEFORE, read_daily
from publisher.history.keeping import BEFORE_ALL, write_day
from publisher.history.published import Published, Release
from publisher.history.rows import Row, table_of
from publisher.history.shelf import BACKFILL, LEDGER, Shelf
from publisher.replay.series import PRODUCTS, Counts, Moment, Series

Counted = tuple[int, int]
_NONE = (0, 0)


@dataclass(frozen=True, slots=True)
class Filled:
    """What was back-filled."""

    source_times: int
    days: int
    rows: int
    bytes: int


def backfill(
    shelf: Shelf, series: Series, heard: Callable[[Moment], None], *, anew: bool = False
) -> Filled:
    """Write the history of a series; ``anew`` lets go of what was back-filled before.

    Raises:
        Invalid: a series was back-filled before, or days of this one follow the ledger's first.
    """
    kept = [file for file in shelf.index.files if not (anew and file.source == BACKFILL)]
    _must_not_overlap(series, kept)
    files: list[HistoryFile] = []
    last: Release | None = None
    rows_total, before, tracked = 0, NOTHING_BEFORE, _Tracked()
    for day, moments in groupby(
        _heard(series, heard), lambda moment: taipei_day(moment.source_time)
    ):
        rows = [row for moment in moments for row in tracked.rows(moment)]
        last, rows_total = tracked.release, rows_total + len(rows)
        of_day = write_day(shelf, day, before, table_of(rows), BACKFILL)
        before = read_daily(shelf.read(of_day[0]))
        files += of_day
    assert last is not None
    shelf.announce(_with(shelf.index, [*kept, *files], last))
    size = sum(file.bytes for file in files if file.path.endswith(".parquet"))
    return Filled(last.sequence, len({file.day for file in files}), rows_total, size)


class _Tracked:
    """Turns moments into rows; each outlet is published from its first mention on."""

    def __init__(self) -> None:
        self._published = Published({}, ())
        self._counts: dict[str, Counted] = {}
        self._codes: list[str] = []
        self.release = Release(0, BEFORE_ALL, 0)

    def rows(self, moment: Moment) -> list[Row]:
        """Return the rows of one moment."""
        self.release = Release(self.release.sequence + 1, moment.source_time, 0)
        flows = list(self._flows(moment.counts))
        if len(self._counts) > len(self._codes):
            self._codes = sorted(self._counts)
        return self._published.rows(self.release, flows, self._codes, PRODUCTS)

    def _flows(self, counts: Counts) -> Iterator[Flow]:
        known = self._counts
        gone = [code for code, count in known.items() if any(count) and code not in counts]
        for code, count in (*counts.items(), *((code, _NONE) for code in gone)):
            before = known.get(code, _NONE)
            known[code] = count
            if count != before:
                for product, then, now in zip(PRODUCTS, before, count, strict=True):
                    yield Flow(code, product, max(now - then, 0), max(then - now, 0))


def _heard(series: Series, heard: Callable[[Moment], None]) -> Iterator[Moment]:
    for moment in series:
        yield moment
        heard(moment)


def _must_not_overlap(series: Series, kept: Iterable[HistoryFile]) -> None:
    days = sorted({taipei_day(at) for at in series.times})
    if not days:
        raise Invalid("the series has no source time: name another file")
    ledger = sorted({file.day for file in kept if file.source == LEDGER})
    if ledger and str(days[-1]) >= ledger[0]:
        raise Invalid(
            f"the series reaches {days[-1]}, but the history of the ledger begins on {ledger[0]}:"
            " back-fill only what lies before, or name another folder with --into"
        )
    there = sorted({file.day for file in kept if file.source == BACKFILL})
    if there:
        # The first day of another series would not follow from the last day of this one.
        raise Invalid(
            f"{there[0]} to {there[-1]} were back-filled before: say --anew to replace them, and"
            " name the files of every day that is to stay, since they are one series"
        )


def _with(index: HistoryIndex, files: list[HistoryFile], last: Release) -> HistoryIndex:
    """Return the index with more files; how far the ledger's history reaches stays."""
    as_of = index.as_of if index.sequence else rfc3339(last.as_of)
    return replace(index, as_of=as_of, files=files)
