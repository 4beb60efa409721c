"""Nonces bound to a session: each is good for one use, and for a short time."""

from __future__ import annotations

import secrets
from collections import OrderedDict, deque
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import Clock

# A page fetches the next one ahead, and a till may have two tabs; more is a fault.
OUTSTANDING_PER_SESSION = 32
OUTSTANDING = 100_000


@dataclass(frozen=True, slots=True)
class Nonce:
    """What is to be signed, and until when."""

    text: str
    expires_at: datetime


class SessionNonces:
    """The unused nonces of this process; the oldest of a session give way to new ones."""

    def __init__(self, clock: Clock, valid_for: timedelta) -> None:
        self._clock = clock
        self._valid_for = valid_for
        self._waiting: OrderedDict[str, tuple[str, datetime]] = OrderedDict()
        self._of_session: dict[str, deque[str]] = {}

    def issue(self, session: str) -> Nonce:
        """Make a nonce for a session."""
        now = self._clock()
        self._forget_old(now)
        nonce = Nonce(secrets.token_urlsafe(24), now + self._valid_for)
        self._waiting[nonce.text] = (session, nonce.expires_at)
        own = self._of_session.setdefault(session, deque())
        own.append(nonce.text)
        if len(own) > OUTSTANDING_PER_SESSION:
            self._waiting.pop(own.popleft(), None)
        return nonce

    def take(self, session: str, text: str) -> datetime | None:
        """Use up a session's nonce; return when it expires. None: it was never this session's."""
        found = self._waiting.get(text)
        if found is None or found[0] != session:
            return None
        self._drop(text)
        return found[1]

    def __len__(self) -> int:
        return len(self._waiting)

    def _forget_old(self, now: datetime) -> None:
        """Keep one that has expired for as long again, so that the answer is: too old."""
        while self._waiting:
            text, (_, expires_at) = next(iter(self._waiting.items()))
            if now < expires_at + self._valid_for and len(self._waiting) < OUTSTANDING:
                return
            self._drop(text)

    def _drop(self, text: str) -> None:
        session, _ = self._waiting.pop(text)
        own = self._of_session.get(session)
        if own is None:
            return
        if text in own:
            own.remove(text)
        if not own:
            del self._of_session[session]
