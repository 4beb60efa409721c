"""Watch the snapshot folder; serve the newest release that is signed and whole.

A new release is verified and its index built beside the old one, off the event loop; then one
assignment puts it in the old one's place. Whatever is wrong with a newer one, the last good one
stays: the site grows stale and says so, it never shows a guess.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from core.clock import Clock
from core.domain.snapshot import Current, is_stale
from core.errors import Conflict, MaskmapError, Unavailable
from core.log import get_logger
from core.releases import (
    CURRENT,
    SIGNATURE,
    Untrusted,
    load_public_key,
    read_current,
    read_file,
    read_manifest,
    signature_of,
)
from public_site.bounded import BoundedCache
from public_site.changes import KEPT_FOR, Changes, Step, read_back, step_of
from public_site.fingerprint import Fingerprint, fingerprint
from public_site.in_background import in_background
from public_site.view import Release, View, build_view

POLL_S = 0.3
LOOK_BACK_EVERY_S = 60
# A fault is looked at again after this, then ever later: its cause may heal without a new file.
FIRST_RETRY_S, LONGEST_RETRY_S = 0.3, 5.0
# A release with far fewer outlets than the last is a fault of the publisher until shown otherwise.
FEWEST_OUTLETS_SHARE = 0.8
_MOST_PACKED_BYTES = 16 * 2**20
# So many older releases are read in one go, while others wait for the interpreter.
_STEPS_AT_ONCE = 50

log = get_logger(__name__)


class OlderSnapshot(Conflict):
    """What lies in the folder is older than what is already served; numbers only grow."""

    code = "SNAPSHOT_OLDER"


class Shrunken(Untrusted):
    """A release lacks a good part of the outlets that the one before it had."""

    code = "SNAPSHOT_SHRUNKEN"


@dataclass(frozen=True)
class Published:
    """What is served: an index, and when the publisher last said that it is the newest."""

    view: View
    current: Current
    current_body: bytes
    current_signature: bytes
    public_key_pem: bytes
    checked_at: datetime
    packed: BoundedCache[bytes] = field(
        default_factory=lambda: BoundedCache(_MOST_PACKED_BYTES, len)
    )


@dataclass(frozen=True)
class Look:
    """One request's sight of the world: everything in one answer comes from here."""

    published: Published
    now: datetime
    stale: bool

    @property
    def view(self) -> View:
        """The index that answers."""
        return self.published.view

    @property
    def age_s(self) -> int:
        """Seconds since the publisher last looked; never negative."""
        return max(0, int((self.now - self.published.checked_at).total_seconds()))


