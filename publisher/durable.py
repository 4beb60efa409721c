"""Files that are whole or not there, whatever dies: write aside, sync, rename, sync the folder."""

from __future__ import annotations

import os
from pathlib import Path

ASIDE = ".tmp"


def write_new(path: Path, body: bytes, mode: int = 0o644) -> None:
    """Write a file that does not exist yet, and wait until it is on the disk."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(handle, "wb", buffering=0) as file:
        rest = memoryview(body)
        while rest:
            rest = rest[file.write(rest) :]
        os.fsync(handle)


def same_file(source: Path, path: Path) -> None:
    """Give a file that is never changed a second name; a copy where the disk has no such names."""
    try:
        os.link(source, path)
    except FileNotFoundError:
        raise
    except OSError:
        write_new(path, source.read_bytes())


def replace(path: Path, body: bytes, mode: int = 0o644) -> None:
    """Put a file in place of the one before, by one rename. The folder is not synced yet."""
    aside = path.with_name(f".{path.name}{ASIDE}")
    aside.unlink(missing_ok=True)
    write_new(aside, body, mode)
    aside.replace(path)


def append(path: Path, body: bytes) -> None:
    """Append to a file, and wait until it is on the disk."""
    with path.open("ab") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Wait until the names in a folder are on the disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
