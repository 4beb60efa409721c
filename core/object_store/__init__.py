"""A bucket of an object store, as the publisher fills it and the site reads it.

``open_bucket`` alone loads the client library, and only where a store is set.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

from core.errors import Invalid, Unavailable
from core.settings import Settings


class StoreUnavailable(Unavailable):
    """The object store does not answer, or does not let us; the same may be tried again."""

    code = "OBJECT_STORE_UNAVAILABLE"


class Stored(NamedTuple):
    """An object as the store lists it. ``etag`` is its version, without quotes."""

    path: str
    bytes: int
    etag: str


class Fetched(NamedTuple):
    """An object that was read."""

    body: bytes
    etag: str


class Bucket(Protocol):
    """What lies below one prefix of a bucket; every path is relative to it.

    Each call raises ``StoreUnavailable`` where the store fails for longer than a few tries.
    """

    def put(self, path: str, body: bytes, media_type: str, cache_control: str) -> None:
        """Put an object, whole or not at all."""

    def get(self, path: str, unless: str = "") -> Fetched | None:
        """Read an object; None where it still has the etag ``unless``.

        Raises:
            NotFound: there is no such object.
        """

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Yield every object, or those below a folder."""

    def delete(self, paths: Iterable[str]) -> None:
        """Delete objects; one that is not there is no fault."""

    def headers(self, path: str) -> dict[str, str]:
        """Return what the store sends with an object: `Content-Type`, `Cache-Control`."""


def open_bucket(settings: Settings) -> Bucket:
    """Return the bucket that the settings name; nothing is asked of the store yet.

    Raises:
        Invalid: the extra `s3` is not installed, or the settings make no sense to the client.
    """
    try:
        client = importlib.import_module("core.object_store.s3")
    except ModuleNotFoundError as error:
        if error.name != "obstore":
            raise
        raise Invalid(
            f"MASKMAP_SNAPSHOTS={settings.snapshots}: an object store needs the extra s3:"
            " pip install 'maskmap[s3]'"
        ) from None
    bucket: Bucket = client.S3Bucket(settings)
    return bucket