class Snapshots:
    """Holds what is published now, and keeps it up to date."""

    def __init__(
        self,
        folder: Path,
        public_key_file: Path,
        clock: Clock,
        on_fault: Callable[[str], None] = lambda code: None,
    ) -> None:
        self.folder = folder
        self.public_key_file = public_key_file
        # Fetches a file of the folder from where it was published, if it is not here.
        self.bring: Callable[[str], None] = lambda path: None
        self.published: Published | None = None
        self.changes = Changes()
        self.fault_code = ""
        self._fault = ""
        self._clock = clock
        self._on_fault = on_fault
        self._seen: Fingerprint = ()
        self._retry_at = 0.0
        self._retry_s = FIRST_RETRY_S

    def look(self) -> Look:
        """Return what is published at this moment.

        Raises:
            Unavailable: no release has been seen since the start.
        """
        published = self.published
        if published is None:
            raise Unavailable("no snapshot has been published yet", code="NO_SNAPSHOT")
        now = self._clock()
        return Look(published, now, is_stale(published.checked_at, now, published.current.ttl_s))

    def public_key(self) -> Ed25519PublicKey:
        """Read the key that is trusted here."""
        return load_public_key(self.public_key_file)

    async def poll(self) -> None:
        """Look at the folder once; take what is new and good."""
        seen = fingerprint(self.folder / CURRENT, self.folder / f"{CURRENT}{SIGNATURE}")
        if seen == self._seen and (not self.fault_code or time.monotonic() < self._retry_at):
            return
        try:
            published, steps = await asyncio.to_thread(self._load)
        except (MaskmapError, OSError) as error:
            self._note_fault(error, again=seen == self._seen)
        else:
            self._take(published, steps)
        self._seen = seen

    def _load(self) -> tuple[Published, list[Step]]:
        """Read what is new in the folder, and what changed since what is known; in a thread."""
        key = self.public_key()
        published = load(self.folder, key, self.published)
        newest = self.changes.newest
        if newest is not None and newest.sequence == published.view.sequence:
            return published, []
        step = step_of(published.view.release)
        oldest = step.published_at - KEPT_FOR
        if newest is None:
            before = islice(read_back(self.folder, key, step, oldest), _STEPS_AT_ONCE)
        else:
            before = read_back(self.folder, key, step, oldest, until=newest.sequence + 1)
        return published, [step, *before]

    def _take(self, published: Published, steps: Sequence[Step]) -> None:
        """Put a new snapshot, and what it changed, in the place of the old: in one go."""
        if self.published is None or published.view is not self.published.view:
            log.info("snapshot taken", sequence=published.view.sequence)
        self.changes.take(steps)
        self.published = published
        self.fault_code, self._fault, self._retry_s = "", "", FIRST_RETRY_S

    def _note_fault(self, error: Exception, *, again: bool) -> None:
        """Count a fault, log it when it is a new one, and plan the next look."""
        code = getattr(error, "code", type(error).__name__)
        self._on_fault(code)
        if not again or self._fault != str(error):
            log.warning("snapshot refused; the last good one stays", code=code, error=str(error))
            self._retry_s = FIRST_RETRY_S
        self.fault_code, self._fault = code, str(error)
        self._retry_at = time.monotonic() + self._retry_s
        self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)

    async def watch(self) -> None:
        """Poll for ever."""
        while True:
            try:
                await self.poll()
            except Exception:  # the outermost loop: logged and counted; nothing may end the watch
                self._on_fault("UNEXPECTED")
                log.exception("watching the snapshot folder failed")
            await asyncio.sleep(POLL_S)

    async def _watch_both_ways(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.watch())
            tasks.create_task(self._keep_looking_back())

    async def _keep_looking_back(self) -> None:
        """Learn what was; again at times, since a broken chain makes the memory begin anew."""
        while True:
            try:
                await self.look_back()
            except Exception:  # an outermost loop: logged and counted; the site goes on without
                self._on_fault("UNEXPECTED")
                log.exception("looking back failed")
            await asyncio.sleep(LOOK_BACK_EVERY_S)

    async def look_back(self) -> None:
        """Learn from the folder what the releases of the last day changed, the newest first."""
        while (lowest := self.changes.lowest) is not None:
            steps = await asyncio.to_thread(self._older, lowest)
            if self.changes.lowest is lowest:
                self.changes.take_older(steps)
            if len(steps) < _STEPS_AT_ONCE:
                return

    def _older(self, lowest: Step) -> list[Step]:
        newest = self.changes.newest or lowest
        oldest = newest.published_at - KEPT_FOR
        found = read_back(self.folder, self.public_key(), lowest, oldest)
        return list(islice(found, _STEPS_AT_ONCE))

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Look once, then watch in the background."""
        await self.poll()
        async with in_background(self._watch_both_ways(), "watch snapshots"):
            yield


def load(folder: Path, public_key: Ed25519PublicKey, known: Published | None) -> Published:
    """Read and verify what the folder calls current; the index is built only if it is new.

    Raises:
        NotFound: something is missing. Untrusted: something is not what was signed.
        OlderSnapshot: it is older than ``known``.
    """
    current = read_current(folder, public_key)
    body, signature = _exact_bytes(folder, current, public_key)
    checked_at = _instant(current.checked_at)
    if known is not None:
        _refuse_older(current, checked_at, known)
    if known is not None and current.sequence == known.view.sequence:
        view = known.view
    else:
        view = build_view(_read_release(folder, current, public_key), known.view if known else None)
        _refuse_shrunken(view, known)
    pem = public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return Published(view, current, body, signature, pem, checked_at)


def _exact_bytes(
    folder: Path, current: Current, public_key: Ed25519PublicKey
) -> tuple[bytes, bytes]:
    """Return the bytes of ``current.json`` and the one signature that fits, for strangers."""
    body = (folder / CURRENT).read_bytes()
    signature = signature_of(folder / CURRENT, body, public_key)
    if msgspec.json.decode(body, type=Current) != current:
        raise Untrusted(f"{CURRENT} changed while it was read")
    return body, signature + b"\n"


def _read_release(folder: Path, current: Current, public_key: Ed25519PublicKey) -> Release:
    """Read the files of a release into memory, each checked against the manifest.

    Those in folders are many, and read when somebody asks for one.
    """
    manifest, body = read_manifest(folder, current, public_key)
    signature = (folder / f"{current.manifest}{SIGNATURE}").read_bytes()
    files = {
        entry.path: read_file(folder, manifest, entry.path)
        for entry in manifest.files
        if "/" not in entry.path
    }
    return Release(manifest, body, signature, files)


def _refuse_older(current: Current, checked_at: datetime, known: Published) -> None:
    if current.sequence < known.view.sequence:
        raise OlderSnapshot(f"release {current.sequence} after {known.view.sequence}")
    if current.sequence > known.view.sequence:
        return
    if current.sha256 != known.current.sha256:
        raise Untrusted(f"release {current.sequence} was published twice with other contents")
    if checked_at < known.checked_at:
        raise OlderSnapshot(f"checked at {current.checked_at} after {known.current.checked_at}")


def _refuse_shrunken(view: View, known: Published | None) -> None:
    if known and len(view.entries) < FEWEST_OUTLETS_SHARE * len(known.view.entries):
        raise Shrunken(
            f"release {view.sequence} has {len(view.entries)} outlets; the one before had"
            f" {len(known.view.entries)}. If that is right, start the site anew"
        )


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise Untrusted(f"{CURRENT}: {text!r} is not a time with an offset")
    return instant
