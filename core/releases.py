"""Read published releases, and trust nothing that is not signed and whole.

The one verification of a snapshot folder: the public site, `maskmap snapshot verify` and the
publisher's own restart all go through it. ``path`` in a manifest is relative to the release's own
folder. The key is the reader's own, never the folder's ``public-key.pem``.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import re
import stat
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from core.domain.snapshot import (
    Course,
    Current,
    FileEntry,
    HistoryFile,
    HistoryIndex,
    Manifest,
    release_folder,
)
from core.errors import Invalid, NotFound

CURRENT, MANIFEST, SIGNATURE = "current.json", "manifest.json", ".sig"
CHANGES, COURSES = "changes.ndjson", "courses"
HISTORY_INDEX = "history/index.json"
# The endings of packed copies that stand beside a text file.
GZIPPED, BROTLI = ".gz", ".br"
PACKED = (GZIPPED, BROTLI)
# What stays for a day of a release that has been removed: enough to answer what changed since.
REMNANTS = frozenset({MANIFEST, f"{MANIFEST}{SIGNATURE}", CHANGES})
RELEASE_FOLDER = re.compile(r"[0-9]{10}")
# Plain names only, at most one folder deep: no path of a manifest can leave its release.
_SAFE_PATH = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_.=-]*/)?[A-Za-z0-9][A-Za-z0-9_.=-]*")
# A file that is replaced and its signature are two files: a reader may fall between their renames.
_READ_ATTEMPTS = 8
# A file of the history: at most two folders deep, plain names only.
_SAFE_BESIDE = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_.=-]*/){1,2}[A-Za-z0-9][A-Za-z0-9_.=-]*")

T = TypeVar("T")


class Untrusted(Invalid):
    """A snapshot is damaged, incomplete, or not signed by the key that the reader trusts."""

    code = "SNAPSHOT_UNTRUSTED"


def load_public_key(path: Path) -> Ed25519PublicKey:
    """Read the Ed25519 public key (PEM) that a reader trusts.

    Raises:
        NotFound: there is no such file.
        Invalid: it is no Ed25519 public key.
    """
    try:
        key = load_pem_public_key(_read(path))
    except ValueError:
        raise Invalid(f"{path} is not a public key in PEM form") from None
    if not isinstance(key, Ed25519PublicKey):
        raise Invalid(f"{path} is not an Ed25519 public key")
    return key


def read_current(folder: Path, public_key: Ed25519PublicKey) -> Current:
    """Read which release of a snapshot folder is the newest.

    Raises:
        NotFound: nothing has been published there yet.
        Untrusted: ``current.json`` is not signed by this key, or is damaged.
    """
    path = folder / CURRENT
    current = _decode(path, read_signed(path, public_key)[0], Current)
    if current.manifest != f"{release_folder(current.sequence)}/{MANIFEST}":
        raise Untrusted(f"{path} names {current.manifest!r} for release {current.sequence}")
    return current


def read_course(folder: Path, day: date, public_key: Ed25519PublicKey) -> Course:
    """Read the course of a Taipei day from a snapshot folder.

    Raises:
        NotFound: there is none of that day.
        Untrusted: it is not signed by this key, is damaged, or is another day's.
    """
    path = folder / COURSES / f"{day}.json"
    course = _decode(path, read_signed(path, public_key)[0], Course)
    if course.date != day.isoformat():
        raise Untrusted(f"{path} says that it is of {course.date}")
    return course


def read_history_index(folder: Path, public_key: Ed25519PublicKey) -> HistoryIndex:
    """Read which files the history of a snapshot folder has.

    Raises:
        NotFound: it has no history yet.
        Untrusted: the index is not signed by this key, or is damaged.
    """
    path = folder / HISTORY_INDEX
    index = _decode(path, read_signed(path, public_key)[0], HistoryIndex)
    for file in index.files:
        if not _SAFE_BESIDE.fullmatch(file.path):
            raise Untrusted(f"{path} names the file {file.path!r}")
    return index


def read_listed(folder: Path, file: HistoryFile) -> bytes:
    """Read a file that the index of the history names, checked for size and SHA-256.

    Raises:
        NotFound: it has been replaced; read the index again.
        Untrusted: it is not the file that the index means.
    """
    place = folder / file.path
    body = _read(place)
    if len(body) != file.bytes or sha256_hex(body) != file.sha256:
        raise Untrusted(f"{place} is not the file that {HISTORY_INDEX} means")
    return body


def course_days(folder: Path) -> list[date]:
    """Return the days that a snapshot folder has courses of, in order; other names mean nothing."""
    names = (place.stem for place in (folder / COURSES).glob("*.json"))
    return sorted(filter(None, map(_day, names)))


def _day(name: str) -> date | None:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        return None
    return day if str(day) == name else None


def read_signed(path: Path, public_key: Ed25519PublicKey) -> tuple[bytes, bytes]:
    """Read a file that may be replaced at any moment, and the line that is its signature.

    Raises:
        NotFound: the file or its signature is missing.
        Untrusted: it is not signed by this key.
    """
    for _ in range(_READ_ATTEMPTS - 1):
        body = _read(path)
        with contextlib.suppress(NotFound, Untrusted):
            return body, signature_of(path, body, public_key)
    body = _read(path)
    return body, signature_of(path, body, public_key)


def read_manifest(
    folder: Path, current: Current, public_key: Ed25519PublicKey
) -> tuple[Manifest, bytes]:
    """Read the manifest that ``current`` names, and its exact bytes.

    Raises:
        NotFound: the release has been removed, or was never there.
        Untrusted: it is not signed by this key, or is not the one that ``current`` means.
    """
    manifest, body = read_manifest_of(folder, current.sequence, public_key)
    if sha256_hex(body) != current.sha256:
        raise Untrusted(f"{folder / current.manifest} is not the manifest that {CURRENT} means")
    return manifest, body


def read_manifest_of(
    folder: Path, sequence: int, public_key: Ed25519PublicKey
) -> tuple[Manifest, bytes]:
    """Read the manifest of one release by its number, and its exact bytes.

    Raises:
        NotFound, Untrusted: as ``read_manifest``.
    """
    path = folder / release_folder(sequence) / MANIFEST
    body = _read(path)
    signature_of(path, body, public_key)
    manifest = _decode(path, body, Manifest)
    if manifest.sequence != sequence:
        raise Untrusted(f"{path} says that it is release {manifest.sequence}")
    for entry in manifest.files:
        _refuse_unsafe(entry.path)
    return manifest, body


def read_file(folder: Path, manifest: Manifest, path: str) -> bytes:
    """Read one file of a release, checked for size and SHA-256.

    Raises:
        NotFound: the manifest names no such file, or it has been removed.
        Untrusted: it is not the file that the manifest means.
    """
    entry = entry_of(manifest, path)
    place = folder / release_folder(manifest.sequence) / entry.path
    try:
        size = place.stat().st_size
    except FileNotFoundError:
        raise NotFound(f"{place} is missing") from None
    if size != entry.bytes:
        raise Untrusted(f"{place} has {size} bytes; the manifest says {entry.bytes}")
    body = _read(place)
    if sha256_hex(body) != entry.sha256:
        raise Untrusted(f"{place} is not the file that the manifest means (SHA-256 differs)")
    return body


def entry_of(manifest: Manifest, path: str) -> FileEntry:
    """Find a file in a manifest.

    Raises:
        NotFound: the manifest names no such file.
    """
    entry = next((entry for entry in manifest.files if entry.path == path), None)
    if entry is None:
        raise NotFound(f"release {manifest.sequence} has no file {path!r}")
    _refuse_unsafe(entry.path)
    return entry


def signature_of(path: Path, body: bytes, public_key: Ed25519PublicKey) -> bytes:
    """Check a file's bytes against the signature file beside it; return the line that fits.

    While such a file is being replaced, its signature file holds two lines: the signature of the
    new bytes and of the old. So a publisher killed half way leaves a pair that agrees.

    Raises:
        NotFound: there is no signature file.
        Untrusted: no line in it is this key's signature of these bytes.
    """
    signatures = _read(path.with_name(path.name + SIGNATURE)).split()
    for signature in signatures:
        if is_signed(body, signature, public_key):
            return signature
    raise Untrusted(f"{path} is not signed by the key that is trusted here")


def is_signed(body: bytes, signature: bytes, public_key: Ed25519PublicKey) -> bool:
    """Tell whether a base64 text is this key's Ed25519 signature of these exact bytes."""
    try:
        public_key.verify(base64.b64decode(signature, validate=True), body)
    except (InvalidSignature, binascii.Error):
        return False
    return True


def sha256_hex(body: bytes) -> str:
    """Return the SHA-256 of bytes, lower-case hex."""
    return hashlib.sha256(body).hexdigest()


def _refuse_unsafe(path: str) -> None:
    if not _SAFE_PATH.fullmatch(path):
        raise Untrusted(f"a manifest names the file {path!r}")


def _read(path: Path) -> bytes:
    """Read a file; in a stranger's folder its name may be a folder's, or a pipe's without end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Untrusted(f"{path} is no file")
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(f"{path} is missing") from None


def _decode(path: Path, body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.DecodeError as error:
        raise Untrusted(f"{path}: {error}") from None
