"""The site's local copy of a snapshot folder: written so that whoever reads it sees whole files.

It is a cache: nothing waits for the disk. What a power cut tore is found by its hash and fetched
again.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from core.domain.snapshot import FileEntry, Manifest, release_folder
from core.errors import NotFound
from core.releases import MANIFEST, RELEASE_FOLDER, REMNANTS, SIGNATURE, Untrusted, read_file

# Releases that stay whole beside the newest: a reader may just be in one of them.
WHOLE_KEPT = 2
# A file of an older release that somebody asked for is kept for the next who asks.
ASKED_FOR_KEPT_S = 600
REMNANTS_KEPT_S = 25 * 3600


class Shelf:
    """One local copy. Several processes may write to it: every file appears by one rename."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, path: str, body: bytes) -> None:
        """Put a file in place of the one before, whole at every moment."""
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        aside = place.with_name(f".{place.name}.{os.getpid()}.{threading.get_ident()}.tmp")
        aside.write_bytes(body)
        aside.replace(place)

    def put_pair(self, path: str, body: bytes, signature: bytes) -> None:
        """Put a signed file and its signature so that they agree at every moment."""
        beside = f"{path}{SIGNATURE}"
        before = b""
        with suppress(FileNotFoundError):
            before = (self.folder / beside).read_bytes()
        if signature not in before:
            self.put(beside, signature + before)
        self.put(path, body)
        self.put(beside, signature)

    def has_whole(self, manifest: Manifest, entries: Iterable[FileEntry]) -> bool:
        """Tell whether these files of a release are here and as signed."""
        try:
            for entry in entries:
                read_file(self.folder, manifest, entry.path)
        except (NotFound, Untrusted, OSError):
            return False
        return True

    def put_release(
        self, sequence: int, files: Mapping[str, bytes | Path], manifest: bytes, signature: bytes
    ) -> None:
        """Put a release: under a hidden name, its manifest last, then by one rename.

        ``files`` are bytes, or files of another release that are the same.
        """
        final = self.folder / release_folder(sequence)
        hidden = self.folder / f".{final.name}.{os.getpid()}.tmp"
        shutil.rmtree(hidden, ignore_errors=True)
        hidden.mkdir(parents=True)
        for path, body in files.items():
            (hidden / path).parent.mkdir(exist_ok=True)
            if isinstance(body, Path):
                os.link(body, hidden / path)
            else:
                (hidden / path).write_bytes(body)
        (hidden / f"{MANIFEST}{SIGNATURE}").write_bytes(signature)
        (hidden / MANIFEST).write_bytes(manifest)
        if final.exists():
            aside = hidden.with_suffix(".old.tmp")
            final.rename(aside)
            hidden.rename(final)
            shutil.rmtree(aside)
        else:
            hidden.rename(final)

    def tidy(self, newest: int) -> None:
        """Leave of older releases what tells what had changed, for a day; sweep left-overs."""
        now = time.time()
        for place in list(self.folder.iterdir()):
            if place.name.startswith(".") and place.name.endswith(".tmp"):
                _sweep(place, now)
            elif RELEASE_FOLDER.fullmatch(place.name) and int(place.name) < newest - WHOLE_KEPT:
                _reduce(place, now)


def _sweep(place: Path, now: float) -> None:
    """Remove what a process that died left; what is young may be another's, still at work."""
    with suppress(FileNotFoundError):
        if now - place.stat().st_mtime > ASKED_FOR_KEPT_S:
            shutil.rmtree(place) if place.is_dir() else place.unlink()


def _reduce(release: Path, now: float) -> None:
    files = [place for place in release.rglob("*") if place.is_file()]
    for place in files:
        young = now - place.stat().st_mtime < ASKED_FOR_KEPT_S
        if not young and (place.parent != release or place.name not in REMNANTS):
            place.unlink()
    manifest = release / MANIFEST
    if not manifest.exists() or now - manifest.stat().st_mtime > REMNANTS_KEPT_S:
        shutil.rmtree(release, ignore_errors=True)
