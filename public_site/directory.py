"""The directory of applications in the site's memory: read again when its database changes."""

from __future__ import annotations

import asyncio
import time

import msgspec
from aiohttp import web

from core.clock import Clock
from core.community.directory import DirectoryEntry, directory, historical
from core.community.listing import Listing
from core.community.store import CommunityStore
from core.errors import Unavailable
from core.log import get_logger
from core.releases import sha256_hex
from public_site.fingerprint import Fingerprint, fingerprint

LOOK_EVERY_S = 2.0

log = get_logger(__name__)


class Directory:
    """Holds the entries that were last read; a database that fails leaves them as they are.

    ``version`` names their content.
    """

    def __init__(self, store: CommunityStore, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._take(historical({}))
        self._seen: Fingerprint = ()
        self._fault = ""
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
        path = self._store.path
        # What changes with every commit: the file, or the log beside it.
        seen = fingerprint(path, path.with_name(f"{path.name}-wal"))
        if seen == self._seen:
            return
        try:
            self._take(await asyncio.to_thread(directory, self._store))
        except Unavailable as error:
            # Tried again: who held the file will let go of it without a change.
            if self._fault != str(error):
                log.warning("the directory cannot be read; the last one stays", error=str(error))
            self._fault = str(error)
        else:
            self._seen, self._fault = seen, ""

    def _take(self, entries: tuple[DirectoryEntry, ...]) -> None:
        self.entries = entries
        self.version = sha256_hex(msgspec.json.encode(entries))[:12]


DIRECTORY = web.AppKey("directory", Directory)
