"""One pass of copying: what readers wait for first, what is merely due when its time has come.

    the newest release, manifest last  →  what changed in those just before  →
    what stands beside it  →  current.json  →  what was missed long ago  →  deletions

A pass that is cut short anywhere leaves the store as good as it was; the next one goes on. Of
releases that came and went between two passes only what tells what changed in them is copied.
"""

from __future__ import annotations

import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.snapshot import Current, release_folder
from core.errors import Conflict, NotFound
from core.log import get_logger
from core.object_store import Bucket
from core.releases import CURRENT, SIGNATURE, Untrusted, read_manifest
from publisher.mirror import local
from publisher.mirror.remote import Remote
from publisher.release import is_reduced

SURVEY_EVERY_S = 5.0
BESIDE_FOR_S = 5.0
# A file that is replaced is put again no sooner than its bytes at this rate take, so that a log
# that only grows, or a day's course, does not go out anew every few seconds.
REPLACED_BYTES_S = 50_000
# So many missed releases are made up for in one pass; the newest release is looked at in between.
MISSED_AT_ONCE = 200

_log = get_logger(__name__)


class Copying:
    """Copies one snapshot folder to one bucket."""

    def __init__(self, folder: Path, key: Ed25519PublicKey, bucket: Bucket) -> None:
        self._folder, self._key = folder, key
        self._remote = Remote(bucket)
        self._met = False
        self._released = 0
        self._put: bytes = b""
        self._seen: dict[str, local.Seen] = {}
        self._again_at: dict[str, float] = {}
        self._surveyed_at = -SURVEY_EVERY_S
        self.sequence = 0

    def forget(self) -> None:
        """Believe nothing of what the store holds: the next pass asks it."""
        self._met = False

    def copy(self, *, everything: bool = False) -> bool:
        """Bring the store up to date; return whether more is due at once.

        ``everything``: also what is due later.

        Raises:
            StoreUnavailable, NotFound, Untrusted, OSError: the pass was cut short; try again.
            Conflict: the bucket holds what this folder did not publish.
        """
        current, pair = local.read_current_pair(self._folder, self._key)
        if not self._met:
            self._meet(current)
        self._copy_release(current)
        self._copy_missed(current.sequence)
        now = time.monotonic()
        survey = everything or now - self._surveyed_at >= SURVEY_EVERY_S
        more = survey and self._copy_beside(now, everything)
        if pair.body != self._put:
            self._remote.put_pair(CURRENT, pair)
            self._put, self.sequence = pair.body, current.sequence
        if not survey:
            return False
        more = self._make_up(current.sequence, everything) or more
        self._surveyed_at = -SURVEY_EVERY_S if more else now
        return more

    def _meet(self, current: Current) -> None:
        """Ask the store what it holds; numbers only grow, there as here."""
        there = self._remote.look()
        self._released, self._put, self._seen = 0, b"", {}
        if there is not None and (
            there.sequence > current.sequence
            or (there.sequence == current.sequence and there.sha256 != current.sha256)
        ):
            raise Conflict(
                f"the object store holds release {there.sequence}, which is not of this folder"
                f" (at {current.sequence}): name another prefix in MASKMAP_SNAPSHOTS"
            )
        self._met = True

    def _copy_release(self, current: Current) -> None:
        if self._released == current.sequence:
            return
        manifest, _ = read_manifest(self._folder, current, self._key)
        if not self._remote.releases.get(current.sequence):
            began_at = time.monotonic()
            self._remote.put_release(self._folder, manifest)
            took_s = round(time.monotonic() - began_at, 2)
            _log.info("release copied to the object store", sequence=current.sequence, s=took_s)
        self._released = current.sequence

    def _copy_missed(self, newest: int) -> None:
        """Copy what the releases since the last one changed, before readers learn of this one.

        A reader who follows the changes finds no gap, as long as he is not far behind.
        """
        since = range(max(self.sequence + 1, newest - MISSED_AT_ONCE, 1), newest)
        missed = [n for n in since if n not in self._remote.releases]
        here = [n for n in missed if (self._folder / release_folder(n)).is_dir()]
        self._remote.put_remnants(self._folder, here)

    def _copy_beside(self, now: float, everything: bool) -> bool:
        """Copy the files beside the releases that changed, each no more often than it may be.

        Return whether some were left for the next pass: a long history must not hold up readers,
        nor must a damaged file, of which the store keeps the last good one.
        """
        complete = local.complete_days(self._folder, self._key)
        for file in local.beside(self._folder):
            waits = now < self._again_at.get(file.path, 0.0) and not everything
            if self._seen.get(file.path) == file.seen or waits:
                continue
            if time.monotonic() - now > BESIDE_FOR_S and not everything:
                return True
            try:
                self._copy_file(file, complete)
            except (NotFound, FileNotFoundError):
                continue  # another has taken its place meanwhile: the next pass finds that
            except Untrusted as error:
                _log.error("alarm: damaged file not copied", file=file.path, reason=str(error))
            self._seen[file.path] = file.seen
            self._again_at[file.path] = now + file.bytes / REPLACED_BYTES_S
        return False

    def _copy_file(self, file: local.Beside, complete: set[str]) -> None:
        if file.signed:
            pair = local.read_pair(self._folder, file.path, self._key)
            keep = local.keeps(file.path, pair.body, complete)
            if not self._remote.holds(file.path, pair.body):
                self._remote.put_pair(file.path, pair, keep)
            return
        body = (self._folder / file.path).read_bytes()
        if not self._remote.holds(file.path, body):
            self._remote.put_file(file.path, body, local.keeps(file.path, body, complete))

    def _make_up(self, newest: int, everything: bool) -> bool:
        """Copy what was missed, and delete what the folder has no longer."""
        present, remote = local.releases(self._folder), self._remote
        missed = sorted(
            (n for n in present if n < newest and n not in remote.releases), reverse=True
        )
        lot = missed if everything else missed[:MISSED_AT_ONCE]
        remote.put_remnants(self._folder, lot)
        for sequence in [n for n, whole in remote.releases.items() if whole and n in present]:
            if is_reduced(self._folder, sequence):
                remote.reduce(sequence)
        remote.remove(remote.gone(present, newest))
        remote.forget(self._dropped())
        return len(lot) < len(missed)

    def _dropped(self) -> list[str]:
        """Return what lies in the bucket's folders and no longer in ours.

        What lies at the top, or in folders that we do not have, may be somebody else's.
        """
        ours = {file.path for file in local.beside(self._folder)}
        folders = {path.partition("/")[0] for path in ours if "/" in path}
        theirs = {path.removesuffix(SIGNATURE) for path in self._seen.keys() | self._remote.beside}
        dropped = {
            path for path in theirs - ours if path.rpartition("/")[0].split("/")[0] in folders
        }
        self._seen = {path: seen for path, seen in self._seen.items() if path not in dropped}
        return [name for path in dropped for name in (path, f"{path}{SIGNATURE}")]
