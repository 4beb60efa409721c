"""Keeps the copy in the object store up to date, in a thread of its own.

Publishing goes on whatever the store does: the local folder is the truth, and a pass that failed is
tried again, ever later. ``finish`` alone waits, and says when the store could not be brought up to
date.
"""

from __future__ import annotations

import random
import threading
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.errors import MaskmapError
from core.log import get_logger
from core.object_store import Bucket, open_bucket
from core.settings import Settings
from publisher.followers import Told
from publisher.mirror.copying import Copying

FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0

_log = get_logger(__name__)


class Mirror:
    """Follows the releases of a folder into a bucket.

    ``failures`` counts the passes that failed since the last good one.
    """

    def __init__(self, folder: Path, key: Ed25519PublicKey, bucket: Bucket) -> None:
        self._copying = Copying(folder, key, bucket)
        self._wake = threading.Event()
        self._ending = threading.Event()
        self._thread: threading.Thread | None = None
        self.failures = 0

    @property
    def sequence(self) -> int:
        """Return the release that the store names as the newest; 0 before the first pass."""
        return self._copying.sequence

    def keep_up(self, told: Told) -> None:
        """Let the thread know of something new; a series in a hurry waits for its end."""
        if told.hurried:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="mirror", daemon=True)
            self._thread.start()
        self._wake.set()

    def finish(self) -> None:
        """Bring the store up to date with everything, and wait for it.

        Raises:
            StoreUnavailable, Conflict: as ``Copying.copy``; the next publisher goes on from there.
        """
        self._ending.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self._ending.clear()
        self._pass(everything=True)

    def _run(self) -> None:
        while True:
            self._wake.wait()
            self._wake.clear()
            if self._ending.is_set():
                return
            if self._pass_noted():
                self._wake.set()

    def _pass_noted(self) -> bool:
        """Copy; return whether to go on at once. A fault is logged and counted, then waited out."""
        try:
            more = self._pass()
        except Exception as error:  # noqa: BLE001 - the outermost loop of a thread
            self._note(error)
            self._ending.wait(self._wait_s())
            return True
        if self.failures:
            _log.info("object store kept up again", sequence=self.sequence)
        self.failures = 0
        return more

    def _pass(self, *, everything: bool = False) -> bool:
        try:
            return self._copying.copy(everything=everything)
        except BaseException:
            self._copying.forget()
            raise

    def _note(self, error: Exception) -> None:
        self.failures += 1
        known = isinstance(error, (MaskmapError, OSError))
        _log.error(
            "alarm: object store not kept up",
            reason=str(error),
            failures=self.failures,
            exc_info=None if known else error,
        )

    def _wait_s(self) -> float:
        """Return how long to wait: ever longer, and never two publishers in step."""
        longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(self.failures, 10))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - no secret


def mirrors_of(settings: Settings, folder: Path, key: Ed25519PublicKey) -> tuple[Mirror, ...]:
    """Return what copies to the object store, where the settings name one.

    Raises:
        Invalid: as ``open_bucket``.
    """
    return (Mirror(folder, key, open_bucket(settings)),) if settings.snapshots_store else ()
