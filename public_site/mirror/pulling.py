"""One pass of pulling: what pages need of the newest release, verified before it is kept.

    current.json  →  the release's files, from the last release where they are the same  →
    what stands signed beside it  →  current.json here

Files in folders of a release (one for each town) and the history's are fetched when somebody asks;
so are older releases. Nothing is kept that the key trusted here did not sign.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.snapshot import Current, FileEntry, HistoryFile, Manifest, release_folder
from core.errors import Conflict, NotFound
from core.object_store import Bucket, Fetched
from core.releases import (
    CHANGES,
    COURSES,
    CURRENT,
    MANIFEST,
    RELEASE_FOLDER,
    SIGNATURE,
    Untrusted,
    entry_of,
    is_signed,
    read_current,
    read_history_index,
    read_manifest_of,
    sha256_hex,
)
from public_site.mirror.shelf import Shelf

AT_ONCE = 8
BESIDE_EVERY_S = 5.0
TIDY_EVERY_S = 60.0
# So many older releases are asked for in one pass, to know what changed in the last day.
OLDER_AT_ONCE = 100
# A file and its signature are two objects: a reader may fall between their replacements.
_ATTEMPTS = 5
_BETWEEN_ATTEMPTS_S = 0.1
_COURSE = re.compile(rf"{COURSES}/[A-Za-z0-9-]+\.json")


class Pulling:
    """Keeps a local folder in step with a bucket. ``beside`` are the signed files of interest."""

    def __init__(
        self,
        folder: Path,
        key: Callable[[], Ed25519PublicKey],
        bucket: Bucket,
        beside: tuple[str, ...] = (),
    ) -> None:
        self._shelf, self._key, self._bucket = Shelf(folder), key, bucket
        self._beside = beside
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="pull")
        self._etag = ""
        self._etags: dict[str, str] = {}
        self._last: Manifest | None = None
        self._older: Iterator[int] = iter(())
        self._beside_at = self._tidy_at = -1e9

    def pull(self) -> None:
        """Bring the folder up to date.

        Raises:
            StoreUnavailable, NotFound, Untrusted, OSError: the last good one stays; try again.
            Conflict: the store's newest is older than what is here.
        """
        now = time.monotonic()
        found = self._signed(CURRENT, self._etag)
        if found is not None:
            self._take(*found)
        if now - self._beside_at >= BESIDE_EVERY_S:
            self._pull_beside()
            self._beside_at = now
        self._pull_older()
        if self._last and now - self._tidy_at >= TIDY_EVERY_S:
            self._shelf.tidy(self._last.sequence)
            self._tidy_at = now

    def _signed(self, path: str, unless: str) -> tuple[Fetched, bytes] | None:
        """Read a signed object and the line that fits it; None where it is still the same.

        Raises:
            NotFound: there is none. Untrusted: no line fits, however often it is read.
        """
        for attempt in range(_ATTEMPTS):
            found = self._bucket.get(path, unless)
            if found is None:
                return None
            lines = self._object(f"{path}{SIGNATURE}")
            for line in lines.split():
                if is_signed(found.body, line, self._key()):
                    return found, line + b"\n"
            time.sleep(_BETWEEN_ATTEMPTS_S * attempt)
        raise Untrusted(f"{path} in the object store is not signed by the key that is trusted here")

    def _object(self, path: str) -> bytes:
        found = self._bucket.get(path)
        return found.body if found else b""

    def _take(self, found: Fetched, signature: bytes) -> None:
        """Fetch the release that is current there, then call it current here."""
        try:
            current = msgspec.json.decode(found.body, type=Current)
        except msgspec.DecodeError as error:
            raise Untrusted(f"{CURRENT} in the object store: {error}") from None
        self._refuse_older(current)
        if self._last is None or self._last.sequence != current.sequence:
            manifest = self._pull_release(current)
            first = self._last.sequence + 1 if self._last else 1
            missed = range(current.sequence - 1, first - 1, -1)
            self._older = iter([*missed, *self._older]) if self._last else iter(missed)
            self._last = manifest
            # Before readers learn of this one: who follows the changes finds no gap.
            self._pull_older()
        self._shelf.put_pair(CURRENT, found.body, signature)
        self._etag = found.etag

    def _refuse_older(self, current: Current) -> None:
        with suppress(NotFound, Untrusted):
            here = read_current(self._shelf.folder, self._key())
            if (current.sequence, current.checked_at) < (here.sequence, here.checked_at):
                raise Conflict(
                    f"the object store names release {current.sequence} ({current.checked_at}),"
                    f" older than {here.sequence} ({here.checked_at}) here",
                    code="SNAPSHOT_OLDER",
                )

    def _pull_release(self, current: Current) -> Manifest:
        """Fetch a release's manifest, and the files that stand at its top."""
        inside = release_folder(current.sequence)
        manifest, body, signature = self._manifest(current.sequence)
        if sha256_hex(body) != current.sha256:
            raise Untrusted(f"{inside}/{MANIFEST} is not the manifest that {CURRENT} means")
        wanted = [entry for entry in manifest.files if "/" not in entry.path]
        if not self._shelf.has_whole(manifest, wanted):
            files = dict(self._pool.map(lambda entry: self._file(manifest, entry), wanted))
            self._shelf.put_release(current.sequence, files, body, signature)
        return manifest

    def _manifest(self, sequence: int) -> tuple[Manifest, bytes, bytes]:
        """Fetch a manifest that is signed, with its bytes and its signature's."""
        path = f"{release_folder(sequence)}/{MANIFEST}"
        body, signature = self._object(path), self._object(f"{path}{SIGNATURE}")
        if not any(is_signed(body, line, self._key()) for line in signature.split()):
            raise Untrusted(f"{path} in the object store is not signed by the key trusted here")
        try:
            manifest = msgspec.json.decode(body, type=Manifest)
        except msgspec.DecodeError as error:
            raise Untrusted(f"{path}: {error}") from None
        if manifest.sequence != sequence:
            raise Untrusted(f"{path} says that it is release {manifest.sequence}")
        return manifest, body, signature

    def _file(self, manifest: Manifest, entry: FileEntry) -> tuple[str, bytes | Path]:
        """Return a file's bytes; a file of the last release where it is the same."""
        entry_of(manifest, entry.path)  # a name that leaves its folder is refused
        last = self._last
        if last and any((e.path, e.sha256) == (entry.path, entry.sha256) for e in last.files):
            place = self._shelf.folder / release_folder(last.sequence) / entry.path
            if place.exists():
                return entry.path, place
        path = f"{release_folder(manifest.sequence)}/{entry.path}"
        return entry.path, self._checked(path, entry.sha256)

    def _pull_beside(self) -> None:
        """Fetch what stands signed beside the releases, where it is new."""
        listed = (each.path for each in self._bucket.list(f"{COURSES}/"))
        courses = [path for path in listed if _COURSE.fullmatch(path)]
        for path in (*self._beside, *courses):
            with suppress(NotFound):
                found = self._signed(path, self._etags.get(path, ""))
                if found is not None:
                    self._shelf.put_pair(path, found[0].body, found[1])
                    self._etags[path] = found[0].etag

    def _pull_older(self) -> None:
        """Fetch what changed in releases before, the newest first, until there are no more."""
        for _ in range(OLDER_AT_ONCE):
            sequence = next(self._older, 0)
            if not sequence:
                return
            if (self._shelf.folder / release_folder(sequence) / MANIFEST).exists():
                continue
            try:
                self.fetch(f"{release_folder(sequence)}/{CHANGES}")
            except NotFound:
                self._older = iter(())
            except BaseException:
                self._older = iter([sequence, *self._older])
                raise

    def is_here(self, path: str) -> bool:
        """Tell whether a file of the snapshot folder need not be fetched."""
        place = self._shelf.folder / path
        if not place.exists() or RELEASE_FOLDER.fullmatch(path.partition("/")[0]):
            return place.exists()
        return sha256_hex(place.read_bytes()) == self._listed(path).sha256

    def fetch(self, path: str) -> None:
        """Fetch a file that is not here: of a release, or one that the history's index names.

        Raises:
            NotFound: the store has it no longer, or nothing names it.
            StoreUnavailable, Untrusted: as they say.
        """
        folder, _, name = path.partition("/")
        if not RELEASE_FOLDER.fullmatch(folder):
            self._shelf.put(path, self._checked(path, self._listed(path).sha256))
            return
        manifest = self._manifest_here(int(folder))
        if name != MANIFEST:
            self._shelf.put(path, self._checked(path, entry_of(manifest, name).sha256))

    def _manifest_here(self, sequence: int) -> Manifest:
        """Return the manifest of a release; fetch it where it is not here, or damaged."""
        try:
            return read_manifest_of(self._shelf.folder, sequence, self._key())[0]
        except (NotFound, Untrusted):
            manifest, body, signature = self._manifest(sequence)
        path = f"{release_folder(sequence)}/{MANIFEST}"
        self._shelf.put(f"{path}{SIGNATURE}", signature)
        self._shelf.put(path, body)
        return manifest

    def _listed(self, path: str) -> HistoryFile:
        index = read_history_index(self._shelf.folder, self._key())
        file = next((file for file in index.files if file.path == path), None)
        if file is None:
            raise NotFound(f"the history has no file {path!r}")
        return file

    def _checked(self, path: str, sha256: str) -> bytes:
        """Fetch an object whose bytes are known by their hash."""
        body = self._object(path)
        if sha256_hex(body) != sha256:
            raise Untrusted(f"{path} in the object store is not the file that was signed")
        return body
