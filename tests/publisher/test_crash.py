"""A writer that fails or dies at any step leaves the last good release, and heals by itself."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from core.releases import course_days, read_course, read_current, read_file, read_manifest
from core.storage.feed import LedgerFeed
from publisher.publishing import Publisher
from publisher.recovery import sequences
from publisher.release import has_remnants_only, is_reduced
from publisher.verify import check_folder, check_release, open_folder
from tests.publisher.builders import HandClock, LedgerFile, an_outlet

pytestmark = pytest.mark.slow

ONE = "5901010058"
# Every call by which a release touches the disk.
CALLS = ("open", "fsync", "mkdir", "rename", "replace", "unlink", "rmdir")


class Died(BaseException):
    """Stands for the end of the process; nothing catches it."""


@contextmanager
def failing(step: int, act: Callable[[], None]) -> Iterator[list[str]]:
    """Let the n-th call fail; yield the names of the calls so far."""
    calls: list[str] = []
    real = {name: getattr(os, name) for name in CALLS}

    def wrapped(name: str) -> Callable[..., object]:
        def call(*args: object, **options: object) -> object:
            calls.append(name)
            if len(calls) == step:
                act()
            return real[name](*args, **options)

        return call

    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, wrapped(name))
        yield calls


def disk_error() -> None:
    raise OSError(errno.EIO, "disk error")


def death() -> None:
    os._exit(9)


def look(folder: Path, key) -> int:
    """Read everything that readers are pointed to; return the release."""
    current = read_current(folder, key)
    manifest, _ = read_manifest(folder, current, key)
    for entry in manifest.files:
        read_file(folder, manifest, entry.path)
    for day in course_days(folder):
        read_course(folder, day, key)
    return manifest.sequence


def faults(folder: Path, key, newest: int = 99) -> list[object]:
    """Verify the folder, and the files of its newest releases."""
    opened = open_folder(folder, key)
    checked = opened.releases[-newest:]
    inside = [fault for found in checked for fault in check_release(opened, found)]
    return [*check_folder(opened), *inside]


@pytest.fixture
def begun(ledger: LedgerFile, begin, masks, clock: HandClock) -> LedgerFile:
    """Return a ledger of which three releases were made."""
    ledger.register(an_outlet(ONE))
    publisher = begin()
    for _ in range(3):
        clock.forward(seconds=1)
        ledger.move(ONE, "adult_mask", 1)
        publisher.tick(masks)
    return ledger


def test_a_disk_error_at_any_step_fails_that_release_and_the_next_one_succeeds(
    begun: LedgerFile, begin, masks, folder: Path, signing_key, clock: HandClock
) -> None:
    key, publisher = signing_key.public_key(), begin()
    publisher.tick(masks)
    step, last = 0, look(folder, key)
    while True:
        step += 1
        # So far that each time a slot of the day's course has passed, too.
        clock.forward(minutes=10)
        begun.move(ONE, "adult_mask", 1, clock.now - timedelta(minutes=5))
        with failing(step, disk_error) as calls, suppress(OSError):
            publisher.tick(masks)
        assert look(folder, key) in (last, last + 1), f"step {step}: {calls[-1]}"
        clock.forward(seconds=1)
        publisher.tick(masks)
        last = look(folder, key)
        assert faults(folder, key, newest=2) == [], f"step {step}: {calls[-1]}"
        assert not list(folder.rglob(".*")), f"step {step}: {calls[-1]}"
        if len(calls) < step:
            break
    assert step > 60
    assert calls.count("fsync") >= 16


def test_a_process_killed_at_any_step_leaves_the_last_good_release(
    begun: LedgerFile, masks, folder: Path, signing_key, clock: HandClock
) -> None:
    key = signing_key.public_key()
    step, status, last = 0, 9, 3
    while status == 9:
        step += 1
        clock.forward(seconds=1)
        begun.move(ONE, "adult_mask", 1)
        child = os.fork()
        if child == 0:
            feed = LedgerFeed(begun.path)
            with failing(step, death):
                Publisher(feed, folder, signing_key, ttl_s=1, clock=clock).tick(masks)
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        seen = look(folder, key)
        assert seen >= last, f"step {step}"
        last = seen
    assert step > 30
    clock.forward(seconds=1)
    feed = LedgerFeed(begun.path)
    Publisher(feed, folder, signing_key, ttl_s=1, clock=clock).tick(masks)
    feed.close()
    assert faults(folder, key) == []
    assert not list(folder.rglob(".*"))


def test_a_finished_release_that_was_not_announced_is_taken_on(
    begun: LedgerFile, begin, masks, folder: Path, signing_key, clock: HandClock
) -> None:
    pointer = {name: (folder / name).read_bytes() for name in ("current.json", "current.json.sig")}
    log = (folder / "releases.ndjson").read_bytes()
    clock.forward(seconds=1)
    begun.move(ONE, "adult_mask", 1)
    begin().tick(masks)
    for name, body in pointer.items():
        (folder / name).write_bytes(body)
    (folder / "releases.ndjson").write_bytes(log + b'{"sequence":')
    assert begin().tick(masks) is None
    assert look(folder, signing_key.public_key()) == 4
    assert faults(folder, signing_key.public_key()) == []


def test_an_unfinished_folder_beyond_the_newest_release_is_removed(
    begun: LedgerFile, begin, masks, folder: Path, signing_key
) -> None:
    (folder / "0000000004").mkdir()
    (folder / "0000000004" / "maskdata.csv").write_bytes(b"half")
    (folder / ".0000000005.tmp").mkdir()
    (folder / ".current.json.tmp").write_bytes(b"half")
    (folder / ".0000000006.tmp" / "by-town").mkdir(parents=True)
    (folder / ".0000000006.tmp" / "by-town" / ".63000010.json.tmp").write_bytes(b"half")
    for inside in ("courses", "daily", "history/date=2020-02-06"):
        (folder / inside).mkdir(parents=True, exist_ok=True)
        (folder / inside / ".half.parquet.tmp").write_bytes(b"half")
    assert begin().tick(masks) is None
    assert sequences(folder)[0] == 3
    assert not list(folder.rglob(".*"))
    assert faults(folder, signing_key.public_key()) == []


@pytest.mark.parametrize(
    "name", ["manifest.json", "manifest.json.sig", "outlets.geojson", "points.json.gz"]
)
def test_damage_to_the_newest_release_is_answered_by_the_next_one(
    name: str, begun: LedgerFile, begin, masks, folder: Path, signing_key, clock: HandClock
) -> None:
    (folder / "0000000003" / name).write_bytes(b"damaged")
    clock.forward(seconds=1)
    manifest = begin().tick(masks)
    assert manifest is not None
    assert manifest.sequence == 4
    assert look(folder, signing_key.public_key()) == 4
    named = {fault.where for fault in faults(folder, signing_key.public_key())}
    assert any(where.startswith("0000000003/") for where in named)


def test_a_damaged_pointer_is_written_anew(
    begun: LedgerFile, begin, masks, folder: Path, signing_key
) -> None:
    (folder / "current.json").write_bytes(b"{}")
    begin().tick(masks)
    assert look(folder, signing_key.public_key()) == 3


def test_a_lost_log_does_not_stop_publishing(
    begun: LedgerFile, begin, masks, folder: Path, signing_key, clock: HandClock
) -> None:
    (folder / "releases.ndjson").unlink()
    clock.forward(seconds=1)
    begun.move(ONE, "adult_mask", 1)
    manifest = begin().tick(masks)
    assert manifest is not None
    assert manifest.sequence == 4
    assert look(folder, signing_key.public_key()) == 4


@pytest.fixture
def crowded(begun: LedgerFile, begin, masks, folder: Path, clock: HandClock) -> LedgerFile:
    """Return a ledger of which so many releases were made that the next one pushes one out."""
    publisher = begin()
    for _ in range(30):
        clock.forward(seconds=1)
        begun.move(ONE, "adult_mask", 1, clock.now)
        publisher.tick(masks)
    assert is_reduced(folder, 3)
    assert not is_reduced(folder, 4)
    return begun


@pytest.mark.parametrize("end", ["fails", "dies"])
def test_letting_a_release_go_that_was_cut_short_is_finished_by_the_next(
    end: str, crowded: LedgerFile, begin, masks, folder: Path, signing_key, clock: HandClock
) -> None:
    key = signing_key.public_key()

    def cut(done: int) -> Callable[..., None]:
        """Let the unlinking of old files end after so many."""
        unlink, left = os.unlink, [done]

        def call(path: object, *options: object, **named: object) -> None:
            if not str(path).endswith(".tmp"):
                left[0] -= 1
                if left[0] < 0:
                    raise Died if end == "dies" else OSError(errno.EIO, "disk error")
            unlink(path, *options, **named)

        return call

    publisher = begin()
    publisher.tick(masks)
    for done in range(9):
        clock.forward(seconds=1)
        crowded.move(ONE, "adult_mask", 1, clock.now)
        with pytest.MonkeyPatch.context() as patch, suppress(OSError, Died):
            patch.setattr(os, "unlink", cut(done))
            publisher.tick(masks)
        assert faults(folder, key) == []
        publisher = begin() if end == "dies" else publisher
        clock.forward(seconds=1)
        crowded.move(ONE, "adult_mask", 1, clock.now)
        publisher.tick(masks)
        newest = look(folder, key)
        assert faults(folder, key) == []
        whole = [n for n in sequences(folder) if not is_reduced(folder, n)]
        assert whole == list(range(newest, newest - 30, -1))
        assert all(has_remnants_only(folder, n) for n in range(1, newest - 29))


def test_a_restart_remembers_what_is_to_go_a_day_after_it_was_published(
    crowded: LedgerFile, begin, masks, folder: Path, signing_key, clock: HandClock
) -> None:
    clock.forward(hours=23)
    begin().tick(masks)
    assert sequences(folder)[-1] == 1
    clock.forward(hours=2)
    begin().tick(masks)
    assert sequences(folder)[-1] > 4
    assert faults(folder, signing_key.public_key()) == []


def test_a_release_is_signed_when_all_its_files_are_on_the_disk(
    begun: LedgerFile, begin, masks, folder: Path, signing_key, clock: HandClock, monkeypatch
) -> None:
    synced: set[str] = set()
    unsynced: list[str] = []
    fsync, opened = os.fsync, os.open

    def sync(handle: int) -> None:
        fsync(handle)
        synced.add(os.readlink(f"/proc/self/fd/{handle}"))

    def open_file(path: str | Path, *args: int, **options: int) -> int:
        if Path(path).name == "manifest.json.sig":
            files = [place for place in Path(path).parent.rglob("*") if place.is_file()]
            assert files
            unsynced.extend(place.name for place in files if str(place) not in synced)
        return opened(path, *args, **options)

    publisher = begin()
    clock.forward(seconds=1)
    begun.move(ONE, "adult_mask", 1)
    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "open", open_file)
    publisher.tick(masks)
    assert unsynced == []
    assert any("/by-town/" in place for place in synced)
