"""What a snapshot folder holds when a publisher begins, after whatever ended the one before.

Left-overs of a write that was cut short go; a release that was finished but not announced is
taken on; damage to the newest release is answered by publishing the next one.
"""

from __future__ import annotations

import os
import shutil
from collections import deque
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.snapshot import Current, Manifest, release_folder
from core.errors import NotFound
from core.log import get_logger
from core.releases import (
    RELEASE_FOLDER,
    Untrusted,
    read_current,
    read_file,
    read_manifest_of,
    sha256_hex,
)
from publisher import durable
from publisher.release import has_remnants_only, remove_release
from publisher.release_log import (
    NOTHING_YET,
    ReleaseLine,
    append_line,
    line_of,
    mend_log,
    read_log,
)
from publisher.times import parse_rfc3339

_log = get_logger(__name__)


@dataclass(slots=True)
class Standing:
    """Where a snapshot folder stands.

    ``newest`` is the newest release that is whole, with the SHA-256 of its manifest. ``lines``
    are of the releases present, ``remnants`` of those of which only manifest and changes are.
    ``last`` is the end of the chain, of which the next release is ``next_sequence``. ``whole`` is
    False where the release that readers are pointed to is not. ``looked_at`` is the last look that
    readers were told of.
    """

    newest: Manifest | None
    newest_sha256: str
    lines: list[ReleaseLine]
    remnants: deque[ReleaseLine]
    last: ReleaseLine
    next_sequence: int
    whole: bool
    looked_at: datetime | None = None


def recover(folder: Path, public_key: Ed25519PublicKey) -> Standing:
    """Tidy a snapshot folder, and say where it stands."""
    folder.mkdir(parents=True, exist_ok=True)
    _sweep(folder)
    mend_log(folder)
    log, faults = read_log(folder)
    if faults:
        _log.error("alarm: releases.ndjson is damaged", faults=faults)
    current = _announced(folder, public_key)
    announced = max(current.sequence if current else 0, log[-1].sequence if log else 0)
    newest, newest_sha256 = None, ""
    reduced = {n for n in sequences(folder) if n <= announced and has_remnants_only(folder, n)}
    for sequence in sequences(folder):
        if sequence in reduced:
            continue
        found = _whole(folder, sequence, public_key)
        if found and (sequence <= announced or _continues(found, log)):
            newest, newest_sha256 = found[0], sha256_hex(found[1])
            log = _logged(folder, log, found)
            break
        _give_up(folder, sequence, announced)
    present = set(sequences(folder))
    last = log[-1] if log else NOTHING_YET
    top = max((announced, last.sequence, *present))
    return Standing(
        newest,
        newest_sha256,
        [line for line in log if line.sequence in present - reduced],
        deque(line for line in log if line.sequence in reduced),
        last,
        next_sequence=top + 1,
        whole=newest is not None and newest.sequence == top,
        looked_at=parse_rfc3339(current.checked_at) if current else None,
    )


def sequences(folder: Path) -> list[int]:
    """Return the numbers of the releases in a folder, newest first."""
    names = (place.name for place in folder.iterdir() if place.is_dir())
    return sorted((int(name) for name in names if RELEASE_FOLDER.fullmatch(name)), reverse=True)


def _sweep(folder: Path) -> None:
    """Remove what a write that was cut short left behind."""
    for place in (*_hidden(folder), *_hidden_beside(folder)):
        _log.info("left-over removed", name=place.name)
        if place.is_dir():
            shutil.rmtree(place)
        else:
            place.unlink()


def _hidden(folder: Path) -> list[Path]:
    return [place for place in folder.iterdir() if _is_left_over(place)]


def _hidden_beside(folder: Path) -> list[Path]:
    """Return what is half written among courses and history; a release is written under cover."""
    places = (place for place in folder.iterdir() if not _is_left_over(place))
    beside = (place for place in places if not RELEASE_FOLDER.fullmatch(place.name))
    return [
        Path(root, name)
        for begun in beside
        for root, _, names in os.walk(begun)
        for name in names
        if _is_left_over(Path(name))
    ]


def _is_left_over(place: Path) -> bool:
    return place.name.startswith(".") and place.name.endswith(durable.ASIDE)


def _announced(folder: Path, public_key: Ed25519PublicKey) -> Current | None:
    """Return what points readers to a release; None where they are pointed to none."""
    try:
        return read_current(folder, public_key)
    except NotFound:
        return None
    except Untrusted as error:
        _log.error("alarm: current.json is not ours or is damaged", reason=str(error))
        return None


def _whole(
    folder: Path, sequence: int, public_key: Ed25519PublicKey
) -> tuple[Manifest, bytes] | None:
    """Return a release's manifest and its bytes if everything in it is as signed."""
    try:
        manifest, body = read_manifest_of(folder, sequence, public_key)
        for entry in manifest.files:
            read_file(folder, manifest, entry.path)
    except (NotFound, Untrusted) as error:
        _log.error("alarm: a release is damaged", sequence=sequence, reason=str(error))
        return None
    return manifest, body


def _continues(found: tuple[Manifest, bytes], log: list[ReleaseLine]) -> bool:
    """Tell whether a release that was not announced is the next link of the chain."""
    return not log or found[0].previous == log[-1].manifest


def _logged(
    folder: Path, log: list[ReleaseLine], found: tuple[Manifest, bytes]
) -> list[ReleaseLine]:
    """Return the log with this release in it; one that a crash kept out is added."""
    line = line_of(*found)
    if log and log[-1].sequence >= line.sequence:
        return log
    append_line(folder, line)
    _log.info("release taken on", sequence=line.sequence)
    return [*log, line]


def _give_up(folder: Path, sequence: int, announced: int) -> None:
    """Remove an unfinished release that nobody was told of; one that was announced stays."""
    if sequence > announced:
        remove_release(folder, sequence)
        _log.info("unfinished release removed", name=release_folder(sequence))
