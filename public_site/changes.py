"""Which release last changed each outlet: what `changes?since=` answers from.

Each release says what it changed (``changes.ndjson``) and names the one before it by hash. So the
memory grows forward with each new release, over those that the site never served, and backward
from the folder after a start. It never guesses: where the chain of hashes is broken, or a file is
missing, nothing before is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.snapshot import Manifest
from core.errors import NotFound
from core.releases import CHANGES, Untrusted, read_file, read_manifest_of, sha256_hex
from public_site.view import Release

KEPT_FOR = timedelta(hours=24)


class ChangesGone(NotFound):
    """What changed since then is no longer known; everything must be fetched anew."""

    code = "CHANGES_GONE"


class _Line(msgspec.Struct):
    code: str


_lines = msgspec.json.Decoder(_Line).decode_lines


@dataclass(frozen=True)
class Step:
    """What one release changed. ``previous`` is the hash of the manifest that it followed.

    ``codes`` is None where the release does not say.
    """

    sequence: int
    hash: str
    previous: str
    published_at: datetime
    codes: tuple[str, ...] | None


class Changes:
    """The memory. ``floor`` is the oldest release of which it is known what changed after it."""

    def __init__(self) -> None:
        self.newest: Step | None = None
        self._lowest: Step | None = None
        # The outlets by the release that last changed them, which ascends.
        self._last: dict[str, int] = {}

    @property
    def floor(self) -> int:
        """The oldest release that can be named in a question; 0 before the first."""
        return self._lowest.sequence if self._lowest else 0

    @property
    def lowest(self) -> Step | None:
        """The release at the floor: the next one to be found is the one before it."""
        return self._lowest

    def since(self, sequence: int) -> list[str]:
        """Return the codes of the outlets that changed after a release.

        Raises:
            ChangesGone: that is not known.
        """
        if self.newest is None or not self.floor <= sequence <= self.newest.sequence:
            raise ChangesGone(f"what changed since snapshot {sequence} is not known any more")
        return list(self._after(sequence))

    def _after(self, sequence: int) -> Iterator[str]:
        for code in reversed(self._last):
            if self._last[code] <= sequence:
                return
            yield code

    def take(self, steps: Iterable[Step]) -> None:
        """Take new releases, the newest first, as ``read_back`` yields them.

        Where they do not reach back to what is known, what was known is forgotten.
        """
        for step in reversed(list(steps)):
            if self.newest is not None and step.sequence <= self.newest.sequence:
                continue
            if self.newest is None or step.codes is None or step.previous != self.newest.hash:
                self._lowest, self._last = step, {}
            else:
                for code in step.codes:
                    self._last.pop(code, None)
                    self._last[code] = step.sequence
            self.newest = step

    def take_older(self, steps: Iterable[Step]) -> None:
        """Take releases before the floor, the newest first."""
        older: list[tuple[str, int]] = []
        for step in steps:
            lowest = self._lowest
            if lowest is None or lowest.codes is None or lowest.previous != step.hash:
                break
            older += ((code, lowest.sequence) for code in lowest.codes)
            self._lowest = step
        before = {code: sequence for code, sequence in reversed(older) if code not in self._last}
        # In the order of the last change: the newest entry of a code counts, and stands last.
        ordered = sorted(before.items(), key=lambda item: item[1])
        self._last = dict(ordered) | self._last


def step_of(release: Release) -> Step:
    """Return what the release in memory changed.

    Raises:
        Untrusted: it is signed, but does not say so in the form that is agreed.
    """
    body = release.files.get(CHANGES)
    return _step(release.manifest, release.manifest_body, body)


def read_back(
    folder: Path, public_key: Ed25519PublicKey, step: Step, oldest: datetime, until: int = 1
) -> Iterator[Step]:
    """Yield the releases before one, the newest first, each verified and proven to precede.

    Ends at release ``until``, at those published before ``oldest``, where something is missing.
    """
    while step.sequence > until and step.codes is not None:
        try:
            before = _read(folder, public_key, step.sequence - 1)
        except (NotFound, Untrusted, OSError):
            return
        if before.hash != step.previous or before.published_at < oldest:
            return
        yield before
        step = before


def _read(folder: Path, public_key: Ed25519PublicKey, sequence: int) -> Step:
    manifest, body = read_manifest_of(folder, sequence, public_key)
    try:
        changes = read_file(folder, manifest, CHANGES)
    except NotFound:
        changes = None
    return _step(manifest, body, changes)


def _step(manifest: Manifest, body: bytes, changes: bytes | None) -> Step:
    try:
        codes = None if changes is None else tuple(line.code for line in _lines(changes))
        published_at = datetime.fromisoformat(manifest.published_at)
    except (msgspec.DecodeError, ValueError) as error:
        raise Untrusted(f"release {manifest.sequence}, {CHANGES}: {error}") from None
    return Step(manifest.sequence, sha256_hex(body), manifest.previous, published_at, codes)
