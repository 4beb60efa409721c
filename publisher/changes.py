"""changes.ndjson: what an outlet says anew since the release named by ``previous``.

One line an outlet that differs, ascending by code: its line of ``outlets.ndjson``, or
``{"code":…,"removed":true}``. What is compared are those lines: the last release's in memory, and
after a restart those of the file that it left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.snapshot import Manifest
from core.errors import NotFound
from core.log import get_logger
from core.releases import CHANGES, Untrusted, read_file, read_manifest_of
from publisher.formats import geojson, ndjson
from publisher.recovery import Standing

PATH = CHANGES
MEDIA_TYPE = "application/x-ndjson"

Objects = Mapping[str, bytes]
"""What each outlet says in one release, by code."""

_log = get_logger(__name__)
_encode = msgspec.json.Encoder().encode


class _Line(msgspec.Struct):
    code: str
    removed: bool = False


_decode = msgspec.json.Decoder(_Line).decode


def write(before: Objects, now: Objects) -> tuple[bytes, int]:
    """Write the lines that turn ``before`` into ``now``, and count them."""
    lines = [
        now[code] if code in now else removal(code)
        for code in sorted({*_differing(before, now), *before.keys() - now.keys()})
    ]
    return b"".join(line + b"\n" for line in lines), len(lines)


def removal(code: str) -> bytes:
    """Say that an outlet is no longer published."""
    return _encode({"code": code, "removed": True})


def _differing(before: Objects, now: Objects) -> list[str]:
    return [code for code, said in now.items() if before.get(code) != said]


def read(body: bytes) -> dict[str, bytes | None]:
    """Read the file back: each outlet's object by code, None where it was removed.

    Raises:
        ValueError: it is not such a file.
    """
    if body and not body.endswith(b"\n"):
        raise ValueError("the last line has no end")
    found: dict[str, bytes | None] = {}
    for text in body.split(b"\n")[:-1]:
        line = _decode(text)
        if found and line.code <= next(reversed(found)):
            raise ValueError(f"outlet {line.code} does not ascend")
        found[line.code] = None if line.removed else text
    return found


class Memory:
    """What every outlet said in the last release; read from its file after a restart."""

    def __init__(self, folder: Path, public_key: Ed25519PublicKey) -> None:
        self._folder, self._public_key = folder, public_key
        self._manifest = ""
        self._objects: Objects | None = None

    def before(self, standing: Standing) -> Objects | None:
        """Return what the end of the chain says; None before the first release.

        Where that release cannot be read, every outlet is to be told anew, and those of the newest
        one that is whole are to be told removed if they are gone.
        """
        last, newest = standing.last, standing.newest
        if not last.manifest or last.manifest == self._manifest:
            return self._objects
        objects = self._read(last.sequence)
        if objects is None and newest is not None:
            objects = dict.fromkeys(self._read(newest.sequence) or (), b"")
        return objects or {}

    def _codes(self, manifest: Manifest) -> Iterable[str]:
        """Return who is in a release of an older maskmap, which wrote no such lines."""
        body = read_file(self._folder, manifest, geojson.PATH)
        return geojson.read({geojson.PATH: body}).names

    def keep(self, manifest_sha256: str, objects: Objects) -> None:
        """Remember what a release says that is on the disk."""
        self._manifest, self._objects = manifest_sha256, objects

    def _read(self, sequence: int) -> Objects | None:
        """Return what a release on the disk says; None where it cannot be trusted or read."""
        try:
            manifest, _ = read_manifest_of(self._folder, sequence, self._public_key)
            if all(entry.path != ndjson.PATH for entry in manifest.files):
                return dict.fromkeys(self._codes(manifest), b"")
            return ndjson.objects_of(read_file(self._folder, manifest, ndjson.PATH))
        except (NotFound, Untrusted, ValueError) as error:
            _log.error("alarm: a release cannot be read", sequence=sequence, reason=str(error))
            return None
