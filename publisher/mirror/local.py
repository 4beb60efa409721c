"""What lies in the snapshot folder, as far as the copy must know it; hidden names are skipped.

Whoever adds files to the folder need not tell: what is not in a release stands beside the releases,
and is signed if a signature lies beside it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.calendar import taipei_day
from core.domain.snapshot import Current
from core.errors import NotFound
from core.releases import (
    COURSES,
    CURRENT,
    RELEASE_FOLDER,
    SIGNATURE,
    Untrusted,
    read_history_index,
    read_signed,
)
from publisher.mirror.headers import BRIEFLY, FOR_EVER

Seen = tuple[int, int, int]


class Pair(NamedTuple):
    """A signed file that is replaced at times: its bytes, and the one line that signs them."""

    body: bytes
    signature: bytes


class CurrentPair(NamedTuple):
    """What readers are pointed to, decoded and as it lies there."""

    current: Current
    pair: Pair


class Beside(NamedTuple):
    """A file beside the releases; ``seen`` changes whenever it is replaced or written to."""

    path: str
    bytes: int
    seen: Seen
    signed: bool


def read_pair(folder: Path, path: str, key: Ed25519PublicKey) -> Pair:
    """Read a signed file and its signature, as they belong together."""
    body, signature = read_signed(folder / path, key)
    return Pair(body, signature + b"\n")


def read_current_pair(folder: Path, key: Ed25519PublicKey) -> CurrentPair:
    """Read which release is the newest, with the bytes that say so."""
    pair = read_pair(folder, CURRENT, key)
    try:
        return CurrentPair(msgspec.json.decode(pair.body, type=Current), pair)
    except msgspec.DecodeError as error:
        raise Untrusted(f"{CURRENT}: {error}") from None


def releases(folder: Path) -> set[int]:
    """Return the numbers of the releases, whole or reduced."""
    with os.scandir(folder) as places:
        return {int(place.name) for place in places if RELEASE_FOLDER.fullmatch(place.name)}


def beside(folder: Path) -> list[Beside]:
    """Return the files beside the releases; those that vouch for others come last."""
    return sorted(_walk(folder, ""), key=lambda file: (file.signed, file.path.count("/") == 0))


def _walk(folder: Path, inside: str) -> Iterator[Beside]:
    entries: dict[str, os.DirEntry[str]] = {}
    # What goes meanwhile, as the parts of a day do when it is over, is not there any more.
    with suppress(FileNotFoundError), os.scandir(folder) as places:
        for place in places:
            if not place.name.startswith(".") and not place.is_symlink():
                entries[place.name] = place
    for name, place in entries.items():
        path = f"{inside}{name}"
        if place.is_dir():
            if inside or not RELEASE_FOLDER.fullmatch(name):
                yield from _walk(folder / name, f"{path}/")
        elif path.removesuffix(SIGNATURE) != CURRENT and not _is_signature(name, entries):
            with suppress(FileNotFoundError):
                status = place.stat()
                seen = (status.st_ino, status.st_size, status.st_mtime_ns)
                yield Beside(path, status.st_size, seen, f"{name}{SIGNATURE}" in entries)


def _is_signature(name: str, entries: dict[str, os.DirEntry[str]]) -> bool:
    return name.endswith(SIGNATURE) and name.removesuffix(SIGNATURE) in entries


def complete_days(folder: Path, key: Ed25519PublicKey) -> set[str]:
    """Return the paths of the history that will never change, as its index says."""
    try:
        index = read_history_index(folder, key)
    except (NotFound, Untrusted):
        return set()
    return {file.path for file in index.files if file.complete}


class _Course(msgspec.Struct):
    date: str
    as_of: str


def keeps(path: str, body: bytes, complete: set[str]) -> str:
    """Return how long caches may keep a file beside the releases."""
    if path in complete or (path.startswith(f"{COURSES}/") and _is_over(body)):
        return FOR_EVER
    return BRIEFLY


def _is_over(course: bytes) -> bool:
    """Tell whether a day's course reaches beyond its day."""
    try:
        said = msgspec.json.decode(course, type=_Course)
        return taipei_day(datetime.fromisoformat(said.as_of)).isoformat() > said.date
    except ValueError:
        return False
