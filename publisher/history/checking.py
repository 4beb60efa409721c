"""Is a history whole, and does it follow from itself and from the ledger? Nothing is repaired."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.snapshot import HistoryFile, HistoryIndex
from core.errors import NotFound
from core.releases import GZIPPED, HISTORY_INDEX, Untrusted, read_history_index, read_listed
from core.storage.feed import LedgerFeed
from publisher.compress import ungzipped
from publisher.history.daily import NOTHING_BEFORE, csv_bytes, read_daily, roll_up
from publisher.history.log_after import releases_after
from publisher.history.rows import ordered, read_rows
from publisher.history.shelf import LEDGER, PARTITION, daily_of, daily_path, parquet_of

Heard = Callable[[str], object]
_ATTEMPTS = 3


class Wrong(NamedTuple):
    """What is wrong with a history, and in which file."""

    where: str
    what: str


def check_files(folder: Path, public_key: Ed25519PublicKey) -> Iterator[Wrong]:
    """Yield what is wrong with the index and the files as such; the numbers are not looked at."""
    yield from _checked(folder, public_key, lambda index: _odd_files(folder, index.files))


def check_history(
    folder: Path, public_key: Ed25519PublicKey, heard: Heard = lambda day: None
) -> Iterator[Wrong]:
    """Yield what is wrong with a folder's history; one that is not there is not wrong."""

    def check(index: HistoryIndex) -> Iterator[Wrong]:
        for _, of_source in groupby(_by_source(index), lambda file: file.source):
            yield from _check_series(folder, list(of_source), heard)

    yield from _checked(folder, public_key, check)


def _checked(
    folder: Path, public_key: Ed25519PublicKey, check: Callable[[HistoryIndex], Iterator[Wrong]]
) -> list[Wrong]:
    """Check by the index; again by the new one where a publisher replaced it meanwhile."""
    wrong: list[Wrong] = []
    for _ in range(_ATTEMPTS):
        try:
            index = read_history_index(folder, public_key)
        except NotFound as error:
            there = any(folder.glob(f"{PARTITION}*/*.parquet"))
            return [Wrong(HISTORY_INDEX, f"{error}, although there is a history")] if there else []
        except Untrusted as error:
            return [Wrong(HISTORY_INDEX, str(error))]
        wrong = [*check(index), *_strays(folder, index)]
        if not wrong or read_history_index(folder, public_key) == index:
            break
    return wrong


def _odd_files(folder: Path, files: Iterable[HistoryFile]) -> Iterator[Wrong]:
    for file in files:
        try:
            read_listed(folder, file)
        except (NotFound, Untrusted) as error:
            yield Wrong(file.path, str(error))


def _by_source(index: HistoryIndex) -> list[HistoryFile]:
    return sorted(index.files, key=lambda file: (file.source, file.day, file.path))


def _strays(folder: Path, index: HistoryIndex) -> Iterator[Wrong]:
    """A reader of the whole folder must find nothing twice.

    What is newer than the index is about to be named in the next one.
    """
    named = {file.path for file in index.files}
    announced_s = (folder / HISTORY_INDEX).stat().st_mtime
    for place in sorted(folder.glob(f"{PARTITION}*/*.parquet")):
        path = place.relative_to(folder).as_posix()
        if path not in named and place.exists() and place.stat().st_mtime < announced_s:
            yield Wrong(path, f"{HISTORY_INDEX} does not name it: its rows would be read twice")


def _check_series(folder: Path, files: list[HistoryFile], heard: Heard) -> Iterator[Wrong]:
    """Check one unbroken series day by day: hashes, order, sums, roll-ups.

    A day after one whose roll-up is damaged cannot be summed up: it is taken as it stands.
    """
    before: pa.Table | None = NOTHING_BEFORE
    for day, group in groupby(files, lambda file: file.day):
        heard(day)
        of_day = list(group)
        bodies: dict[str, bytes] = {}
        for file in of_day:
            try:
                bodies[file.path] = read_listed(folder, file)
            except (NotFound, Untrusted) as error:
                yield Wrong(file.path, str(error))
        try:
            if before is not None and len(bodies) == len(of_day):
                yield from _check_day(day, of_day, bodies, before)
            if daily_of(of_day):
                daily = bodies.get(daily_path(day))
                before = None if daily is None else read_daily(daily)
        except ValueError as error:
            yield Wrong(f"{PARTITION}{day}", str(error))


