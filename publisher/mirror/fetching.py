"""Fetch everything that an object store holds, so that it can be verified like any folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from core.errors import Invalid, NotFound
from core.object_store import Bucket, open_bucket
from core.releases import CURRENT, SIGNATURE
from core.settings import Settings
from publisher.mirror.remote import AT_ONCE

_PLAIN = re.compile(r"(?:[A-Za-z0-9][A-Za-z0-9_.=-]*/){0,3}[A-Za-z0-9][A-Za-z0-9_.=-]*")


@contextmanager
def fetched(settings: Settings) -> Iterator[Path]:
    """Yield a folder with what the store of the settings holds; it is removed afterwards.

    What is published meanwhile may be there in part: verify while nothing is, or again.

    Raises:
        Invalid: the settings name no store. StoreUnavailable: it does not answer.
    """
    if not settings.snapshots_store:
        raise Invalid("--store: MASKMAP_SNAPSHOTS names no object store (s3://bucket/prefix)")
    bucket = open_bucket(settings)
    with TemporaryDirectory(prefix="maskmap-store-") as name:
        folder = Path(name)
        # First what is called current, then all: so everything that it names is among it.
        first = [CURRENT, f"{CURRENT}{SIGNATURE}"]
        for path in first:
            _fetch(bucket, folder, path)
        others = [stored.path for stored in bucket.list() if stored.path not in first]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda path: _fetch(bucket, folder, path), others))
        yield folder


def _fetch(bucket: Bucket, folder: Path, path: str) -> None:
    if not _PLAIN.fullmatch(path):
        return  # nothing of ours is called so
    with suppress(NotFound):
        found = bucket.get(path)
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(found.body if found else b"")
