"""What the agent is told: which portals it serves, where it listens, how it finds the staff's card.

In order of weight: the command line, ``MASKMAP_AGENT_PORTALS``, and ``agent.toml`` in the agent's
folder, which an installer writes::

    portals = ["https://portal.example.tw"]
    modules = ["C:\\\\Program Files\\\\HCA\\\\HCAPKCS11.dll"]
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

import msgspec

from core.errors import Invalid
from pharmacy_portal.card_agent.home import Home

FILE = "agent.toml"
PORTALS_VARIABLE = "MASKMAP_AGENT_PORTALS"
PORTS = (8463, 8464, 8465)
_DEFAULT_PORTS = {"https": 443, "http": 80}
_LOOPBACK = ("localhost", "127.0.0.1")


class Configuration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What ``agent.toml`` may hold; the command line has the same."""

    portals: tuple[str, ...] = ()
    ports: tuple[int, ...] = PORTS
    modules: tuple[str, ...] = ()
    token: str = ""
    pin_command: str = ""


def read_configuration(home: Home, environ: Mapping[str, str], **given: object) -> Configuration:
    """Join file, environment and command line (``given``; what is empty there was not given).

    Raises:
        Invalid: with the file, or the portal, that is at fault.
    """
    found = _from_file(home)
    if named := environ.get(PORTALS_VARIABLE, "").replace(",", " ").split():
        found = msgspec.structs.replace(found, portals=tuple(named))
    found = msgspec.structs.replace(found, **{name: one for name, one in given.items() if one})
    return msgspec.structs.replace(found, portals=tuple(_origins(found.portals)))


def origin_of(address: str) -> str:
    """Return a portal's address as a browser writes its origin.

    Raises:
        Invalid: it is none, or the connection to it would not be secret.
    """
    try:
        parts = urlsplit(address.strip())
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        host, port = "", None
    if not host or parts.scheme not in _DEFAULT_PORTS or "@" in parts.netloc or not host.isascii():
        raise Invalid(f"{address!r} is not a portal's address, such as https://portal.example.tw")
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise Invalid(f"{address!r}: a portal on another computer must be reached with https")
    named = "" if port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{port}"
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}{named}"


def _origins(addresses: Iterable[str]) -> Iterable[str]:
    return dict.fromkeys(origin_of(address) for address in addresses)


def _from_file(home: Home) -> Configuration:
    body = home.read(FILE)
    if body is None:
        return Configuration()
    try:
        return msgspec.convert(tomllib.loads(body.decode()), Configuration)
    except (ValueError, msgspec.ValidationError) as error:
        raise Invalid(f"{home.path / FILE}: {error}") from error
