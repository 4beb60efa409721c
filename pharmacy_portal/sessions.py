"""Server-side sessions: a random secret in the browser, its SHA-256 in the ledger's accounts.

A small cache spares a sale the look-up. A session ended here is gone at once; one ended by another
process of the same portal within ``REREAD_AFTER``.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.clock import Clock
from core.ports import Accounts, AuditRow, Grant, Session, User
from core.settings import Settings
from pharmacy_portal.permission_names import NO_SERVICES, SERVICES

REREAD_AFTER = timedelta(seconds=5)
NOTICE_EVERY = timedelta(seconds=1)
# How far the stored ``seen_at`` may lag behind; after a crash a session is idle that much sooner.
STORE_SEEN_EVERY = timedelta(minutes=1)
CACHED_SESSIONS = 20_000
# Keys of ``Session.data``.
METHOD, LOCKED_AT, FINGERPRINT = "method", "locked_at", "fingerprint"
BY_CERTIFICATE, BY_PASSKEY = "certificate", "passkey"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lives without work, and at all."""

    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=12)

    def end(self, session: Session) -> datetime:
        """Return when a session ends if nothing more happens."""
        return min(session.seen_at + self.idle, session.created_at + self.absolute)


def limits_of(settings: Settings) -> Limits:
    """Read the limits from the settings."""
    return Limits(
        timedelta(minutes=settings.session_idle), timedelta(hours=settings.session_absolute)
    )


def is_locked(session: Session) -> bool:
    """Tell whether a session waits for its owner's card or passkey."""
    return LOCKED_AT in session.data


def began_with_card(session: Session) -> bool:
    """Tell whether a certificate opened the session; sessions of before passkeys say nothing."""
    return session.data.get(METHOD, BY_CERTIFICATE) == BY_CERTIFICATE


@dataclass(frozen=True, slots=True)
class _Held:
    session: Session
    read_at: datetime
    stored_seen_at: datetime


def session_id(secret: str) -> str:
    """Return the id under which the session of a cookie's secret is stored."""
    return hashlib.sha256(secret.encode(errors="surrogateescape")).hexdigest()


class Sessions:
    """The live sessions of this process."""

    def __init__(self, accounts: Accounts, clock: Clock, limits: Limits | None = None) -> None:
        self._accounts = accounts
        self._clock = clock
        self.limits = limits or Limits()
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._closed: OrderedDict[str, None] = OrderedDict()

    async def open(
        self,
        user: User,
        grant: Grant,
        row: AuditRow,
        data: Mapping[str, str] | None = None,
        since: datetime | None = None,
    ) -> tuple[str, Session]:
        """Begin a session with a fresh secret; return the secret for the cookie.

        ``since`` is when the login was that it goes on from: the absolute limit counts from there.
        """
        now = self._clock()
        secret = secrets.token_urlsafe(32)
        session = Session(
            id=session_id(secret),
            user=user.id,
            name=user.name,
            institution=grant.institution,
            role=grant.role,
            certificate=user.certificate,
            created_at=since or now,
            seen_at=now,
            data=_data(grant, data),
        )
        await self._accounts.open_session(session, row)
        self._hold(_Held(session, now, now))
        return secret, session

    async def find(self, secret: str, *, active: bool) -> Session | None:
        """Return the live session of a secret; ``active`` use puts off the idle limit."""
        now = self._clock()
        held = await self._held_or_read(session_id(secret), now)
        if held is None or now >= self.limits.end(held.session):
            return None
        # A locked session waits: whatever its page asks for meanwhile is no work.
        if active and not is_locked(held.session) and now - held.session.seen_at >= NOTICE_EVERY:
            store = now - held.stored_seen_at >= STORE_SEEN_EVERY
            stored_seen_at = now if store else held.stored_seen_at
            session = replace(held.session, seen_at=now)
            # Before it is stored: whoever changes the session meanwhile has the last word.
            held = replace(held, session=session, stored_seen_at=stored_seen_at)
            self._hold(held)
            if store:
                await self._accounts.touch_session(session)
        return held.session

    async def put(self, session: Session, data: Mapping[str, str]) -> Session:
        """Change what a session remembers, now; an empty value forgets it."""
        changed = replace(session, seen_at=self._clock())
        await self._accounts.remember(changed, data)
        return await self.reread(session)

    async def reread(self, session: Session) -> Session:
        """Take note of a session that was changed in store; its other keys may have changed too."""
        stored = await self._accounts.session(session.id)
        if stored is None:
            self._held.pop(session.id, None)
            return session
        self._hold(_Held(stored, self._clock(), stored.seen_at))
        return stored

    async def close(self, session: Session, row: AuditRow) -> None:
        """End a session now, for good."""
        await self.close_by_id(session.id, row)

    async def close_by_id(self, identity: str, row: AuditRow) -> None:
        """End a session that is known by its id only."""
        self._remember_closed(identity)
        await self._accounts.close_session(identity, row, self._clock())

    def forget(self, identities: Iterable[str]) -> None:
        """Let go of sessions that were ended in store, with what they rested on."""
        for identity in identities:
            self._remember_closed(identity)

    def oldest_live(self, now: datetime) -> datetime:
        """Return since when a session must have been seen in store to be alive, perhaps."""
        return now - self.limits.idle - STORE_SEEN_EVERY

    async def _held_or_read(self, identity: str, now: datetime) -> _Held | None:
        held = self._held.get(identity)
        if held is not None and abs(now - held.read_at) < REREAD_AFTER:
            return held
        stored = await self._accounts.session(identity)
        # It may have been ended, or changed, while it was being read.
        if stored is None or identity in self._closed:
            self._held.pop(identity, None)
            return None
        if self._held.get(identity) is not held:
            return await self._held_or_read(identity, now)
        if held is not None:
            stored = replace(stored, seen_at=max(stored.seen_at, held.session.seen_at))
        fresh = _Held(stored, now, held.stored_seen_at if held else stored.seen_at)
        self._hold(fresh)
        return fresh

    def _hold(self, held: _Held) -> None:
        if held.session.id in self._closed:
            return
        self._held[held.session.id] = held
        self._held.move_to_end(held.session.id)
        if len(self._held) > CACHED_SESSIONS:
            self._held.popitem(last=False)

    def _remember_closed(self, identity: str) -> None:
        self._held.pop(identity, None)
        self._closed[identity] = None
        if len(self._closed) > CACHED_SESSIONS:
            self._closed.popitem(last=False)


def _data(grant: Grant, data: Mapping[str, str] | None) -> dict[str, str]:
    """Keep with a session what its grant narrows the role to."""
    # An empty value would be forgotten by ``put``, and stand for the whole role again.
    services = " ".join(grant.services or (NO_SERVICES,))
    narrowed = {} if grant.services is None else {SERVICES: services}
    return {**(data or {}), **narrowed}
