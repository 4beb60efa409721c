"""Keeps the site's copy in step with the object store, in the background.

Of several processes on one computer one pulls, and another takes over when it ends; each fetches
for itself what somebody asks of it. Whatever the store does, what is here is served, and ages.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.errors import MaskmapError, NotFound
from core.log import get_logger
from core.object_store import Bucket, StoreUnavailable, open_bucket
from core.settings import Settings
from public_site.beside import BESIDE
from public_site.in_background import in_background
from public_site.mirror.pulling import Pulling
from public_site.snapshots import Snapshots

POLL_S = 0.5
FIRST_RETRY_S, LONGEST_RETRY_S = 0.5, 15.0
# So many requests of the public may wait for the store at a time; the threads are others' too.
ASKING_AT_ONCE = 2
_MISSING_FOR_S, _MOST_MISSING = 60.0, 4096

log = get_logger(__name__)


class Puller:
    """Pulls while it holds the lock of the folder. ``failures`` counts failed passes in a row."""

    def __init__(
        self,
        folder: Path,
        key: Callable[[], Ed25519PublicKey],
        bucket: Bucket,
        on_fault: Callable[[str], None] = lambda code: None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = (folder / ".pulling.lock").open("a")
        self._pulling = Pulling(folder, key, bucket, tuple(BESIDE))
        self._on_fault = on_fault
        self._one_pass = threading.Lock()
        self._asking = threading.Semaphore(ASKING_AT_ONCE)
        self._missing: dict[str, float] = {}
        self._leads = False
        self.failures = 0

    def pull(self) -> None:
        """Pull once, if no other process of this computer does.

        Raises:
            StoreUnavailable, NotFound, Untrusted, Conflict, OSError: as ``Pulling.pull``.
        """
        with self._one_pass:
            if self._leads or self._takes_over():
                self._pulling.pull()

    def _takes_over(self) -> bool:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._leads = True
        return True

    async def watch(self) -> None:
        """Pull for ever; after a fault ever more slowly."""
        while True:
            try:
                await asyncio.to_thread(self.pull)
            except (MaskmapError, OSError) as error:
                self._note(getattr(error, "code", type(error).__name__), error)
            except Exception as error:  # the outermost loop: logged and counted
                self._note("UNEXPECTED", error)
                log.exception("pulling from the object store failed")
            else:
                if self.failures:
                    log.info("object store answers again")
                self.failures = 0
            await asyncio.sleep(self._wait_s())

    def _note(self, code: str, error: Exception) -> None:
        """Count a fault; the first of a row, and then every doubling, is logged."""
        self.failures += 1
        self._on_fault(code)
        if self.failures & (self.failures - 1) == 0:
            log.error(
                "alarm: object store not read; the last good snapshot stays",
                code=code,
                error=str(error),
                failures=self.failures,
            )

    def _wait_s(self) -> float:
        if not self.failures:
            return POLL_S
        return min(LONGEST_RETRY_S, FIRST_RETRY_S * 2.0 ** min(self.failures, 10))

    def bring(self, path: str) -> None:
        """Fetch what is asked for and not here: a file of a release, or one of the history.

        Raises:
            NotFound: the store has no such file, or has it no longer.
            StoreUnavailable: it cannot be asked now.
        """
        if self._pulling.is_here(path):
            return
        if time.monotonic() < self._missing.get(path, 0.0):
            raise NotFound(f"{path} is not in the object store")
        with self._turn():
            try:
                self._pulling.fetch(path)
            except NotFound:
                self._remember_missing(path)
                raise

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._asking.acquire(blocking=False):
            raise StoreUnavailable("too many ask the object store at once; try again")
        try:
            yield
        finally:
            self._asking.release()

    def _remember_missing(self, path: str) -> None:
        if len(self._missing) >= _MOST_MISSING:
            self._missing.clear()
        self._missing[path] = time.monotonic() + _MISSING_FOR_S

    @contextlib.asynccontextmanager
    async def pulling(self) -> AsyncIterator[None]:
        """Pull in the background; what is here already is served meanwhile."""
        async with in_background(self.watch(), "pull snapshots"):
            yield
            self._lock.close()


PULLER = web.AppKey("puller", Puller)


def puller_of(
    settings: Settings, snapshots: Snapshots, on_fault: Callable[[str], None]
) -> Puller | None:
    """Return what pulls from the object store, where the settings name one.

    Raises:
        Invalid: as ``open_bucket``.
    """
    if not settings.snapshots_store:
        return None
    puller = Puller(snapshots.folder, snapshots.public_key, open_bucket(settings), on_fault)
    snapshots.bring = puller.bring
    return puller
