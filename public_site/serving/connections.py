"""How aiohttp keeps connections and reads requests here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aiohttp import web

from public_site.metrics import Metrics
from public_site.serving.unreadable import quiet_logger

# A client who sends nothing for so long, or dawdles over a head or a form, is let go.
LONGEST_WAIT_S = 7.0
# The longest header that the server reads; a browser's own fit.
LONGEST_HEADER = 8190
# A longer first line gets a bare 400 from aiohttp; up to here we can say what is wrong ourselves.
LONGEST_LINE = 32 * 1024
MOST_HEADERS = 64


def connections(metrics: Metrics, patience_s: float) -> dict[str, object]:
    """Return aiohttp's arguments: bodies are never unpacked, nor read after an answer.

    ``keepalive_timeout`` runs from the beginning of a connection and from the end of each answer
    until the next head is complete, so it ends idle ones and slow heads alike; a test shows it.
    """
    return {
        "access_log": None,
        "auto_decompress": False,
        "keepalive_timeout": patience_s,
        "lingering_time": 0,
        "logger": quiet_logger(metrics),
        "max_field_size": LONGEST_HEADER,
        "max_headers": MOST_HEADERS,
        "max_line_size": LONGEST_LINE,
    }


def uninvited(routes: Iterable[web.AbstractRouteDef]) -> Iterator[web.AbstractRouteDef]:
    """Yield routes that do not invite the body which a client offers (`Expect: 100-continue`).

    Where none is read the answer comes at once; a form may be invited.
    """
    for route in routes:
        if isinstance(route, web.RouteDef) and route.method != "POST":
            kwargs = {**route.kwargs, "expect_handler": _silence}
            yield web.RouteDef(route.method, route.path, route.handler, kwargs)
        else:
            yield route


async def _silence(request: web.Request) -> None:
    """Say nothing to an expectation: the answer itself comes."""
