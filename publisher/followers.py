"""What keeps up with the releases: courses, history, catalogue, copies elsewhere.

Each is told after every look; none can hold up or spoil a release, which is there before. Whatever
one fails at, the others are told too, and the fault is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.domain.snapshot import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was published: as of when, from where in the ledger, of which outlets and products.

    ``as_of`` is the instant of the tick, at which the numbers of ``manifest``, the newest release,
    are still true. ``released`` tells whether that release is new. ``hurried`` asks to put off
    what can wait, until ``finish``: source times may come faster than is worth writing.
    """

    as_of: datetime
    position: int
    codes: Sequence[str]
    products: Sequence[str]
    manifest: Manifest
    released: bool = True
    hurried: bool = False


class Follower(Protocol):
    """What follows the releases of one snapshot folder."""

    def keep_up(self, told: Told) -> None:
        """Do what is due after a tick."""

    def finish(self) -> None:
        """Do what was put off; the publisher ends, or its series does."""


def keep_all_up(followers: Sequence[Follower], told: Told) -> None:
    """Tell every follower in order; a fault is raised when all were told."""
    with ExitStack() as stack:
        for follower in reversed(followers):
            stack.callback(follower.keep_up, told)


def finish_all(followers: Sequence[Follower]) -> None:
    """Let every follower do what it put off, in order; a fault is raised when all have."""
    with ExitStack() as stack:
        for follower in reversed(followers):
            stack.callback(follower.finish)
