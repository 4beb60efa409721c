"""Pairing: a code that the agent itself shows, typed into the page once, gives it a token.

The code proves that who sits before the page also sees the agent's terminal or window. The token
is bound to the page's origin; only its SHA-256 is kept.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from pharmacy_portal.card_agent.home import Home
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome

VALID_S = 120.0
TRIES = 5
DIGITS = 8
_TOKEN_BYTES = 32
_FILE = "pairings.json"
# Browsers and profiles of one computer; the oldest gives way, so that the file stays small.
_MOST_PAIRINGS = 32


@dataclass(repr=False)
class _Open:
    code: str
    ends: float
    tries: int = TRIES


class Pairing:
    """The open code, if any, and the pages that are paired."""

    def __init__(self, home: Home, now: Callable[[], float] = time.monotonic) -> None:
        self._home = home
        self._now = now
        self._open: _Open | None = None
        self._seen: object = object()
        self._origins: dict[str, str] = {}

    def open(self) -> str:
        """Make a new code of eight digits; an older one is void from now on."""
        code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
        self._open = _Open(code, self._now() + VALID_S)
        return code

    @property
    def is_open(self) -> bool:
        """Tell whether a code can be used now."""
        return self._open is not None and self._open.tries > 0 and self._now() < self._open.ends

    def redeem(self, code: str, origin: str) -> str:
        """Use up the code; return a new token for a page of this origin.

        Raises:
            CardFault: ``no_pairing_open``, or ``code`` when it is another one.
        """
        if not self.is_open or self._open is None:
            raise CardFault(Outcome.NO_PAIRING_OPEN)
        self._open.tries -= 1
        if not hmac.compare_digest(code.encode(), self._open.code.encode()):
            raise CardFault(Outcome.CODE)
        self._open = None
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        self._keep({**self._load(), _digest(token): origin})
        return token

    def holds(self, token: str, origin: str) -> bool:
        """Tell whether a token was given to this origin, and is still good."""
        found = self._load().get(_digest(token), "")
        return hmac.compare_digest(found.encode(), origin.encode()) and bool(found)

    def forget(self, origin: str | None = None) -> int:
        """End the pairings of an origin, or all; return how many there were."""
        before = self._load()
        kept = {key: one for key, one in before.items() if origin is not None and one != origin}
        self._keep(kept)
        return len(before) - len(kept)

    @property
    def origins(self) -> set[str]:
        """Return the origins that have at least one paired page."""
        return set(self._load().values())

    def _load(self) -> dict[str, str]:
        """Read the file again when it changed: `maskmap agent forget` acts at once."""
        version = self._home.version(_FILE)
        if version != self._seen:
            self._origins = _parse(self._home.read(_FILE))
            self._seen = version
        return self._origins

    def _keep(self, origins: dict[str, str]) -> None:
        newest = dict(list(origins.items())[-_MOST_PAIRINGS:])
        self._home.write(_FILE, msgspec.json.encode(newest))


def _parse(body: bytes | None) -> dict[str, str]:
    """Read the file; a damaged one pairs nobody."""
    try:
        return msgspec.json.decode(body or b"{}", type=dict[str, str])
    except msgspec.DecodeError:
        return {}


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogateescape")).hexdigest()
