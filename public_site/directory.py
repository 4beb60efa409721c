"""The directory of applications in the site's memory: read again when its database changes."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

from aiohttp import web

from core.clock import Clock
from core.community.directory import DirectoryEntry, directory, historical
from core.community.listing import Listing
from core.community.store import CommunityStore
from core.errors import Unavailable
from core.log import get_logger

LOOK_EVERY_S = 2.0

log = get_logger(__name__)


class Directory:
    """Holds the entries that were last read; a database that fails leaves them as they are."""

    def __init__(self, store: CommunityStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self.entries: tuple[DirectoryEntry, ...] = historical({})
        self._seen: object = None
        self._looked_at = float("-inf")

    async def now(self) -> tuple[DirectoryEntry, ...]:
        """Return the entries, read again where the file has changed."""
        if time.monotonic() - self._looked_at >= LOOK_EVERY_S:
            self._looked_at = time.monotonic()
            await self._read_if_changed()
        return self.entries

    async def submit(self, listing: Listing) -> str:
        """Put a submission into the steward's queue; return its id.

        Raises:
            AlreadyListed: the same address is there. QueueFull, Unavailable: try again later.
        """
        return await asyncio.to_thread(self._store.submit, listing, self._clock())

    async def _read_if_changed(self) -> None:
        seen = _fingerprint(self._store.path)
        if seen == self._seen:
            return
        try:
            self.entries = await asyncio.to_thread(directory, self._store)
        except Unavailable as error:
            log.warning("the directory cannot be read; the last one stays", error=str(error))
        self._seen = seen


DIRECTORY = web.AppKey("directory", Directory)


def _fingerprint(path: Path) -> object:
    """Return what changes with every commit: the file, and the log beside it."""
    return tuple(_stat(part) for part in (path, path.with_name(f"{path.name}-wal")))


def _stat(path: Path) -> tuple[int, ...] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
