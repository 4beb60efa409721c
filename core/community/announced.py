"""What the authority announced to those who use the data: one file, from the portal to the site.

The portal writes it whole, beside the directory's database; the site reads it again when it
changes. The site never opens the ledger, where the announcements are kept.
"""

from __future__ import annotations

import datetime
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

import msgspec

from core.errors import Invalid


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """One announcement; ``effective`` is the day from which it holds."""

    id: str
    kind: str
    date: datetime.date
    effective: datetime.date
    zh: str
    en: str


class _File(msgspec.Struct, frozen=True):
    revision: int
    announcements: tuple[Announced, ...]


def write_announced(path: Path, revision: int, announcements: Sequence[Announced]) -> None:
    """Replace the file at once, unless a newer one is there.

    Two portals may write at the same time; whichever read later has the greater ``revision``.
    """
    body = msgspec.json.encode(_File(revision, tuple(announcements)))
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if _revision_of(path) > revision:
            return
        fresh = path.with_name(f".{path.name}.new")
        with fresh.open("wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)


def read_announced(path: Path) -> tuple[Announced, ...]:
    """Read the file; none is nothing announced.

    Raises:
        Invalid: it is damaged. OSError: it cannot be read.
    """
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File).announcements
    except FileNotFoundError:
        return ()
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Invalid(f"announcements of the authority: {error}") from None


def _revision_of(path: Path) -> int:
    try:
        return msgspec.json.decode(path.read_bytes(), type=_File).revision
    except (OSError, msgspec.DecodeError, UnicodeDecodeError):
        return -1
