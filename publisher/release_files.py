"""The files of one release: every format, what changed, and the packed copies beside each.

A file that the last release has in the same version is not made again: the new release takes it
from there, with what the manifest says of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from core.domain.snapshot import FileEntry
from core.releases import sha256_hex
from publisher import changes, compress
from publisher.formats import all_formats
from publisher.release_data import OBJECT, ReleaseData, Written


class Reusable(NamedTuple):
    """A file of the last release that may be taken over, and its packed copies."""

    version: int
    entries: tuple[FileEntry, ...]


class OnDisk(NamedTuple):
    """What the next release may take from the last one; nothing after a restart."""

    sequence: int
    files: Mapping[str, Reusable]


NOTHING = OnDisk(0, {})


@dataclass
class ReleaseFiles:
    """The files of a release, each made when it is asked for: so they are never all in memory.

    Yielded are path and bytes, or the file of the last release that is the same. Meanwhile
    ``entries`` grow, which tell the manifest of all files, and ``reusable``, for the release after
    this one. ``before`` is what the last release said; None for the first, of which nothing has
    changed. ``last`` is the folder of what is ``on_disk``.
    """

    release: ReleaseData
    strength: compress.Strength
    before: changes.Objects | None = None
    on_disk: OnDisk = NOTHING
    last: Path = Path()
    entries: list[FileEntry] = field(default_factory=list)
    reusable: dict[str, Reusable] = field(default_factory=dict)

    def __iter__(self) -> Iterator[tuple[str, bytes | Path]]:
        """Yield every file of every format, and what changed, with packed copies."""
        for written in _all_written(self.release, self.before):
            begin = len(self.entries)
            known = self.on_disk.files.get(written.path)
            if known and known.version == written.version:
                self.entries += known.entries
                yield from ((entry.path, self.last / entry.path) for entry in known.entries)
            else:
                for path, media_type, body in _with_copies(written, self.strength):
                    self.entries.append(_entry(written, path, media_type, body))
                    yield path, body
            if written.version is not None:
                said = tuple(self.entries[begin:])
                self.reusable[written.path] = Reusable(written.version, said)


def _all_written(release: ReleaseData, before: changes.Objects | None) -> Iterator[Written]:
    """Yield the files of every format; the changes follow from what was written."""
    for written in all_formats():
        yield from written.write(release)
    release.objects()
    now = release.cache.by_code(OBJECT)
    body, rows = changes.write(now if before is None else before, now)
    yield Written(changes.PATH, changes.MEDIA_TYPE, body, rows)


def _with_copies(written: Written, strength: compress.Strength) -> Iterator[tuple[str, str, bytes]]:
    """Yield path, media type and bytes: of the file, and of its packed copies."""
    body = written.body if isinstance(written.body, bytes) else written.body()
    yield written.path, written.media_type, body
    for copy in strength.copies(body) if written.packs else ():
        yield written.path + copy.suffix, copy.media_type, copy.body


def _entry(written: Written, path: str, media_type: str, body: bytes) -> FileEntry:
    return FileEntry(
        path=path,
        media_type=media_type,
        bytes=len(body),
        sha256=sha256_hex(body),
        rows=written.rows,
    )
