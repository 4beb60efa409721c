"""``maskmap history``: what was in stock when, for ever."""

from __future__ import annotations

import csv
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec
from tqdm import tqdm

from core.domain.calendar import rfc3339
from core.errors import NotFound
from core.settings import Settings
from core.storage import prepare
from core.storage.feed import LedgerFeed
from publisher.history.checking import check_history, history_against_ledger
from publisher.history.looking_back import Past, told_until
from publisher.history.shelf import LEDGER, NOTHING, Shelf
from publisher.history.standing_still import caught_up
from publisher.only_one import LOCK, only_one
from publisher.past.backfill import backfill
from publisher.past.times_given import Day, Instant
from publisher.past.weekdays import by_weekday
from publisher.replay.series import open_series
from publisher.signing import PUBLIC_KEY, load_signing_key, trusted_key

F = TypeVar("F", bound=Callable[..., Any])
FILLING = "backfill.lock"
_FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def history() -> None:
    """Every number that was ever published, and the days summed up."""


def _reading(command: F) -> F:
    """Add the options of every command that only reads."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print JSON instead of CSV."),
        click.option("--folder", type=_FOLDER, help="Snapshot folder.  [default: the state's own]"),
        click.option(
            "--key",
            type=_FILE,
            help="Public key (PEM) to trust.  [default: STATE/keys/public-key.pem]",
        ),
    ):
        command = option(command)
    return command


@history.command(name="at")
@click.argument("instant", type=Instant())
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@_reading
@click.pass_obj
def stock_at(
    settings: Settings,
    instant: datetime,
    codes: tuple[str, ...],
    as_json: bool,
    folder: Path | None,
    key: Path | None,
) -> None:
    """Print what was in stock at INSTANT, of every outlet or some.

    INSTANT is an ISO time (Taipei time where it has no offset), or a date: the end of that day.
    What is printed is what was published last by then, zeros included.
    """
    past = _past(settings, folder, key)
    stock = past.at(instant, codes)
    missing = [code for code in codes if code not in stock]
    if missing:
        raise NotFound(f"not published at {instant.isoformat()}: {', '.join(missing)}")
    if warning := told_until(past.index(), instant):
        click.echo(warning, err=True)
    if as_json:
        _print_json({"at": instant.isoformat(), "outlets": stock})
        return
    products = sorted({product for pieces in stock.values() for product in pieces})
    _print_csv(
        ["code", *products],
        (
            [code, *(pieces.get(product, "") for product in products)]
            for code, pieces in stock.items()
        ),
    )


@history.command()
@click.argument("code")
@click.option("--from", "since", type=Instant(begins=True), help="Not before: a time or a date.")
@click.option("--to", "until", type=Instant(), help="Not after: a time or a date, inclusive.")
@_reading
@click.pass_obj
def outlet(
    settings: Settings,
    code: str,
    since: datetime | None,
    until: datetime | None,
    as_json: bool,
    folder: Path | None,
    key: Path | None,
) -> None:
    """Print each change of the outlet CODE: when, to how many pieces, by what."""
    rows = _past(settings, folder, key).course(code, since, until)
    if not rows:
        raise NotFound(f"no change of outlet {code} in that time; is the code right?")
    listed = [row._asdict() | {"at": rfc3339(row.at)} for row in rows]
    _print_rows(listed, as_json)


@history.command()
@click.argument("codes", nargs=-1, metavar="[CODE]...")
@click.option("--date", "day", type=Day(), help="One day.")
@click.option("--from", "since", type=Day(), help="First day.")
@click.option("--to", "until", type=Day(), help="Last day, inclusive.")
@click.option("--weekday", is_flag=True, help="When they are usually sold out, by weekday.")
@_reading
@click.pass_obj
def days(
    settings: Settings,
    codes: tuple[str, ...],
    day: date | None,
    since: date | None,
    until: date | None,
    weekday: bool,
    as_json: bool,
    folder: Path | None,
    key: Path | None,
) -> None:
    """Print the roll-ups of the days that are over: opening, received, sold, closing.

    Of every outlet or some; also when it was sold out and how long there was stock.
    """
    if day and (since or until):
        raise click.UsageError("--date is one day; leave out --from and --to")
    tables = _past(settings, folder, key).days(day or since, day or until, codes)
    shown = tqdm(tables, unit=" days", disable=not sys.stderr.isatty())
    if weekday:
        _print_rows(by_weekday(shown).to_dict("records"), as_json)
        return
    rows = [row for table in shown for row in table.to_pylist()]
    if not rows:
        raise NotFound(
            "no day that is over fits (a roll-up comes after its midnight); today's numbers:"
            " maskmap history at"
        )
    _print_rows(rows, as_json)


@history.command()
@click.argument("folder", required=False, type=_FOLDER)
@click.option(
    "--key",
    type=_FILE,
    help="Public key (PEM) to trust.  [default: STATE/keys/public-key.pem]",
)
@click.option("--use-folder-key", is_flag=True, help="Trust the key that lies in the folder.")
@click.option("--against-ledger", is_flag=True, help="Recompute every number from the entries.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def verify(
    settings: Settings,
    folder: Path | None,
    key: Path | None,
    use_folder_key: bool,
    against_ledger: bool,
    as_json: bool,
) -> None:
    """Verify the history in FOLDER (default: the state's own), from the first day to the last.

    The index's signature, every file's hash, that each number follows from the one before, that
    each roll-up follows from the day's changes, and that nothing stands twice. Exit 1 and what is
    wrong where.
    """
    if key and use_folder_key:
        raise click.UsageError("--key and --use-folder-key: say one of them")
    place = folder or settings.snapshots_folder
    past = _past(settings, place, place / PUBLIC_KEY if use_folder_key else key)
    past.index()
    with tqdm(unit=" days", disable=not sys.stderr.isatty()) as bar:
        wrong = list(check_history(place, past.public_key, lambda day: bar.update()))
        if against_ledger:
            feed = _feed(settings)
            wrong += history_against_ledger(place, past.public_key, feed, lambda day: bar.update())
            feed.close()
    files = len(past.index().files)
    if as_json:
        listed = [fault._asdict() for fault in wrong]
        _print_json({"ok": not wrong, "files": files, "faults": listed})
    else:
        for fault in wrong:
            click.echo(f"{fault.where}: {fault.what}")
    click.echo(f"{files} files, {len(wrong)} faults", err=True)
    sys.exit(1 if wrong else 0)


@history.command()
@click.option("--anew", is_flag=True, help="Make every day of the ledger anew.")
@click.pass_obj
def compact(settings: Settings, anew: bool) -> None:
    """Bring the history up to the newest release, and finish the days that are over.

    The publisher does this by itself; this is for a state whose publisher does not run.
    """
    folder = settings.snapshots_folder
    with only_one(settings.state / LOCK, folder):
        key = load_signing_key(settings.signing_key_file, settings.public_key_file)
        if anew:
            shelf = Shelf(folder, key)
            kept = [file for file in shelf.index.files if file.source != LEDGER]
            shelf.announce(msgspec.structs.replace(NOTHING, files=kept))
        feed = _feed(settings)
        index = caught_up(feed, folder, key)
        feed.close()
    click.echo(f"{len(index.files)} files, up to release {index.sequence}", err=True)


@history.command(name="backfill")
@click.argument("files", nargs=-1, required=True, type=_FILE)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    help="Snapshot folder to write into; made if missing.  [default: the state's own]",
)
@click.option("--anew", is_flag=True, help="Replace everything that was back-filled there before.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def fill_back(
    settings: Settings, files: tuple[Path, ...], into: Path | None, anew: bool, as_json: bool
) -> None:
    """Write the history of real published series, from before there was a ledger.

    FILE is official mask CSVs, or one Parquet series (source_ts, code, adult, child). A rise counts
    as received, a fall as sold, a missing row is zero. A damaged file is refused, writing nothing.
    """
    own = settings.snapshots_folder
    folder = into or own
    key = load_signing_key(settings.signing_key_file, settings.public_key_file)
    series = open_series(files)
    folder.mkdir(parents=True, exist_ok=True)
    with (
        only_one(settings.state / (LOCK if folder == own else FILLING), folder),
        tqdm(total=len(series), unit=" times", disable=not sys.stderr.isatty()) as bar,
    ):
        filled = backfill(Shelf(folder, key), series, lambda moment: bar.update(), anew=anew)
    if as_json:
        _print_json(msgspec.to_builtins(filled))
    click.echo(
        f"{filled.source_times} source times on {filled.days} days: {filled.rows} changes,"
        f" {filled.bytes} bytes of Parquet in {folder}",
        err=True,
    )


def _past(settings: Settings, folder: Path | None, key: Path | None) -> Past:
    trusted = trusted_key(key or settings.public_key_file)
    return Past(folder or settings.snapshots_folder, trusted)


def _feed(settings: Settings) -> LedgerFeed:
    if not settings.database_path.exists():
        raise NotFound(f"{settings.database_path} is missing: there is no ledger in this state")
    return LedgerFeed(prepare(settings))


def _print_rows(rows: Sequence[Mapping[str, Any]], as_json: bool) -> None:
    if as_json:
        _print_json(rows)
    elif rows:
        _print_csv(list(rows[0]), (row.values() for row in rows))


def _print_csv(heading: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(heading)
    writer.writerows(rows)


def _print_json(value: object) -> None:
    click.echo(msgspec.json.encode(value).decode())
