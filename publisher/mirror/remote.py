"""What the bucket holds, and the acts on it: each leaves every reader with something whole."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import msgspec

from core.domain.snapshot import Current, Manifest, release_folder
from core.errors import NotFound
from core.object_store import Bucket, Stored
from core.releases import (
    CHANGES,
    CURRENT,
    MANIFEST,
    RELEASE_FOLDER,
    REMNANTS,
    SIGNATURE,
    read_file,
)
from publisher.mirror.headers import BRIEFLY, FOR_EVER, TEXT, media_type_of
from publisher.mirror.local import Pair

# Requests at a time: more gained nothing against a store on the same computer.
AT_ONCE = 16


class Remote:
    """A bucket and what is known to lie in it.

    ``releases`` tells of each release whether it is there whole (True) or reduced. ``beside`` are
    the files beside them as the store listed them, by path.
    """

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket
        self.releases: dict[int, bool] = {}
        self.beside: dict[str, Stored] = {}
        self._torn: set[int] = set()
        self._signatures: dict[str, bytes] = {}
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mirror")

    def look(self) -> Current | None:
        """Ask the store what it holds, and which release it names as the newest."""
        names: dict[int, set[str]] = {}
        self.beside.clear()
        self._signatures.clear()
        for stored in self.bucket.list():
            folder, _, name = stored.path.partition("/")
            if RELEASE_FOLDER.fullmatch(folder):
                names.setdefault(int(folder), set()).add(name)
            else:
                self.beside[stored.path] = stored
        self.releases = {
            n: not found <= REMNANTS for n, found in names.items() if MANIFEST in found
        }
        self._torn = names.keys() - self.releases.keys()
        return self._current()

    def _current(self) -> Current | None:
        with suppress(NotFound, msgspec.DecodeError):
            found = self.bucket.get(CURRENT)
            return found and msgspec.json.decode(found.body, type=Current)
        return None

    def put_release(self, folder: Path, manifest: Manifest) -> None:
        """Put a release, its manifest last.

        Each file goes out anew: to copy those that have not changed inside the store took half as
        long again, and costs as many requests.
        """
        inside = release_folder(manifest.sequence)

        def put(path: str, media_type: str) -> None:
            body = read_file(folder, manifest, path)
            self._put(f"{inside}/{path}", body, media_type, FOR_EVER)

        self._all(put, ((entry.path, entry.media_type) for entry in manifest.files))
        self._seal(folder, manifest.sequence)
        self.releases[manifest.sequence] = True

    def put_remnants(self, folder: Path, sequences: Iterable[int]) -> None:
        """Put of releases that were never copied what tells what had changed in them."""
        self._all(self._put_remnants, ((folder, sequence) for sequence in sequences))

    def _put_remnants(self, folder: Path, sequence: int) -> None:
        inside = release_folder(sequence)
        changes = (folder / inside / CHANGES).read_bytes()
        self._put(f"{inside}/{CHANGES}", changes, media_type_of(CHANGES), FOR_EVER)
        self._seal(folder, sequence)
        self.releases[sequence] = False

    def _seal(self, folder: Path, sequence: int) -> None:
        """Put signature and manifest, in this order: a release that has a manifest is all there."""
        inside = release_folder(sequence)
        for name in (f"{MANIFEST}{SIGNATURE}", MANIFEST):
            body = (folder / inside / name).read_bytes()
            self._put(f"{inside}/{name}", body, media_type_of(name), FOR_EVER)

    def put_pair(self, path: str, pair: Pair, keep: str = BRIEFLY) -> None:
        """Replace a signed file so that it and its signature agree at every moment.

        The signature object first holds the new line and what it held before: a reader who gets
        the old body finds its line, one who gets the new body too.
        """
        signature_path = f"{path}{SIGNATURE}"
        before = self._signatures.pop(path, None)
        if before is None:
            before = self._signature_before(signature_path)
        if pair.signature not in before:
            self._put(signature_path, pair.signature + before, TEXT, BRIEFLY)
        self._put(path, pair.body, media_type_of(path), keep)
        self._put(signature_path, pair.signature, TEXT, BRIEFLY)
        self._signatures[path] = pair.signature

    def _signature_before(self, path: str) -> bytes:
        """Return the lines that lie there: of two, after a death, either may fit the body."""
        with suppress(NotFound):
            found = self.bucket.get(path)
            return found.body if found else b""
        return b""

    def put_file(self, path: str, body: bytes, keep: str) -> None:
        """Replace a file that nothing signs, or that a signed index names."""
        self._put(path, body, media_type_of(path), keep)

    def holds(self, path: str, body: bytes) -> bool:
        """Tell whether an object has these bytes already, as far as the store says so."""
        stored = self.beside.get(path)
        tag = hashlib.md5(body, usedforsecurity=False).hexdigest()
        return stored is not None and (stored.bytes, stored.etag) == (len(body), tag)

    def reduce(self, sequence: int) -> None:
        """Leave of a release only what tells what had changed in it."""
        inside = f"{release_folder(sequence)}/"
        spared = {f"{inside}{name}" for name in REMNANTS}
        self._delete(stored.path for stored in self._list(inside) if stored.path not in spared)
        self.releases[sequence] = False

    def remove(self, sequences: Iterable[int]) -> None:
        """Delete releases wholly."""
        for sequence in sequences:
            self._delete(stored.path for stored in self._list(f"{release_folder(sequence)}/"))
            self.releases.pop(sequence, None)
            self._torn.discard(sequence)

    def gone(self, present: set[int], newest: int) -> set[int]:
        """Return the releases, whole, reduced or torn, that the folder has no longer."""
        return {n for n in self.releases.keys() | self._torn if n < newest} - present

    def forget(self, paths: Iterable[str]) -> None:
        """Delete files beside the releases."""
        doomed = list(paths)
        self._delete(doomed)
        for path in doomed:
            self.beside.pop(path, None)

    def _list(self, inside: str) -> list[Stored]:
        return list(self.bucket.list(inside))

    def _delete(self, paths: Iterable[str]) -> None:
        doomed = list(paths)
        self.bucket.delete(doomed)

    def _put(self, path: str, body: bytes, media_type: str, keep: str) -> None:
        self.beside.pop(path, None)
        self.bucket.put(path, body, media_type, keep)

    def _all(self, act: Callable[..., None], arguments: Iterable[tuple[object, ...]]) -> None:
        """Do many acts, a bounded number at a time; after the first fault no new one is begun."""
        waiting = [self._pool.submit(act, *each) for each in arguments]
        try:
            for done in waiting:
                done.result()
        finally:
            for undone in waiting:
                undone.cancel()
