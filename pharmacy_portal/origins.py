"""The address a request was served under. Logins are signed for it, so it is never hearsay.

A name the portal does not know is answered with 421: otherwise somebody could forward a signature
made for his own site together with his own ``Host``, or rebind a name of his to this computer.
"""

from __future__ import annotations

from aiohttp import web
from yarl import URL

_DEFAULT_PORTS = {"http": 80, "https": 443}
_LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


def served_origin(request: web.Request, portal_url: str) -> str:
    """Return ``scheme://host[:port]``: the configured one, else that of the listening socket.

    Raises:
        HTTPMisdirectedRequest: ``Host`` names somebody else.
    """
    host = request.headers.get("Host", "").lower()
    if portal_url:
        origin = URL(portal_url.lower()).origin()
        names = (origin.host_port_subcomponent, f"{origin.host_subcomponent}:{origin.port}")
        if host in names:
            return str(origin)
    elif host in _own_names(request):
        return str(URL(f"{request.scheme}://{host}").origin())
    raise web.HTTPMisdirectedRequest(text="this portal is not served under that name")


def _own_names(request: web.Request) -> set[str]:
    """List ``host[:port]`` of the socket that took the request."""
    if request.transport is None:
        return set()
    address, port, *_ = request.transport.get_extra_info("sockname")
    own = f"[{address}]" if ":" in address else str(address)
    hosts = {own, *(_LOOPBACK_NAMES if _is_loopback(address) else ())}
    names = {f"{host}:{port}" for host in hosts}
    return names | hosts if port == _DEFAULT_PORTS[request.scheme] else names


def _is_loopback(address: str) -> bool:
    return address == "::1" or address.startswith("127.")


def is_secure(origin: str) -> bool:
    """Tell whether browsers reach this origin over TLS."""
    return origin.startswith("https://")
