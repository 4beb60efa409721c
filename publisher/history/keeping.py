"""Keep the history of a snapshot folder up with its releases.

All follows from the entries of the ledger, by position, and from releases.ndjson: what was not
written when the publisher ended, or is gone, is made anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from core.clock import Clock, system_clock
from core.domain.calendar import TAIPEI, rfc3339, taipei_day
from core.domain.snapshot import HistoryFile, HistoryIndex
from core.errors import Invalid
from core.log import get_logger
from core.releases import GZIPPED, HISTORY_INDEX
from core.storage.feed import LedgerFeed
from publisher import compress
from publisher.followers import Told
from publisher.history import log_after, shelf
from publisher.history.daily import CSV, NOTHING_BEFORE, csv_bytes, read_daily, roll_up
from publisher.history.long_course import LongCourses
from publisher.history.published import Key, Published, Release
from publisher.history.rows import PARQUET, Row, day_bytes, ordered, part_bytes, read_rows, table_of
from publisher.history.shelf import Shelf
from publisher.times import parse_rfc3339

# Rows wait this long in memory; a crash costs reading them again, nothing else.
WRITTEN_EVERY = timedelta(minutes=5)
MOST_ROWS = 100_000
# So many files a day at most: then its parts become one.
MOST_PARTS = 48
# A day without a later release is over only then: a clock may be set back a little.
OVER_AFTER = timedelta(minutes=1)
ONE_DAY = timedelta(days=1)
BEFORE_ALL = datetime.min.replace(tzinfo=TAIPEI)
_PACK = compress.SMALL.gzip

_log = get_logger(__name__)


@dataclass
class _Standing:
    """How far history is, and the rows that are not written yet.

    ``day`` is the open one, None between days; ``closed`` the last one that is over.
    """

    published: Published
    release: Release
    day: date | None
    closed: date
    rows: list[Row]


class Keeper:
    """Writes the history of one snapshot folder; a follower of its releases."""

    def __init__(
        self, feed: LedgerFeed, folder: Path, key: Ed25519PrivateKey, clock: Clock = system_clock
    ) -> None:
        self._feed, self._folder, self._key, self._clock = feed, folder, key, clock
        self._shelf: Shelf | None = None
        self._standing: _Standing | None = None
        self._written_at = clock()
        self._long_courses = LongCourses(folder, key)

    def keep_up(self, told: Told) -> None:
        """Take over what was released; write when it is time to.

        After a fault everything is read anew from the disk.
        """
        standing, self._standing = self._standing or self._begin(), None
        if told.manifest.sequence < standing.release.sequence:
            raise Invalid(
                f"history reaches release {standing.release.sequence}, but the newest is"
                f" {told.manifest.sequence}: were releases removed by hand? Remove {HISTORY_INDEX},"
                " and the history of the ledger is made anew"
            )
        for release in self._untold(standing.release.sequence, told):
            self._take(standing, release, told)
        over = told.as_of - OVER_AFTER
        if standing.day is not None and taipei_day(over) > standing.day:
            self._close(standing)
        if self._clock() - self._written_at >= WRITTEN_EVERY:
            self._write(standing)
        if not told.hurried:
            self._long_courses.keep(self._shelf_here)
        self._standing = standing

    def finish(self) -> None:
        """Write what waits in memory."""
        standing, self._standing = self._standing, None
        if standing is not None:
            self._write(standing)
            self._long_courses.keep(self._shelf_here)
        self._standing = standing

    @property
    def _shelf_here(self) -> Shelf:
        assert self._shelf is not None
        return self._shelf

    def _begin(self) -> _Standing:
        """Go on from what the index names; a day that lost a file is made anew, and all after."""
        self._shelf = here = Shelf(self._folder, self._key)
        lost = here.missing()
        if lost:
            _log.error("alarm: history has lost files", files=[file.path for file in lost])
            here.announce(self._without(lost))
        here.sweep()
        index = here.index
        position = int(index.ledger_position)
        if position > self._feed.position():
            raise Invalid(
                f"history covers the ledger up to {position}, which ends at"
                f" {self._feed.position()}: is this the state that it was made from?"
            )
        days = [date.fromisoformat(file.day) for file in shelf.daily_of(index.files, shelf.LEDGER)]
        closed = max(days, default=date.min)
        as_of = parse_rfc3339(index.as_of) if index.sequence else BEFORE_ALL
        day = taipei_day(as_of)
        return _Standing(
            Published(self._feed.stock_at(position), self._told_keys()),
            Release(index.sequence, as_of, position),
            day if day > closed else None,
            closed,
            [],
        )

    def _without(self, lost: Sequence[HistoryFile]) -> HistoryIndex:
        """Return the index as it was before the first day of the ledger that lost a file."""
        index = self._shelf_here.index
        lost_days = [file.day for file in lost if file.source == shelf.LEDGER]
        lost_here = {file.day for file in lost}
        keep = [file for file in index.files if file.day not in lost_here]
        if not lost_days:
            return replace(index, files=keep)
        first = min(lost_days)
        last = log_after.last_before_day(self._folder, date.fromisoformat(first))
        keep = [
            file
            for file in keep
            if file.source != shelf.LEDGER or (last is not None and file.day < first)
        ]
        return HistoryIndex(
            as_of=rfc3339(last.as_of) if last else "",
            sequence=last.sequence if last else 0,
            ledger_position=str(last.position) if last else "0",
            files=keep,
        )

    def _told_keys(self) -> set[Key]:
        """Tell who is published, by the newest roll-up and the changes since."""
        here = self._shelf_here
        daily = shelf.daily_of(here.index.files, shelf.LEDGER)
        keys: set[Key] = set()
        if daily:
            table = read_daily(here.read(daily[-1]))
            keys.update(zip(table["code"].to_pylist(), table["product"].to_pylist(), strict=True))
        parts = [file for file in shelf.parquet_of(here.index.files) if not file.complete]
        rows = ordered(read_rows(here.read(file)) for file in parts).select(
            ["code", "product", "pieces"]
        )
        for code, product, pieces in zip(*rows.to_pydict().values(), strict=True):
            (keys.discard if pieces is None else keys.add)((code, product))
        return keys

    def _untold(self, sequence: int, told: Told) -> Iterator[Release]:
        """Yield the releases after one up to the newest; those between stand in the log."""
        newest = log_after.release_of(told.manifest)
        if newest.sequence > sequence + 1:
            for release in log_after.releases_after(self._folder, sequence):
                if release.sequence < newest.sequence:
                    yield release
        if newest.sequence > sequence:
            yield newest

    def _take(self, standing: _Standing, release: Release, told: Told) -> None:
        """Add one release to the rows."""
        day = taipei_day(release.as_of)
        if standing.day is not None and day > standing.day:
            self._close(standing)
        # A clock that was set back a little does not open a day that is over.
        standing.day = max(day, standing.closed + ONE_DAY)
        # Who was published then is known of the newest release alone; whoever is now counts as
        # published from the first one on.
        known = release.sequence == told.manifest.sequence or not standing.release.sequence
        standing.rows += standing.published.rows(
            release,
            self._feed.flows(standing.release.position, release.position),
            told.codes,
            told.products,
            everything=known,
        )
        standing.release = release
        if len(standing.rows) >= MOST_ROWS:
            self._write(standing)

    def _write(self, standing: _Standing) -> None:
        """Write the rows in memory as a part of the open day."""
        self._written_at = self._clock()
        here, files = self._shelf_here, []
        if standing.release.sequence == here.index.sequence:
            return
        if standing.rows:
            day = str(standing.day)
            sequences = [row.sequence for row in standing.rows]
            path = shelf.part_path(day, min(sequences), max(sequences))
            table = table_of(standing.rows)
            files = [here.write(path, part_bytes(table), PARQUET, table.num_rows)]
        here.announce(_reaching(here.index, standing.release, [*here.index.files, *files]))
        standing.rows.clear()
        if standing.day is not None:
            self._join_parts(str(standing.day))

    def _join_parts(self, day: str) -> None:
        """Make one of a day's parts when they are many."""
        here = self._shelf_here
        parts = shelf.parquet_of(here.index.files, day)
        if len(parts) < MOST_PARTS:
            return
        table = ordered(read_rows(here.read(file)) for file in parts)
        sequences = table["sequence"].to_numpy()
        path = shelf.part_path(day, sequences.min(), sequences.max())
        joined = here.write(path, part_bytes(table), PARQUET, table.num_rows)
        others = [file for file in here.index.files if file not in parts]
        here.announce(replace(here.index, files=[*others, joined]))

    def _close(self, standing: _Standing) -> None:
        """Finish the open day: one file of its changes, and its roll-up."""
        self._write(standing)
        assert standing.day is not None
        here, day = self._shelf_here, str(standing.day)
        parts = shelf.parquet_of(here.index.files, day)
        rows = ordered(read_rows(here.read(file)) for file in parts)
        last = shelf.last_before(shelf.daily_of(here.index.files, shelf.LEDGER), day)
        before = read_daily(here.read(last)) if last else NOTHING_BEFORE
        files = write_day(here, standing.day, before, rows, shelf.LEDGER)
        others = [file for file in here.index.files if file.day != day]
        here.announce(replace(here.index, files=[*others, *files]))
        standing.day, standing.closed = None, standing.day


def write_day(
    here: Shelf, day: date, before: pa.Table, rows: pa.Table, source: str
) -> list[HistoryFile]:
    """Put the files of a day that is over on the disk; nobody is told of them yet."""
    rolled = roll_up(day, before, rows)
    body, count = csv_bytes(day, rolled), len(rolled.codes)
    path = shelf.daily_path(str(day))
    files = [
        here.write(path, body, CSV, count, source=source),
        here.write(path + GZIPPED, _PACK(body), "application/gzip", count, source=source),
    ]
    if rows.num_rows:
        of_day = shelf.day_path(str(day), source)
        files.append(here.write(of_day, day_bytes(rows), PARQUET, rows.num_rows, source=source))
    return files


def _reaching(index: HistoryIndex, release: Release, files: Sequence[HistoryFile]) -> HistoryIndex:
    return HistoryIndex(
        as_of=rfc3339(release.as_of),
        sequence=release.sequence,
        ledger_position=str(release.position),
        files=list(files),
    )
