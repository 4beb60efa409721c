"""The files of history in a snapshot folder, and the signed index that names them.

A file is written before the index names it, and removed after the index names what holds its rows
instead. So the index is good at every moment; what it does not name is swept at the next start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from core.domain.snapshot import HistoryFile, HistoryIndex
from core.errors import NotFound
from core.log import get_logger
from core.releases import HISTORY_INDEX, Untrusted, read_history_index, read_listed
from publisher import durable
from publisher.signing import replace_signed

LEDGER, BACKFILL = "ledger", "backfill"
PARTITION, DAILY = "history/date=", "daily/"
NOTHING = HistoryIndex(as_of="", sequence=0, ledger_position="0", files=[])
# Files of history that only a publisher writes: those that no index names are left-overs.
_OWN = ("part-*.parquet", "day.parquet")

_log = get_logger(__name__)


class Shelf:
    """The history of one snapshot folder; only one may write it."""

    def __init__(self, folder: Path, key: Ed25519PrivateKey) -> None:
        self.folder, self._key = folder, key
        self.index = self._read()

    def write(
        self, path: str, body: bytes, media_type: str, rows: int, *, source: str = LEDGER
    ) -> HistoryFile:
        """Put a file on the disk; nobody is told of it yet. Its day stands in its path."""
        place = self.folder / path
        if not place.parent.exists():
            place.parent.mkdir(parents=True)
            durable.sync_folder(place.parent.parent)
            durable.sync_folder(self.folder)
        durable.replace(place, body)
        durable.sync_folder(place.parent)
        return HistoryFile(
            path=path,
            media_type=media_type,
            bytes=len(body),
            sha256=hashlib.sha256(body).hexdigest(),
            rows=rows,
            day=day_in(path),
            complete=not is_part(path),
            source=source,
        )

    def announce(self, index: HistoryIndex) -> None:
        """Tell readers of the files that an index names, then remove those it no longer names."""
        index = replace(index, files=sorted(index.files, key=lambda file: (file.day, file.path)))
        if not (self.folder / HISTORY_INDEX).parent.exists():
            (self.folder / HISTORY_INDEX).parent.mkdir(parents=True)
            durable.sync_folder(self.folder)
        replace_signed(self.folder / HISTORY_INDEX, msgspec.json.encode(index), self._key)
        named = {file.path for file in index.files}
        gone = [file for file in self.index.files if file.path not in named]
        self.index = index
        self._remove(file.path for file in gone)

    def read(self, file: HistoryFile) -> bytes:
        """Read a file that the index names; raises as ``core.releases.read_listed``."""
        return read_listed(self.folder, file)

    def missing(self) -> list[HistoryFile]:
        """Return the files that the index names, but that are not there in their size."""
        return [file for file in self.index.files if not self._is_there(file)]

    def sweep(self) -> None:
        """Remove what a write that was cut short left behind."""
        named = {file.path for file in self.index.files}
        for place in list(self._leftovers()):
            path = place.relative_to(self.folder).as_posix()
            if path not in named:
                _log.info("left-over removed", name=path)
                place.unlink()
                _remove_if_empty(place.parent)

    def _leftovers(self) -> Iterator[Path]:
        for pattern in ("history/.*", "history/*/.*", "daily/.*"):
            yield from self.folder.glob(pattern + durable.ASIDE)
        for name in _OWN:
            yield from self.folder.glob(f"{PARTITION}*/{name}")

    def _read(self) -> HistoryIndex:
        try:
            return read_history_index(self.folder, self._key.public_key())
        except NotFound:
            return NOTHING
        except Untrusted as error:
            _log.error(
                "alarm: the index of the history is damaged; the days of the ledger are made anew,"
                " others must be back-filled again",
                reason=str(error),
            )
            return NOTHING

    def _is_there(self, file: HistoryFile) -> bool:
        place = self.folder / file.path
        return place.is_file() and place.stat().st_size == file.bytes

    def _remove(self, paths: Iterable[str]) -> None:
        for path in paths:
            place = self.folder / path
            place.unlink(missing_ok=True)
            _remove_if_empty(place.parent)


def parquet_of(files: Iterable[HistoryFile], day: str | None = None) -> list[HistoryFile]:
    """Pick the files of changes, of one day or all."""
    return [
        file
        for file in files
        if file.path.startswith(PARTITION) and (day is None or file.day == day)
    ]


def daily_of(files: Iterable[HistoryFile], source: str | None = None) -> list[HistoryFile]:
    """Pick the plain roll-ups, in order of their days, of one source or all."""
    return [
        file
        for file in files
        if file.path.startswith(DAILY)
        and file.path.endswith(".csv")
        and source in (None, file.source)
    ]


def last_before(daily: Sequence[HistoryFile], day: str) -> HistoryFile | None:
    """Return the newest roll-up of an earlier day."""
    return max((file for file in daily if file.day < day), key=lambda f: f.day, default=None)


def part_path(day: str, first: int, last: int) -> str:
    """Name the rows of some releases of a day."""
    return f"{PARTITION}{day}/part-{first:010d}-{last:010d}.parquet"


def day_path(day: str, source: str = LEDGER) -> str:
    """Name the one file of a day that is over."""
    return f"{PARTITION}{day}/{'day' if source == LEDGER else source}.parquet"


def daily_path(day: str) -> str:
    """Name the roll-up of a day."""
    return f"{DAILY}{day}.csv"


def day_in(path: str) -> str:
    """Return the day that stands in a path of history."""
    inside = path.removeprefix(PARTITION).removeprefix(DAILY)
    return inside[: len("2020-02-06")]


def is_part(path: str) -> bool:
    """Tell whether a file holds a part of a day that was not over."""
    return "/part-" in path


def _remove_if_empty(folder: Path) -> None:
    if not any(folder.iterdir()):
        folder.rmdir()
