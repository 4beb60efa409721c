"""Real publishers under traffic, and readers who never look away: for tests that break things."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from core.clock import system_clock
from core.errors import Invalid, NotFound
from core.releases import load_public_key, read_current
from core.settings import Settings
from publisher.release_log import read_log
from publisher.verify import check_folder, check_release, open_folder
from tests.conftest import REPOSITORY
from tests.publisher.builders import LedgerFile, an_outlet

MASKMAP = (sys.executable, "-P", "-m", "core.cli")
READER = Path(__file__).with_name("permanent_reader.py")
READERS = 4
PATIENCE_S = 60.0
TOWNS = {"63000010": "松山區", "63000020": "信義區", "": ""}

T = TypeVar("T")


def poll(look: Callable[[], T | None], what: str, every_s: float = 0.005) -> T:
    """Look again and again until something is found, and return it."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what} never came"
        threading.Event().wait(every_s)


def codes(count: int) -> list[str]:
    """Return so many codes, ascending."""
    return [f"590101{number:04d}" for number in range(count)]


def stocked(ledger: LedgerFile, count: int) -> None:
    """Register outlets in three towns; some have stock."""
    towns = list(TOWNS.items())
    outlets = []
    for number, code in enumerate(codes(count)):
        town_code, town = towns[number % len(towns)]
        outlets.append(an_outlet(code, town_code=town_code, town=town, name=f"第{number}藥局"))
    ledger.register(*outlets)
    for code in codes(count)[::40]:
        ledger.move(code, "adult_mask", 100, system_clock())


@contextmanager
def traffic(settings: Settings, count: int, pause_s: float = 0.005) -> Iterator[list[int]]:
    """Let outlets receive masks all the time; what is yielded counts how often."""
    stopped, moved = threading.Event(), [0]

    def work() -> None:
        ledger, rng = LedgerFile(settings), random.Random(count)
        while not stopped.wait(pause_s):
            ledger.move(rng.choice(codes(count)), "adult_mask", rng.randrange(1, 9), system_clock())
            moved[0] += 1
        ledger.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield moved
    finally:
        stopped.set()
        thread.join()


@dataclass
class Publishing:
    """A state whose publishers are real processes; their logs lie beside it."""

    settings: Settings
    logs: Path
    every_s: float = 0.05
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.settings.snapshots_folder

    def command(self, *arguments: str) -> list[str]:
        """Return the command line of a publisher of this state."""
        return [*MASKMAP, "publish", "--state", str(self.settings.state), *arguments]

    def start(self, *before: str) -> subprocess.Popen[bytes]:
        """Start a publisher; ``before`` is a command that runs it."""
        with (self.logs / f"{len(self.started)}.log").open("wb") as log:
            process = subprocess.Popen(
                [*before, *self.command("--every", str(self.every_s))],
                env=self.environment(),
                stderr=log,
            )
        self.started.append(process)
        return process

    def once(self, *before: str) -> subprocess.CompletedProcess[str]:
        """Publish once."""
        return subprocess.run(
            [*before, *self.command("--once", "--every", str(self.every_s))],
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=PATIENCE_S,
        )

    def environment(self) -> dict[str, str]:
        kept = {name: v for name, v in os.environ.items() if not name.startswith("MASKMAP")}
        return kept | {
            "PYTHONPATH": str(REPOSITORY),
            "MASKMAP_SNAPSHOTS": str(self.folder),
        }

    def newest(self) -> int:
        """Return the release that readers are pointed to; 0 for none."""
        try:
            key = load_public_key(self.settings.public_key_file)
            return read_current(self.folder, key).sequence
        except (NotFound, Invalid):
            return 0

    def leader(self) -> subprocess.Popen[bytes] | None:
        """Return the process that the lock names, if it lives."""
        lock = self.settings.state / "publisher.lock"
        text = lock.read_text() if lock.exists() else ""
        named = (p for p in self.started if str(p.pid) == text and p.poll() is None)
        return next(named, None)

    def standing_by(self, leader: subprocess.Popen[bytes]) -> bool:
        """Tell whether somebody who lives waits to take over from the leader."""
        return any(
            process is not leader
            and process.poll() is None
            and b'"standby"' in (self.logs / f"{number}.log").read_bytes()
            for number, process in enumerate(self.started)
        )

    def half_written(self) -> list[Path]:
        """Return the releases that are being written now."""
        return [place for place in self.folder.glob(".0*.tmp") if place.is_dir()]

    def left_overs(self) -> list[Path]:
        """Return what hidden files and folders there are now."""
        return [place for place in self.folder.rglob(".*") if place.name.endswith(".tmp")]

    def events(self) -> list[list[dict[str, Any]]]:
        """Return the log lines of each publisher; the last one of a killed process may be cut."""
        return [list(_whole_lines(log)) for log in sorted(self.logs.glob("*.log"), key=_number)]

    def end(self) -> None:
        for process in self.started:
            process.send_signal(signal.SIGCONT)
            process.terminate()
        for process in self.started:
            process.wait(PATIENCE_S)


def _number(log: Path) -> int:
    return int(log.stem)


def _whole_lines(log: Path) -> Iterator[dict[str, Any]]:
    for line in log.read_bytes().split(b"\n")[:-1]:
        if line.startswith(b"{"):
            yield json.loads(line)


@contextmanager
def publishing(settings: Settings, logs: Path, every_s: float = 0.05) -> Iterator[Publishing]:
    """Yield what starts publishers; all have ended when the block is left."""
    logs.mkdir()
    state = Publishing(settings, logs, every_s)
    try:
        yield state
    finally:
        state.end()


@contextmanager
def readers(folder: Path, key: Path) -> Iterator[list[dict[str, Any]]]:
    """Let four processes verify all they see; what they saw is in the list after the block."""
    seen: list[dict[str, Any]] = []
    command = [sys.executable, str(READER), str(folder), str(key)]
    with ExitStack() as stack:
        running = [
            stack.enter_context(
                subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
                )
            )
            for _ in range(READERS)
        ]
        try:
            yield seen
        finally:
            told = [reader.communicate(timeout=PATIENCE_S)[0] for reader in running]
        seen += map(json.loads, told)


def faults_of(settings: Settings) -> list[object]:
    """Verify the whole folder as a stranger would."""
    opened = open_folder(settings.snapshots_folder, load_public_key(settings.public_key_file))
    inside = [fault for found in opened.releases for fault in check_release(opened, found)]
    return [*check_folder(opened), *inside]


def sequences_in_log(settings: Settings) -> list[int]:
    """Return the numbers of all releases that were ever made."""
    lines, faults = read_log(settings.snapshots_folder)
    assert faults == []
    return [line.sequence for line in lines]


def no_torn_read(seen: list[dict[str, Any]]) -> None:
    """Assert that every reader saw much, and nothing that was not whole."""
    assert len(seen) == READERS
    for reader in seen:
        assert reader["faults"] == []
        assert reader["looks"] > 0
