"""Asking authorities over HTTP: without redirects, within a size and a time, no other host.

The lists themselves are signed, so plain http is as good as https here.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import TracebackType
from typing import Self

import aiohttp
from yarl import URL

LIST_LIMIT_BYTES = 64 * 1024 * 1024
ANSWER_LIMIT_BYTES = 64 * 1024
LIST_LIMIT_S = 20.0
OCSP_LIMIT_S = 2.0
_PIECE = 64 * 1024
_OCSP_HEADERS = {
    "Content-Type": "application/ocsp-request",
    "Accept": "application/ocsp-response",
}


class FetchFailed(Exception):
    """Nothing usable came back; the message names the kind of fault only."""


class AllowedHosts:
    """The hosts an operator lets the portal ask: ``host`` (usual port) or ``host:port``."""

    def __init__(self, names: str = "") -> None:
        self._names = {name.strip().lower() for name in names.split(",") if name.strip()}

    def among(self, urls: Iterable[str]) -> list[str]:
        """Return the addresses that may be asked."""
        return [url for url in urls if self._allows(url)]

    def _allows(self, text: str) -> bool:
        try:
            url = URL(text)
        except ValueError:
            return False
        if url.scheme not in ("http", "https") or not url.host or url.user or url.password:
            return False
        name = url.host.lower() if url.is_default_port() else f"{url.host.lower()}:{url.port}"
        return name in self._names


class Fetcher:
    """One HTTP client of the portal; it knows no cookies and follows nobody."""

    def __init__(self) -> None:
        self._client: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        self._client = aiohttp.ClientSession(
            cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def revocation_list(self, url: str, limit_s: float = LIST_LIMIT_S) -> bytes:
        """Fetch a list.

        Raises:
            FetchFailed: it did not come whole, in time, and in bounds.
        """
        return await self._ask("GET", url, LIST_LIMIT_BYTES, limit_s)

    async def ocsp_answer(self, url: str, question: bytes) -> bytes:
        """Put a question to a responder, for at most two seconds.

        Raises:
            FetchFailed: no answer came.
        """
        return await self._ask("POST", url, ANSWER_LIMIT_BYTES, OCSP_LIMIT_S, question)

    async def _ask(
        self, method: str, url: str, limit_bytes: int, limit_s: float, body: bytes | None = None
    ) -> bytes:
        if self._client is None:
            raise FetchFailed("closed")
        try:
            async with self._client.request(
                method,
                url,
                data=body,
                headers=_OCSP_HEADERS if body is not None else None,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=limit_s),
            ) as answer:
                if answer.status != 200:
                    raise FetchFailed(f"status {answer.status}")
                return await _whole(answer, limit_bytes)
        except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
            raise FetchFailed(type(fault).__name__) from None


async def _whole(answer: aiohttp.ClientResponse, limit_bytes: int) -> bytes:
    got = bytearray()
    async for piece in answer.content.iter_chunked(_PIECE):
        got += piece
        if len(got) > limit_bytes:
            raise FetchFailed("too large")
    return bytes(got)
