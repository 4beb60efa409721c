"""Cold start of the command line: what an operator waits for at every call."""

from __future__ import annotations

import subprocess
import sys
import time

ROUNDS = 5


def run() -> list[str]:
    """Measure the best of a few starts, seconds of wall clock."""
    return [
        f"{name}: {min(_time_s(arguments) for _ in range(ROUNDS)):.2f} s"
        for name, arguments in {
            "python alone": ["-c", "pass"],
            "maskmap --help": ["-P", "-m", "core.cli", "--help"],
        }.items()
    ]


def _time_s(arguments: list[str]) -> float:
    started = time.monotonic()
    subprocess.run([sys.executable, *arguments], check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - started
