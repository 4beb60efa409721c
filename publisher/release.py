"""Put one release into the snapshot folder so that a reader sees all of it or none.

A release is written under a hidden name, its manifest last, each file synced; the folder is then
renamed. ``current.json`` is switched by one rename. Its signature file first holds the new and the
old signature, so the pair agrees at every moment, even for one who is killed in between.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.snapshot import Current, release_folder
from core.releases import CURRENT, MANIFEST, SIGNATURE, is_signed
from publisher import durable
from publisher.signing import sign


def hidden_name(sequence: int) -> str:
    """Return the name of a release that is being written or removed."""
    return f".{release_folder(sequence)}{durable.ASIDE}"


def write_release(
    folder: Path,
    sequence: int,
    files: Mapping[str, bytes],
    manifest: bytes,
    key: Ed25519PrivateKey,
) -> None:
    """Write a release that nobody is pointed to yet."""
    hidden = folder / hidden_name(sequence)
    hidden.mkdir(parents=True)
    for path, body in files.items():
        place = hidden / path
        place.parent.mkdir(exist_ok=True)
        durable.write_new(place, body)
    durable.write_new(hidden / f"{MANIFEST}{SIGNATURE}", f"{sign(key, manifest)}\n".encode())
    durable.write_new(hidden / MANIFEST, manifest)
    for inner in {place.parent for place in hidden.rglob("*")}:
        durable.sync_folder(inner)
    hidden.rename(folder / release_folder(sequence))
    durable.sync_folder(folder)


def switch_current(folder: Path, current: Current, key: Ed25519PrivateKey) -> None:
    """Point readers to a release, or tell them that it is still the newest."""
    body = msgspec.json.encode(current)
    path, signature_path = folder / CURRENT, folder / f"{CURRENT}{SIGNATURE}"
    signature = f"{sign(key, body)}\n".encode()
    durable.replace(signature_path, signature + _old_signature(path, signature_path, key))
    durable.replace(path, body)
    durable.replace(signature_path, signature)
    durable.sync_folder(folder)


def _old_signature(path: Path, signature_path: Path, key: Ed25519PrivateKey) -> bytes:
    """Return the signature of what stands there now, if it is ours."""
    if not path.exists() or not signature_path.exists():
        return b""
    body, public_key = path.read_bytes(), key.public_key()
    lines = signature_path.read_bytes().splitlines()
    return next((line + b"\n" for line in lines if is_signed(body, line, public_key)), b"")


def remove_release(folder: Path, sequence: int) -> None:
    """Remove a release: out of sight by one rename, then from the disk."""
    hidden = folder / hidden_name(sequence)
    shutil.rmtree(hidden, ignore_errors=True)
    (folder / release_folder(sequence)).rename(hidden)
    shutil.rmtree(hidden)
