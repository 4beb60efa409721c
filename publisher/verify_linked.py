"""Read the files of one release after the other; what two of them share is read and hashed once.

A file that did not change has one place on the disk and a name in each release. A copy of the
folder made without such links is read whole.
"""

from __future__ import annotations

from pathlib import Path

from core.domain.snapshot import FileEntry, Manifest, release_folder
from core.releases import read_file

_Place = tuple[int, int, int, int]


class LinkedFiles:
    """The files of the last release by their place on the disk; ``fresh`` are those read anew."""

    def __init__(self) -> None:
        self.fresh: set[str] = set()
        self._last: dict[_Place, tuple[str, bytes]] = {}
        self._now: dict[_Place, tuple[str, bytes]] = {}

    def begin(self) -> None:
        """Begin another release: what was before the last one is forgotten."""
        self.fresh, self._last, self._now = set(), self._now, {}

    def read(self, folder: Path, manifest: Manifest, entry: FileEntry) -> bytes:
        """Return a file that is as the manifest says.

        Raises:
            NotFound, Untrusted: as ``read_file``.
        """
        place = _place_of(folder / release_folder(manifest.sequence) / entry.path)
        known = self._last.get(place) if place else None
        if known is None or known[0] != entry.sha256:
            self.fresh.add(entry.path)
            known = (entry.sha256, read_file(folder, manifest, entry.path))
        if place:
            self._now[place] = known
        return known[1]


def _place_of(path: Path) -> _Place | None:
    """Return where a file lies that has more than one name."""
    try:
        found = path.stat()
    except OSError:
        return None
    if found.st_nlink < 2:
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns
