"""Put one release into the snapshot folder so that a reader sees all of it or none.

A release is written under a hidden name, its manifest last, each file synced; the folder is then
renamed. ``current.json`` is switched by one rename. A release that has had its time is reduced to
its manifest and its changes, file by file, and removed a day after it was published.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.snapshot import Current, release_folder
from core.releases import CURRENT, MANIFEST, REMNANTS, SIGNATURE
from publisher import durable
from publisher.formats import geojson
from publisher.signing import replace_signed, sign

# A file waits for the disk several times as long as it takes to write; so many wait together.
_AT_ONCE = 8
# A file that is waited for before the next is made: of a very large nation one fills the memory.
_LARGE = 64 * 2**20


def hidden_name(sequence: int) -> str:
    """Return the name of a release that is being written or removed."""
    return f".{release_folder(sequence)}{durable.ASIDE}"


def begin_release(folder: Path, sequence: int, files: Iterable[tuple[str, bytes | Path]]) -> None:
    """Write the files of a release under its hidden name; nobody can see them yet.

    Each is its bytes, or a file elsewhere on the disk that is the same: no byte of that is
    written. Files are asked for while those before them go to the disk, each synced.
    """
    hidden = folder / hidden_name(sequence)
    hidden.mkdir(parents=True)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        on_the_way = []
        for path, what in files:
            on_the_way.append(pool.submit(_put, hidden / path, what))
            if isinstance(what, bytes) and len(what) > _LARGE:
                on_the_way.pop().result()
    for one in on_the_way:
        one.result()


def _put(place: Path, what: bytes | Path) -> None:
    if not place.parent.exists():
        place.parent.mkdir(exist_ok=True)
    if isinstance(what, Path):
        durable.same_file(what, place)
    else:
        durable.write_new(place, what)


def seal_release(folder: Path, sequence: int, manifest: bytes, key: Ed25519PrivateKey) -> None:
    """Sign a release that was begun, and give it its name; nobody is pointed to it yet."""
    hidden = folder / hidden_name(sequence)
    durable.write_new(hidden / f"{MANIFEST}{SIGNATURE}", f"{sign(key, manifest)}\n".encode())
    durable.write_new(hidden / MANIFEST, manifest)
    for inner in (*(place for place in hidden.iterdir() if place.is_dir()), hidden):
        durable.sync_folder(inner)
    hidden.rename(folder / release_folder(sequence))
    durable.sync_folder(folder)


def switch_current(folder: Path, current: Current, key: Ed25519PrivateKey) -> None:
    """Point readers to a release, or tell them that it is still the newest."""
    replace_signed(folder / CURRENT, msgspec.json.encode(current), key)


def reduce_release(folder: Path, sequence: int) -> None:
    """Leave of a release only what tells what had changed in it.

    The GeoJSON goes first: a release that has none is known to be reduced, even half way.
    """
    inside = folder / release_folder(sequence)
    (inside / geojson.PATH).unlink(missing_ok=True)
    for place in list(inside.iterdir()):
        if place.is_dir():
            shutil.rmtree(place)
        elif place.name not in REMNANTS:
            place.unlink()


def is_reduced(folder: Path, sequence: int) -> bool:
    """Tell whether a release, or one whose reduction was cut short, has lost its files."""
    return not (folder / release_folder(sequence) / geojson.PATH).exists()


def has_remnants_only(folder: Path, sequence: int) -> bool:
    """Tell whether nothing is left to take from a release but what stays for a day."""
    names = {place.name for place in (folder / release_folder(sequence)).iterdir()}
    return MANIFEST in names and names <= REMNANTS


def remove_release(folder: Path, sequence: int) -> None:
    """Remove a release: out of sight by one rename, then from the disk."""
    hidden = folder / hidden_name(sequence)
    shutil.rmtree(hidden, ignore_errors=True)
    (folder / release_folder(sequence)).rename(hidden)
    shutil.rmtree(hidden)
