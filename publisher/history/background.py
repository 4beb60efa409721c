"""History in a thread of its own, so that writing a day holds up no tick.

It reads the ledger over a connection of its own. What it is told waits in order; what it fails at
fails the next tick, and the thread begins anew from the disk.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.clock import Clock, system_clock
from core.storage.feed import LedgerFeed
from publisher.followers import Told
from publisher.history.keeping import Keeper


class History:
    """Follows the releases of one snapshot folder from a thread."""

    def __init__(
        self, database: Path, folder: Path, key: Ed25519PrivateKey, clock: Clock = system_clock
    ) -> None:
        self._database, self._folder, self._key, self._clock = database, folder, key, clock
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="history")
        self._jobs: deque[Future[None]] = deque()
        self._feed: LedgerFeed | None = None
        self._keeper: Keeper | None = None

    def keep_up(self, told: Told) -> None:
        """Pass on what was published; raise what went wrong earlier."""
        self._jobs.append(self._thread.submit(self._keep_up, told))
        while self._jobs and self._jobs[0].done():
            self._jobs.popleft().result()

    def finish(self) -> None:
        """Wait until all is written; raise what went wrong."""
        self._jobs.append(self._thread.submit(self._finish))
        while self._jobs:
            self._jobs.popleft().result()

    def _keep_up(self, told: Told) -> None:
        if self._keeper is None:
            self._feed = LedgerFeed(self._database)
            self._keeper = Keeper(self._feed, self._folder, self._key, self._clock)
        self._keeper.keep_up(told)

    def _finish(self) -> None:
        if self._keeper is not None:
            self._keeper.finish()
        if self._feed is not None:
            self._feed.close()
        self._keeper = self._feed = None
