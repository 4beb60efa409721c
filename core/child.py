"""A program run as a child process: started, restarted when it dies, ended with its parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess  # our own programs, with arguments of our own making
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import click

# A child that dies at once is started again after this; the wait doubles up to the second. The
# longest is short, since every fault must heal within ten seconds of its end.
FIRST_WAIT_S, LONGEST_WAIT_S = 0.2, 5.0
STEADY_S = 10.0
_STDERR = 2
_PR_SET_PDEATHSIG = 1


def say(message: str) -> None:
    """Tell the operator something; stdout is kept for the one line `ready`."""
    click.echo(f"maskmap up: {message}", err=True)


@dataclass
class Child:
    """One program: how to start it, and how it has fared."""

    name: str
    arguments: Sequence[str]
    environ: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    wait_s: float = FIRST_WAIT_S
    start_at: float = 0.0

    def start(self) -> None:
        """Start the program; what it says on stdout goes to our stderr."""
        self.process = subprocess.Popen(  # noqa: S603
            self.arguments,
            env=dict(self.environ),
            stdin=subprocess.DEVNULL,
            stdout=_STDERR,
            # Its own group: Ctrl-C reaches the supervisor alone, which ends all in order.
            process_group=0,
            preexec_fn=_end_with_parent(),
        )
        self.started_at = time.monotonic()

    def tend(self, now: float) -> None:
        """Start the program if it is due, and note it if it has died."""
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.wait_s = next_wait_s(self.wait_s, now - self.started_at)
        say(f"{self.name} ended ({describe_status(status)}); again in {self.wait_s:.1f} s")
        self.process, self.start_at = None, now + self.wait_s

    def end(self) -> None:
        """Ask the program to end."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def await_end(self, deadline: float) -> None:
        """Wait for the program's end, and kill it when the deadline has passed."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            say(f"{self.name} does not end; killed")
            self.process.kill()
            self.process.wait()


def next_wait_s(last_s: float, lived_s: float) -> float:
    """Return how long to wait before the next start; a program that held out starts anew."""
    return FIRST_WAIT_S if lived_s >= STEADY_S else min(last_s * 2, LONGEST_WAIT_S)


def describe_status(status: int) -> str:
    """Put a child's exit status into words."""
    return f"exit {status}" if status >= 0 else f"signal {signal.Signals(-status).name}"


def _end_with_parent() -> Callable[[], None] | None:
    """Make the call by which Linux ends a child as soon as its parent is gone."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None)
    parent = os.getpid()

    def arrange() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the arrangement was made
            os._exit(1)

    return arrange
