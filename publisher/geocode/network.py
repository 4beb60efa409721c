"""The only way out: named hosts, no redirects, no proxies, no private networks, small answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import aiohttp
from geopy.adapters import AdapterHTTPError, AioHTTPAdapter
from geopy.exc import GeocoderParseError, GeocoderServiceError, GeocoderUnavailable
from yarl import URL

from core.community.link_check import PublicResolver

LARGEST_ANSWER_BYTES = 1 << 20


class HostNotAllowed(GeocoderServiceError):  # type: ignore[misc]
    """The operator has not named this host."""


class NamedHosts(AioHTTPAdapter):  # type: ignore[misc]
    """geopy's aiohttp adapter that speaks to named hosts only.

    A name that leads into a private network is refused; whoever runs a geocoder of their own
    there names its address instead.
    """

    def __init__(self, hosts: frozenset[str], *, proxies: object, ssl_context: Any) -> None:
        del proxies  # those of the environment would speak to hosts that nobody named here
        super().__init__(proxies={}, ssl_context=ssl_context)
        self._hosts = hosts

    @property
    def session(self) -> aiohttp.ClientSession:
        """Return the one session; it keeps no cookies and trusts nothing of the environment."""
        session: aiohttp.ClientSession | None = self.__dict__.get("session")
        if session is None:
            session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(resolver=PublicResolver(), limit=2),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
            )
            self.__dict__["session"] = session
        return session

    async def get_json(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> Any:  # noqa: ASYNC109
        """Ask, and read JSON."""
        text = await self.get_text(url, timeout=timeout, headers=headers)
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise GeocoderParseError("the answer is no JSON") from None

    async def get_text(self, url: str, *, timeout: float, headers: Mapping[str, str]) -> str:  # noqa: ASYNC109
        """Ask a named host.

        Raises:
            HostNotAllowed: nobody named it. AdapterHTTPError: it answered with a fault.
            GeocoderServiceError: it redirects, says too much, or does not answer.
        """
        where = URL(url, encoded=True)
        if not allowed(where, self._hosts):
            raise HostNotAllowed(f"{where.host_port_subcomponent} is not among the named hosts")
        with self._normalize_exceptions():
            status, found, body = await self._get(where, timeout, headers)
        if 300 <= status < 400:
            raise GeocoderServiceError("the service redirects elsewhere; not followed")
        if status != 200:
            raise AdapterHTTPError(f"status {status}", status_code=status, headers=found, text="")
        return body.decode("utf-8", "replace")

    async def _get(
        self, where: URL, timeout_s: float, headers: Mapping[str, str]
    ) -> tuple[int, Mapping[str, str], bytes]:
        timeout = aiohttp.ClientTimeout(total=timeout_s)
        asking = self.session.get(
            where,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
            ssl=self.ssl_context or True,
        )
        try:
            async with asking as answer:
                return answer.status, answer.headers, await _body(answer)
        except aiohttp.ClientConnectorError as error:
            # What the resolver says is not in aiohttp's own words.
            raise GeocoderUnavailable(str(error.os_error)) from error


def allowed(where: URL, hosts: frozenset[str]) -> bool:
    """Tell whether a host is named, as ``host`` (at the usual port) or ``host:port``."""
    return where.host_port_subcomponent in hosts or f"{where.raw_host}:{where.port}" in hosts


def named_hosts(text: str) -> frozenset[str]:
    """Read the setting: hosts separated by commas."""
    return frozenset(host.strip().lower() for host in text.split(",") if host.strip())


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_chunked(1 << 16):
        body += piece
        if len(body) > LARGEST_ANSWER_BYTES:
            raise GeocoderServiceError("the answer is too large")
    return bytes(body)
