"""A full disk, a failing disk, a folder that nobody may write: no torn read, no false success."""

from __future__ import annotations

import itertools
import os
import random
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.settings import Settings
from tests.publisher.builders import LedgerFile
from tests.publisher.campaign import (
    Publishing,
    faults_of,
    no_torn_read,
    poll,
    publishing,
    readers,
    sequences_in_log,
    stocked,
    traffic,
)

OUTLETS = 60
DISK = "12m"
# Calls that ask for what was written to be on the disk.
SYNCS = "fsync,fdatasync,syncfs,sync_file_range"
BROKEN = ("alarm: nothing published", "alarm: something does not keep up")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a file system of a few megabytes."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("a file system of a few megabytes cannot be mounted here: run as root")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.fixture
def strace() -> str:
    """Return strace, which makes system calls fail."""
    path = shutil.which("strace")
    if path is None:
        pytest.skip("no strace on this computer: apt-get install strace")
    return path


@contextmanager
def begun(ledger: LedgerFile, settings: Settings, logs: Path) -> Iterator[Publishing]:
    """Yield a state with one release; afterwards the next run succeeds and all is whole."""
    stocked(ledger, OUTLETS)
    with publishing(settings, logs) as state:
        assert state.once().returncode == 0
        with readers(state.folder, settings.public_key_file) as seen:
            yield state
        state.end()
        no_torn_read(seen)
        before = state.newest()
        ledger.move("5901010000", "adult_mask", 1)
        assert state.once().returncode == 0
        assert state.newest() > before
        made = sequences_in_log(settings)
        assert made == list(range(1, len(made) + 1))
        assert faults_of(settings) == []
        assert state.left_overs() == []
        print(f"{len(made)} releases, {sum(reader['looks'] for reader in seen)} verified looks")


def alarms(state: Publishing) -> int:
    """Count the ticks that failed."""
    return sum(line["event"] in BROKEN for lines in state.events() for line in lines)


def broken_and_healed(
    state: Publishing, break_it: Callable[[], object], mend_it: Callable[[], object]
) -> None:
    """Break the disk under a publisher at work, and see it publish again when it is mended."""
    known = alarms(state)
    break_it()
    poll(lambda: alarms(state) > known, "an alarm")
    failed = state.newest()
    mend_it()
    poll(lambda: state.newest() > failed, "a release")


def refused(state: Publishing, ledger: LedgerFile) -> None:
    """Publish once where it cannot succeed: it says so, and readers are not pointed elsewhere."""
    before = state.newest()
    ledger.move("5901010000", "adult_mask", 1)
    done = state.once()
    assert done.returncode == 1
    assert "released" not in done.stderr
    assert state.newest() == before


def fill(disk: Path, leaving: int) -> None:
    """Use up a disk but for so many bytes, though somebody writes to it meanwhile."""

    def filled() -> bool:
        free = os.statvfs(disk)
        with (disk / "filler").open("wb") as filler, suppress(OSError):
            os.posix_fallocate(filler.fileno(), 0, max(1, free.f_bavail * free.f_frsize - leaving))
            return True
        return False

    poll(filled, "a full disk")


def full_disk(
    rounds: int, small_disk: Path, ledger: LedgerFile, settings: Settings, rng: random.Random
) -> None:
    on_it = replace(settings, snapshots=str(small_disk / "snapshots"))
    filler = small_disk / "filler"
    with begun(ledger, on_it, settings.state / "logs") as state:
        fill(small_disk, 4096)
        refused(state, ledger)
        filler.unlink()
        state.start()
        with traffic(settings, OUTLETS):
            for _ in range(rounds):
                # Less than any release needs, so that none can go out.
                leaving = rng.randrange(0, 40_000)
                broken_and_healed(state, lambda n=leaving: fill(small_disk, n), filler.unlink)


@pytest.mark.slow
def test_a_disk_that_fills_up_stops_releases_until_there_is_room(
    small_disk: Path, ledger: LedgerFile, settings: Settings, rng: random.Random
) -> None:
    full_disk(2, small_disk, ledger, settings, rng)


@pytest.mark.soak
def test_a_disk_that_fills_up_forty_times(
    small_disk: Path, ledger: LedgerFile, settings: Settings, rng: random.Random
) -> None:
    full_disk(40, small_disk, ledger, settings, rng)


def mounted(disk: Path, how: str) -> bool:
    """Mount a disk again; False while somebody writes to it."""
    command = ["mount", "-o", f"remount,{how}", str(disk)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@pytest.mark.slow
def test_a_folder_that_turns_read_only_stops_releases_until_it_can_be_written(
    small_disk: Path, ledger: LedgerFile, settings: Settings
) -> None:
    def read_only() -> None:
        poll(lambda: mounted(small_disk, "ro"), "a moment without writing")

    on_it = replace(settings, snapshots=str(small_disk / "snapshots"))
    with begun(ledger, on_it, settings.state / "logs") as state:
        read_only()
        refused(state, ledger)
        assert mounted(small_disk, "rw")
        state.start()
        with traffic(settings, OUTLETS):
            for _ in range(2):
                broken_and_healed(state, read_only, lambda: mounted(small_disk, "rw"))


@pytest.mark.soak
def test_a_sync_that_fails_wherever_it_is_fails_its_release_and_the_next_goes_out(
    strace: str, ledger: LedgerFile, settings: Settings
) -> None:
    failed, succeeded = 0, 0
    with begun(ledger, settings, settings.state / "logs") as state:
        for number in itertools.count(1):
            ledger.move("5901010000", "adult_mask", 1)
            before, log = state.newest(), settings.state / "strace"
            fault = f"inject={SYNCS}:error=EIO:when={number}"
            done = state.once(strace, "-f", "--seccomp-bpf", "-o", str(log), "-e", fault)
            said = re.search(r"^released (\d+)$", done.stderr, re.MULTILINE)
            assert bool(said) is (done.returncode == 0), done.stderr
            assert state.newest() in (before, before + 1)
            assert not said or int(said[1]) == state.newest() == before + 1
            failed, succeeded = failed + (not said), succeeded + bool(said)
            if "INJECTED" not in log.read_text():
                break
            if not said:
                again = state.once()
                assert again.returncode == 0, again.stderr
                assert state.newest() == before + 1
    assert failed >= 20
    print(f"{number - 1} syncs failed one by one: {failed} runs said so, {succeeded} succeeded")
