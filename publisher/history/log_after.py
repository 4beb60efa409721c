"""The releases after a given one, from releases.ndjson, without reading all that was before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import BinaryIO

import msgspec

from core.domain.calendar import taipei_day
from core.domain.snapshot import Manifest
from publisher.history.published import Release
from publisher.release_log import LOG
from publisher.times import parse_rfc3339

_BLOCK = 1 << 20


class _Line(msgspec.Struct, frozen=True):
    """What history needs of a line of the log."""

    sequence: int
    as_of: str
    ledger_position: str


_decode = msgspec.json.Decoder(_Line).decode


def releases_after(folder: Path, sequence: int) -> Iterator[Release]:
    """Yield the releases after a number, in order; what is damaged in the log is passed over."""
    path = folder / LOG
    if not path.exists():
        return
    with path.open("rb") as file:
        file.seek(_begin(file, sequence))
        for text in file:
            release = _release(text)
            if release is not None and release.sequence > sequence:
                sequence = release.sequence
                yield release


def last_before_day(folder: Path, day: date) -> Release | None:
    """Return the last release whose source time lies before a Taipei day."""
    last = None
    for release in releases_after(folder, 0):
        if taipei_day(release.as_of) >= day:
            break
        last = release
    return last


def release_of(manifest: Manifest) -> Release:
    """Return what history needs of a manifest."""
    position = int(manifest.ledger_position)
    return Release(manifest.sequence, parse_rfc3339(manifest.as_of), position)


def _begin(file: BinaryIO, sequence: int) -> int:
    """Find a place in the log before the release that follows, going back from the end."""
    place = file.seek(0, 2)
    while place > 0:
        place = max(0, place - _BLOCK)
        file.seek(place)
        if place:
            file.readline()
        begin = file.tell()
        first = _release(file.readline())
        if first is not None and first.sequence <= sequence:
            return begin
    return 0


def _release(text: bytes) -> Release | None:
    if not text.endswith(b"\n"):
        return None
    try:
        line = _decode(text)
        return Release(line.sequence, parse_rfc3339(line.as_of), int(line.ledger_position))
    except ValueError:
        return None
