"""``maskmap snapshot verify`` and ``maskmap audit verify``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import starmap
from pathlib import Path
from typing import TypeVar

import click
import msgspec
from tqdm import tqdm

from core.domain.audit import AuditLine
from core.domain.snapshot import release_folder
from core.errors import NotFound
from core.releases import (
    COURSES,
    Untrusted,
    course_days,
    read_course,
    read_file,
)
from core.settings import Settings
from core.storage import prepare
from core.storage.feed import LedgerFeed
from publisher.audit_chain import verify_trail
from publisher.history.checking import history_against_ledger
from publisher.mirror.fetching import fetched
from publisher.recovery import sequences
from publisher.release_log import LOG, read_log
from publisher.signing import PUBLIC_KEY, trusted_key
from publisher.verify import Fault, Folder, Found, check_folder, check_release, open_folder
from publisher.verify_courses import course_against_ledger
from publisher.verify_formats import against_ledger
from publisher.verify_words import words_against_state, words_can_be_recomputed

T = TypeVar("T")


@click.group()
def snapshot() -> None:
    """Verify published snapshots."""


@snapshot.command(name="verify")
@click.argument(
    "folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path)
)
@click.option(
    "--key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Public key (PEM) to trust.  [MASKMAP_PUBLIC_KEY; default: STATE/keys/public-key.pem]",
)
@click.option("--use-folder-key", is_flag=True, help="Trust the key that lies in the folder.")
@click.option("--store", is_flag=True, help="Fetch what the object store holds, and verify that.")
@click.option("--against-ledger", is_flag=True, help="Recompute every number from the entries.")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_context
def verify_snapshots(
    ctx: click.Context,
    folder: Path | None,
    key: Path | None,
    use_folder_key: bool,
    store: bool,
    against_ledger: bool,
    as_json: bool,
) -> None:
    """Verify every snapshot in FOLDER (default: the state's own).

    Signatures, hashes, the chain, the log, that all formats of a release say the same, that the
    changes turn each release into the next, and the courses of the days; with --against-ledger
    also that the entries up to the stated position give the same numbers and courses, and that
    what outlets say gives the same availability and notes, where nobody said anything since.
    Exit 1 and what is wrong where.
    """
    if key and use_folder_key:
        raise click.UsageError("--key and --use-folder-key: say one of them")
    if store and folder:
        raise click.UsageError("FOLDER and --store: say one of them")
    settings: Settings = ctx.obj
    place = folder or settings.snapshots_folder
    if store:
        place = ctx.with_resource(fetched(settings))
    trusted = key or (place / PUBLIC_KEY if use_folder_key else settings.public_key_file)
    opened = open_folder(place, trusted_key(trusted))
    if store:  # whole there is what was the newest when its turn came
        opened = replace(opened, must_be_whole={opened.releases[-1].manifest.sequence})
    faults = list(check_folder(opened))
    with _ledger(settings, against_ledger) as feed:
        for found in _progress(opened.releases, "releases"):
            faults += check_release(opened, found)
            faults += _check_ledger(opened, found, feed) if feed else ()
        faults += _check_courses(opened, feed) if feed else ()
        faults += _check_history(opened, feed) if feed else ()
        words = [
            found.manifest.sequence
            for found in opened.releases
            if feed and words_can_be_recomputed(found.manifest, feed)
        ]
    numbers = [found.manifest.sequence for found in opened.releases]
    facts: dict[str, object] = {"releases": numbers}
    summary = f"{len(numbers)} releases"
    if against_ledger:
        facts["words_recomputed"] = words
        summary += f", the outlets' words recomputed in {len(words)}"
    _report(as_json, faults, facts, summary)


@contextmanager
def _ledger(settings: Settings, wanted: bool) -> Iterator[LedgerFeed | None]:
    if not wanted:
        yield None
        return
    with _feed(settings) as feed:
        yield feed


@contextmanager
def _feed(settings: Settings) -> Iterator[LedgerFeed]:
    """Open the ledger for reading."""
    if not settings.database_path.exists():
        raise NotFound(f"{settings.database_path} is missing: there is no ledger in this state")
    feed = LedgerFeed(prepare(settings))
    try:
        yield feed
    finally:
        feed.close()


def _check_ledger(folder: Folder, found: Found, feed: LedgerFeed) -> Iterator[Fault]:
    manifest = found.manifest
    try:
        bodies = {
            entry.path: read_file(folder.path, manifest, entry.path) for entry in manifest.files
        }
        faults = [
            *against_ledger(manifest, bodies, feed),
            *words_against_state(manifest, bodies, feed),
        ]
    except (NotFound, ValueError, KeyError):
        return  # a file that cannot be read has been named already
    inside = release_folder(manifest.sequence)
    yield from (Fault(inside, fault) for fault in faults)


def _check_courses(folder: Folder, feed: LedgerFeed) -> Iterator[Fault]:
    for day in course_days(folder.path):
        try:
            course = read_course(folder.path, day, folder.public_key)
        except (NotFound, Untrusted):
            continue  # named already
        where = f"{COURSES}/{day}.json"
        yield from (Fault(where, what) for what in course_against_ledger(course, feed))


def _check_history(folder: Folder, feed: LedgerFeed) -> Iterator[Fault]:
    yield from starmap(Fault, history_against_ledger(folder.path, folder.public_key, feed))


@click.group()
def audit() -> None:
    """Verify the audit trail (稽核紀錄)."""


@audit.command(name="verify")
@click.option("--head", metavar="HASH", help="A published head that must still follow (hex).")
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@click.pass_obj
def verify_audit(settings: Settings, head: str | None, as_json: bool) -> None:
    """Recompute the audit chain, and compare it with the head of every release.

    Exit 1 and the first bad record. With --head also a tail that was cut off is found, whoever
    could write to this computer.
    """
    log, damage = read_log(settings.snapshots_folder)
    faults = [Fault(LOG, what) for what in damage]
    if not log and settings.snapshots_folder.is_dir() and sequences(settings.snapshots_folder):
        faults.append(Fault(LOG, "it is missing, although there are releases"))
    with _feed(settings) as feed, feed.instant():
        total = feed.audit_position()

        def progress(rows: Iterator[AuditLine]) -> Iterator[AuditLine]:
            return _progress(rows, "rows", total)

        trail = verify_trail(feed, log, head or "", progress)
    faults += [Fault("audit", what) for what in trail.faults]
    facts = {
        "rows": trail.rows,
        "releases": len(trail.heads),
        "head": next(reversed(trail.heads), ""),
    }
    _report(as_json, faults, facts, f"{trail.rows} rows, {len(trail.heads)} published heads")


def _progress(items: Iterable[T], unit: str, total: int | None = None) -> Iterator[T]:
    """Show a progress bar where somebody looks."""
    yield from tqdm(items, unit=f" {unit}", total=total, disable=not sys.stderr.isatty())


def _report(as_json: bool, faults: list[Fault], facts: dict[str, object], summary: str) -> None:
    """Print the result and end: 0 when nothing is wrong, else 1."""
    if as_json:
        listed = [{"where": fault.where, "what": fault.what} for fault in faults]
        click.echo(msgspec.json.encode({"ok": not faults, **facts, "faults": listed}).decode())
    else:
        for fault in faults:
            click.echo(f"{fault.where}: {fault.what}")
    click.echo(f"{summary}, {len(faults)} faults", err=True)
    sys.exit(1 if faults else 0)
