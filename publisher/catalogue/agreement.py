"""Does the catalogue that stands beside the releases describe the newest of them?

The publisher writes it after the release is public: for a moment, and when it is killed just then,
the catalogue is one release behind; while it replays a series, some seconds. Neither is a fault.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.snapshot import Manifest, release_folder
from core.errors import NotFound
from core.releases import Untrusted, read_manifest_of, read_signed
from publisher.catalogue.data_package import DATA_PACKAGE
from publisher.catalogue.files import plain_files
from publisher.catalogue.follower import CATALOGUE
from publisher.times import parse_rfc3339

# Longer than a replay puts the catalogue off.
A_MOMENT = timedelta(minutes=1)


class _Resource(msgspec.Struct):
    path: str
    bytes: int
    hash: str


class _Feed(msgspec.Struct):
    sequence: int
    as_of: str
    published_at: str


class _Package(msgspec.Struct):
    resources: list[_Resource]
    feed: _Feed


_decode = msgspec.json.Decoder(_Package).decode


def catalogue_faults(
    folder: Path, public_key: Ed25519PublicKey, manifests: Sequence[Manifest]
) -> Iterator[tuple[str, str]]:
    """Yield where and what is wrong; a catalogue that is not there is not missed.

    ``manifests`` are those of the releases that are there, in order, signed by the same key.
    """
    for name in CATALOGUE:
        if not (folder / name).exists():
            continue
        try:
            body, _ = read_signed(folder / name, public_key)
        except (NotFound, Untrusted) as error:
            yield name, str(error)
            continue
        if name == DATA_PACKAGE:
            for what in _package_faults(folder, public_key, manifests, body):
                yield name, what


def _package_faults(
    folder: Path, public_key: Ed25519PublicKey, manifests: Sequence[Manifest], body: bytes
) -> Iterator[str]:
    try:
        package = _decode(body)
        manifest, _ = read_manifest_of(folder, package.feed.sequence, public_key)
    except (msgspec.DecodeError, NotFound, Untrusted) as error:
        yield f"it describes no release that is here: {error}"
        return
    if manifests and _is_late(package.feed, manifests[-1]):
        yield f"it describes release {package.feed.sequence}, not {manifests[-1].sequence}"
    if (package.feed.as_of, package.feed.published_at) != (manifest.as_of, manifest.published_at):
        yield f"its times are not those of release {manifest.sequence}"
    yield from _differences(package, manifest)


def _is_late(feed: _Feed, newest: Manifest) -> bool:
    behind = parse_rfc3339(newest.published_at) - parse_rfc3339(feed.published_at)
    return newest.sequence - feed.sequence > 1 and behind > A_MOMENT


def _differences(package: _Package, manifest: Manifest) -> Iterator[str]:
    """Compare path, size and hash with the manifest's, of every file of the release."""
    inside = f"{release_folder(manifest.sequence)}/"
    said = {
        resource.path: (resource.bytes, resource.hash)
        for resource in package.resources
        if not resource.path.startswith(("daily/", "history/"))
    }
    true = {
        inside + entry.path: (entry.bytes, f"sha256:{entry.sha256}")
        for entry in plain_files(manifest)
    }
    for path in sorted(said.keys() | true.keys()):
        if path not in said:
            yield f"it lacks {path}"
        elif path not in true:
            yield f"it names {path}, which release {manifest.sequence} does not have"
        elif said[path] != true[path]:
            yield f"size or hash of {path} is not the manifest's"
