"""A reader who verifies everything that he is shown, all the time, until his stdin ends.

A process of its own: ``permanent_reader.py FOLDER PUBLIC_KEY``. On stdout comes what he saw, as
JSON; whatever is torn, unsigned or goes back is among the ``faults``.
"""

from __future__ import annotations

import json
import select
import sys
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.snapshot import Current, Manifest
from core.errors import NotFound
from core.releases import (
    COURSES,
    SIGNATURE,
    Untrusted,
    load_public_key,
    read_current,
    read_file,
    read_manifest,
    read_signed,
)

# Long enough to leave the publisher some of two cores, short enough to meet every step of it.
PAUSE_S = 0.01
# Of a release that is so many behind the newest, files may go while they are read.
LAG = 15
HISTORY = "history"


@dataclass
class Reader:
    """What was seen so far."""

    folder: Path
    key: Ed25519PublicKey
    looks: int = 0
    releases: int = 0
    overtaken: int = 0
    faults: list[str] = field(default_factory=list)
    seen: Current | None = None
    manifest: Manifest | None = None

    def look(self) -> None:
        """Read the pointer, the release that it means, and what is signed beside it."""
        try:
            current = read_current(self.folder, self.key)
        except NotFound:
            self._note("current.json is gone") if self.seen else None
            return
        except Untrusted as error:
            self._note(str(error))
            return
        self._must_grow(current)
        self.seen = current
        try:
            self._read(current)
            self._beside()
        except Untrusted as error:
            self._note(str(error))
        except NotFound as error:
            newest = read_current(self.folder, self.key).sequence
            if newest < current.sequence + LAG:
                self._note(str(error))
            self.overtaken += 1
        self.looks += 1

    def _must_grow(self, current: Current) -> None:
        if self.seen is None:
            return
        for name in ("sequence", "checked_at"):
            before, now = getattr(self.seen, name), getattr(current, name)
            if now < before:
                self._note(f"{name} went back from {before} to {now}")

    def _read(self, current: Current) -> None:
        manifest, _ = read_manifest(self.folder, current, self.key)
        for entry in manifest.files:
            read_file(self.folder, manifest, entry.path)
        if self.manifest is None or manifest.sequence > self.manifest.sequence:
            self.releases += 1
            for name in ("as_of", "published_at", "ledger_position"):
                before = getattr(self.manifest, name) if self.manifest else ""
                now = getattr(manifest, name)
                if (len(now), now) < (len(before), before):
                    self._note(f"{name} went back from {before} to {now}")
            self.manifest = manifest

    def _beside(self) -> None:
        for inside in (self.folder, self.folder / COURSES, self.folder / HISTORY):
            for signature in inside.glob(f"[!.]*{SIGNATURE}"):
                read_signed(signature.with_name(signature.name.removesuffix(SIGNATURE)), self.key)

    def _note(self, fault: str) -> None:
        if len(self.faults) < 20:
            self.faults.append(fault)


def main(folder: Path, key: Path) -> None:
    """Read until stdin ends."""
    reader = Reader(folder, load_public_key(key))
    while not select.select([sys.stdin], [], [], PAUSE_S)[0]:
        reader.look()
    said = {name: getattr(reader, name) for name in ("looks", "releases", "overtaken", "faults")}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
