"""Look whether the directory's links still answer. Run by an operator, never by a request.

A submission names an address of its author's choice, so only public addresses are ever spoken to:
whatever a name resolves to, at every redirect, must be global.
"""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Callable, Iterable
from datetime import datetime

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from core.clock import Clock
from core.community.listing import is_public_link
from core.community.store import LinkCheck
from core.domain.calendar import rfc3339

ANSWER_WITHIN_S = 15.0
AT_ONCE = 8
_MOST_REDIRECTS = 5
_AGENT = {"User-Agent": "maskmap link check"}


def is_global(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet."""
    return ipaddress.ip_address(address).is_global


class PublicResolver(AbstractResolver):
    """Resolves names, and refuses those that lead into a private network."""

    def __init__(self) -> None:
        self._resolver = aiohttp.ThreadedResolver()

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:
        """Resolve a name to public addresses only.

        Raises:
            OSError: none is left.
        """
        found = await self._resolver.resolve(host, port, family)  # type: ignore[arg-type]
        public = [result for result in found if is_global(result["host"])]
        if not public:
            raise OSError(f"{host} is not on the public internet")
        return public

    async def close(self) -> None:
        """Give back what the resolver holds."""
        await self._resolver.close()


async def check_links(
    urls: Iterable[str],
    clock: Clock,
    found: Callable[[LinkCheck], None],
    resolver: AbstractResolver | None = None,
) -> None:
    """Look at each address once, a few at a time, and report each as soon as it is known."""
    connector = aiohttp.TCPConnector(resolver=resolver or PublicResolver())
    timeout = aiohttp.ClientTimeout(total=ANSWER_WITHIN_S)
    # Not the connector's own limit: waiting there would count as time that a link took to answer.
    turns = asyncio.Semaphore(AT_ONCE)

    async def in_turn(url: str) -> LinkCheck:
        async with turns:
            return await _look(http, url, clock())

    async with aiohttp.ClientSession(connector=connector, timeout=timeout, headers=_AGENT) as http:
        for finished in asyncio.as_completed([in_turn(url) for url in urls]):
            found(await finished)


async def _look(http: aiohttp.ClientSession, url: str, at: datetime) -> LinkCheck:
    try:
        works, detail = await _answer(http, url)
    except TimeoutError:
        works, detail = False, f"no answer within {ANSWER_WITHIN_S:.0f} s"
    except (aiohttp.ClientError, OSError, ValueError) as error:
        works, detail = False, str(error)[:200] or type(error).__name__
    return LinkCheck(url, rfc3339(at), works, detail)


async def _answer(http: aiohttp.ClientSession, url: str) -> tuple[bool, str]:
    """Follow redirects by hand: each next address must be a public link too."""
    for _ in range(_MOST_REDIRECTS):
        if not is_public_link(url):
            return False, "leads to an address that is not public"
        async with http.get(url, allow_redirects=False) as answer:
            if answer.status not in (301, 302, 303, 307, 308):
                return answer.status < 400, f"HTTP {answer.status}"
            url = str(answer.url.join(URL(answer.headers.get("Location", ""))))
    return False, "redirects without end"
