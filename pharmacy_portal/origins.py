"""The address a request was served under. Logins are signed for it, so it is never hearsay.

A name the portal does not know is answered with 421: otherwise somebody could forward a signature
made for his own site together with his own ``Host``, or rebind a name of his to this computer.
"""

from __future__ import annotations

from functools import lru_cache

from aiohttp import web
from yarl import URL

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


def served_origin(request: web.Request, portal_url: str) -> str:
    """Return ``scheme://host[:port]``: the configured one, else that of the listening socket.

    Raises:
        HTTPMisdirectedRequest: ``Host`` names somebody else.
    """
    host = request.headers.get("Host", "")
    socket = request.transport and request.transport.get_extra_info("sockname")
    origin = _origin(host.lower(), request.scheme, tuple((socket or ("", 0))[:2]), portal_url)
    if origin is None:
        raise web.HTTPMisdirectedRequest(text="this portal is not served under that name")
    return origin


@lru_cache(maxsize=256)
def _origin(host: str, scheme: str, socket: tuple[str, int], portal_url: str) -> str | None:
    if portal_url:
        own = URL(portal_url.lower()).origin()
        names = {own.host_port_subcomponent, f"{own.host_subcomponent}:{own.port}"}
        return str(own) if host in names else None
    return str(URL(f"{scheme}://{host}").origin()) if host in _own_names(scheme, *socket) else None


def _own_names(scheme: str, address: str, port: int) -> set[str]:
    """List ``host[:port]`` of the socket that took the request."""
    own = f"[{address}]" if ":" in address else address
    hosts = {own, *(_LOOPBACK_NAMES if _is_loopback(address) else ())}
    names = {f"{host}:{port}" for host in hosts}
    return names | hosts if port == _DEFAULT_PORTS[scheme] else names


def _is_loopback(address: str) -> bool:
    return address == "::1" or address.startswith("127.")


def is_secure(origin: str) -> bool:
    """Tell whether browsers reach this origin over TLS."""
    return origin.startswith("https://")
