"""The files of one release: every format, what changed, and the packed copies beside each.

A file that the last release has in the same version is not made again: the new release takes it
from there, with what the manifest says of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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


class ReleaseFiles(NamedTuple):
    """What a release consists of.

    ``bodies`` are the files to write, ``taken`` those that are the last release's, both by path;
    ``entries`` tell the manifest of all of them. ``reusable`` is for the release after this one.
    """

    bodies: dict[str, bytes]
    entries: list[FileEntry]
    taken: tuple[str, ...]
    reusable: Mapping[str, Reusable]


def write_files(
    release: ReleaseData,
    strength: compress.Strength,
    before: changes.Objects | None = None,
    on_disk: OnDisk = NOTHING,
) -> ReleaseFiles:
    """Write every format, and what changed since ``before``, with packed copies.

    ``before`` is what the last release said; None for the first, of which nothing has changed.
    """
    bodies: dict[str, bytes] = {}
    entries: list[FileEntry] = []
    taken: list[str] = []
    reusable: dict[str, Reusable] = {}
    for written in _all_written(release, before):
        known = on_disk.files.get(written.path)
        if known and known.version == written.version:
            said = known.entries
            taken += (entry.path for entry in said)
        else:
            made = dict(_with_copies(written, strength))
            said = tuple(_entry(written, path, *file) for path, file in made.items())
            bodies.update((path, body) for path, (_, body) in made.items())
        entries += said
        if written.version is not None:
            reusable[written.path] = Reusable(written.version, said)
    return ReleaseFiles(bodies, entries, tuple(taken), reusable)


def _all_written(release: ReleaseData, before: changes.Objects | None) -> Iterator[Written]:
    """Yield the files of every format; the changes follow from what was written."""
    for written in all_formats():
        yield from written.write(release)
    release.objects()
    now = release.cache.by_code(OBJECT)
    body, rows = changes.write(now if before is None else before, now)
    yield Written(changes.PATH, changes.MEDIA_TYPE, body, rows)


def _with_copies(
    written: Written, strength: compress.Strength
) -> Iterator[tuple[str, tuple[str, bytes]]]:
    """Yield path, media type and bytes: of the file, and of its packed copies."""
    body = written.body if isinstance(written.body, bytes) else written.body()
    yield written.path, (written.media_type, body)
    for copy in strength.copies(body) if written.packs else ():
        yield written.path + copy.suffix, (copy.media_type, copy.body)


def _entry(written: Written, path: str, media_type: str, body: bytes) -> FileEntry:
    return FileEntry(
        path=path,
        media_type=media_type,
        bytes=len(body),
        sha256=sha256_hex(body),
        rows=written.rows,
    )
