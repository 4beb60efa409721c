"""What changes whenever files are replaced or written to: enough to know when to read again."""

from __future__ import annotations

from pathlib import Path

Fingerprint = tuple[tuple[int, int, int] | None, ...]


def fingerprint(*paths: Path) -> Fingerprint:
    """Return what changes with any of some files; one that is not there is part of it."""
    return tuple(map(_of_one, paths))


def _of_one(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns
