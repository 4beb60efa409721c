"""One-use challenges, each bound to the cookie of the browser that asked for it."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.clock import Clock

VALID_FOR = timedelta(minutes=2)
OUTSTANDING = 20_000


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a card signs, and until when; ``only_for`` one certificate, where it was used once."""

    text: str
    expires_at: datetime
    only_for: str = ""


class Challenges:
    """The outstanding challenges of this process; the oldest give way when there are too many."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._waiting: OrderedDict[str, Challenge] = OrderedDict()

    def issue(self) -> tuple[str, Challenge]:
        """Make a challenge; return the secret of the pre-login cookie it is bound to."""
        secret = secrets.token_urlsafe(32)
        challenge = Challenge(secrets.token_urlsafe(32), self._clock() + VALID_FOR)
        self._waiting[_hash(secret)] = challenge
        if len(self._waiting) > OUTSTANDING:
            self._waiting.popitem(last=False)
        return secret, challenge

    def take(self, secret: str) -> Challenge | None:
        """Use up the challenge bound to a cookie; None when there is none, or it is too old."""
        challenge = self._waiting.pop(_hash(secret), None)
        if challenge is None or self._clock() >= challenge.expires_at:
            return None
        return challenge

    def give_back(self, secret: str, challenge: Challenge, only_for: str) -> None:
        """Let the same signature finish a login whose institution was still open.

        ``only_for``: SHA-256 of the certificate that signed; the end of the challenge stays.
        """
        self._waiting[_hash(secret)] = replace(challenge, only_for=only_for)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()