def _check_day(
    day: str, files: list[HistoryFile], bodies: dict[str, bytes], before: pa.Table
) -> Iterator[Wrong]:
    tables = [read_rows(bodies[file.path]) for file in parquet_of(files)]
    yield from _odd_counts(parquet_of(files), tables)
    rows = ordered(tables)
    yield from (Wrong(f"{PARTITION}{day}", what) for what in _odd_sums(before, rows))
    if daily_of(files):
        yield from _odd_roll_up(day, bodies, before, rows)


def _odd_counts(files: Iterable[HistoryFile], tables: Iterable[pa.Table]) -> Iterator[Wrong]:
    for file, table in zip(files, tables, strict=True):
        if table.num_rows != file.rows:
            yield Wrong(file.path, f"it has {table.num_rows} rows; the index says {file.rows}")
        if not table.equals(ordered([table])):
            yield Wrong(file.path, "its rows are not in order of outlet, product and time")


def _odd_sums(before: pa.Table, rows: pa.Table) -> Iterator[str]:
    """What was there + received - sold = what is there, row by row; no row stands twice."""
    columns = (before[name].to_pylist() for name in ("code", "product", "closing"))
    stock = {(code, product): pieces for code, product, pieces in zip(*columns, strict=True)}
    seen: tuple[object, ...] = ()
    for at, sequence, code, product, pieces, received, sold in zip(
        *rows.to_pydict().values(), strict=True
    ):
        there = stock.get((code, product), 0) + received - sold
        if there != (pieces or 0):
            yield f"outlet {code}, {product}, at {at}: {pieces} published, the sum is {there}"
        if (sequence, code, product) == seen:
            yield f"outlet {code}, {product}, release {sequence}: the row stands twice"
        seen = (sequence, code, product)
        stock[code, product] = pieces or 0


def _odd_roll_up(
    day: str, bodies: dict[str, bytes], before: pa.Table, rows: pa.Table
) -> Iterator[Wrong]:
    path = daily_path(day)
    body = bodies[path]
    if csv_bytes(date.fromisoformat(day), roll_up(date.fromisoformat(day), before, rows)) != body:
        yield Wrong(path, "it is not the roll-up of the day's changes")
    if ungzipped(bodies[path + GZIPPED], len(body)) != body:
        yield Wrong(path + GZIPPED, "it does not hold the plain file")


def history_against_ledger(
    folder: Path, public_key: Ed25519PublicKey, feed: LedgerFeed, heard: Heard = lambda day: None
) -> Iterator[Wrong]:
    """Yield where the entries give other numbers than the history; a day is in memory at a time.

    Outlets that are test outlets now are passed over: they are published no longer.
    """
    try:
        index = read_history_index(folder, public_key)
    except (NotFound, Untrusted):
        return  # named already
    position = int(index.ledger_position)
    if position > feed.position():
        end = feed.position()
        yield Wrong(
            HISTORY_INDEX, f"it states ledger position {position}; the ledger ends at {end}"
        )
        return
    published = {outlet.code for outlet in feed.outlets() if not outlet.test}
    files = [file for file in parquet_of(index.files) if file.source == LEDGER]
    told = _told(folder, files, heard)
    stock: dict[tuple[str, str], int] = {}
    after, here = 0, next(told, None)
    for release in releases_after(folder, 0):
        if release.sequence > index.sequence:
            break
        rows: dict[tuple[str, str], int | None] = {}
        while here is not None and here[0] <= release.sequence:
            rows[here[1], here[2]], here = here[3], next(told, None)
        for flow in feed.flows(after, release.position):
            key = (flow.outlet, flow.product)
            stock[key] = stock.get(key, 0) + flow.received - flow.sold
            if key not in rows and flow.outlet in published and (flow.received or flow.sold):
                yield Wrong(
                    PARTITION, f"outlet {key[0]}, {key[1]}, release {release.sequence}: no row"
                )
        after = release.position
        for key, pieces in rows.items():
            if pieces is not None and key[0] in published and pieces != stock.get(key, 0):
                yield Wrong(
                    PARTITION,
                    f"outlet {key[0]}, {key[1]}, release {release.sequence}: published {pieces},"
                    f" the entries give {stock.get(key, 0)}",
                )


def _told(
    folder: Path, files: Iterable[HistoryFile], heard: Heard
) -> Iterator[tuple[int, str, str, int | None]]:
    """Yield the rows by release, a day at a time; what cannot be read has been named already."""
    for day, group in groupby(files, lambda file: file.day):
        heard(day)
        try:
            rows = ordered(read_rows(read_listed(folder, file)) for file in group)
        except (NotFound, Untrusted, ValueError):
            continue
        columns = rows.sort_by([("sequence", "ascending")]).to_pydict()
        names = ("sequence", "code", "product", "pieces")
        yield from zip(*(columns[name] for name in names), strict=True)
