"""A bucket that speaks S3: the only place that knows the client library."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import obstore
from obstore.exceptions import BaseError, NotModifiedError
from obstore.store import S3Store

from core.errors import Invalid, NotFound
from core.object_store import Fetched, Stored, StoreUnavailable
from core.settings import S3, Settings

# What waits for the store waits in a thread of its own; longer than this, the next look is better.
_REQUEST_S, _CONNECT_S, _RETRIES, _RETRY_FOR_S = "30s", "3s", 3, 10
# In one request, so that the entity tag is the MD5 of the bytes; beyond it, in parts.
_ONE_REQUEST_BYTES = 64 * 2**20
_LISTED_AT_ONCE = 1000


class S3Bucket:
    """One prefix of a bucket. Calls block; any number of threads may make them."""

    def __init__(self, settings: Settings) -> None:
        bucket, _, prefix = settings.snapshots_store.removeprefix(S3).partition("/")
        self._place = f"{S3}{bucket}"
        try:
            self._store = S3Store(
                bucket,
                prefix=prefix or None,
                client_options=_client_options(settings),
                retry_config={
                    "max_retries": _RETRIES,
                    "retry_timeout": timedelta(seconds=_RETRY_FOR_S),
                },
                **_named(settings),
            )
        except BaseError as error:
            raise Invalid(f"{self._place}: {_first_line(error)}") from None

    def put(self, path: str, body: bytes, media_type: str, cache_control: str) -> None:
        """Put an object, whole or not at all."""
        with self._explained("put", path):
            obstore.put(
                self._store,
                path,
                body,
                attributes={"Content-Type": media_type, "Cache-Control": cache_control},
                use_multipart=len(body) > _ONE_REQUEST_BYTES,
            )

    def get(self, path: str, unless: str = "") -> Fetched | None:
        """Read an object; None where it still has the etag ``unless``."""
        with self._explained("get", path):
            try:
                options: Any = {"if_none_match": f'"{unless}"'} if unless else None
                found = obstore.get(self._store, path, options=options)
                return Fetched(bytes(found.bytes()), _bare(found.meta["e_tag"]))
            except NotModifiedError:
                return None

    def list(self, prefix: str = "") -> Iterator[Stored]:
        """Yield every object, or those below a folder."""
        with self._explained("list", prefix):
            for lot in obstore.list(self._store, prefix or None, chunk_size=_LISTED_AT_ONCE):
                for meta in lot:
                    yield Stored(meta["path"], meta["size"], _bare(meta["e_tag"]))

    def delete(self, paths: Iterable[str]) -> None:
        """Delete objects; one that is not there is no fault."""
        doomed = list(paths)
        if doomed:
            with self._explained("delete", doomed[0]):
                obstore.delete(self._store, doomed)

    def headers(self, path: str) -> dict[str, str]:
        """Return what the store sends with an object."""
        with self._explained("head", path):
            found = obstore.get(self._store, path, options={"head": True})
            return {str(name): value for name, value in found.attributes.items()}

    @contextmanager
    def _explained(self, act: str, path: str) -> Iterator[None]:
        """Say in our words what failed; the library's go on for pages.

        Raises:
            NotFound: there is no such object. StoreUnavailable: anything else.
        """
        try:
            yield
        except FileNotFoundError:
            raise NotFound(f"{self._place} has no object {path}") from None
        except (BaseError, OSError) as error:
            told = f"{self._place}: {act} {path}: {_first_line(error)}"
            raise StoreUnavailable(told) from None


def _named(settings: Settings) -> dict[str, Any]:
    """Return what the settings say; of the rest the environment's `AWS_*` decides."""
    named = {
        "endpoint": settings.s3_endpoint,
        "region": settings.s3_region,
        "access_key_id": settings.s3_access_key_id,
        "secret_access_key": settings.s3_secret_access_key,
        "virtual_hosted_style_request": settings.s3_virtual_hosted,
    }
    return {name: value for name, value in named.items() if value}


def _client_options(settings: Settings) -> Any:
    options: dict[str, object] = {"connect_timeout": _CONNECT_S, "timeout": _REQUEST_S}
    plain = settings.s3_endpoint.startswith("http://")
    return options | {"allow_http": True} if plain else options


def _bare(etag: str | None) -> str:
    return (etag or "").strip('"')


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:500]
