"""Server-side sessions: a random secret in the browser, its SHA-256 in the ledger's accounts.

A small cache spares a sale the look-up. A session ended here is gone at once; one ended by another
process of the same portal within ``REREAD_AFTER``.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.clock import Clock
from core.ports import Accounts, AuditRow, Grant, Session, User
from pharmacy_portal.permission_names import SERVICES

IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
REREAD_AFTER = timedelta(seconds=5)
NOTICE_EVERY = timedelta(seconds=1)
# How far the stored ``seen_at`` may lag behind; after a crash a session is idle that much sooner.
STORE_SEEN_EVERY = timedelta(minutes=1)
CACHED_SESSIONS = 20_000


@dataclass(frozen=True, slots=True)
class _Held:
    session: Session
    read_at: datetime
    stored_seen_at: datetime


def session_id(secret: str) -> str:
    """Return the id under which the session of a cookie's secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Sessions:
    """The live sessions of this process."""

    def __init__(self, accounts: Accounts, clock: Clock) -> None:
        self._accounts = accounts
        self._clock = clock
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._closed: OrderedDict[str, None] = OrderedDict()

    async def open(
        self, user: User, grant: Grant, row: AuditRow, data: Mapping[str, str] | None = None
    ) -> tuple[str, Session]:
        """Begin a session with a fresh secret; return the secret for the cookie."""
        now = self._clock()
        secret = secrets.token_urlsafe(32)
        session = Session(
            id=session_id(secret),
            user=user.id,
            name=user.name,
            institution=grant.institution,
            role=grant.role,
            certificate=user.certificate,
            created_at=now,
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
        if held is None or not _live(held.session, now):
            return None
        if active and now - held.session.seen_at >= NOTICE_EVERY:
            held = replace(held, session=replace(held.session, seen_at=now))
            if now - held.stored_seen_at >= STORE_SEEN_EVERY:
                await self._accounts.touch_session(held.session)
                held = replace(held, stored_seen_at=now)
            self._hold(held)
        return held.session

    async def put(self, session: Session, data: Mapping[str, str]) -> Session:
        """Change what a session remembers, now; an empty value forgets it."""
        kept = {name: value for name, value in {**session.data, **data}.items() if value}
        changed = replace(session, data=kept, seen_at=self._clock())
        await self._accounts.touch_session(changed)
        self._hold(_Held(changed, self._clock(), changed.seen_at))
        return changed

    async def close(self, session: Session, row: AuditRow) -> None:
        """End a session now, for good."""
        self._remember_closed(session.id)
        await self._accounts.close_session(session.id, row, self._clock())

    async def _held_or_read(self, identity: str, now: datetime) -> _Held | None:
        held = self._held.get(identity)
        if held is not None and abs(now - held.read_at) < REREAD_AFTER:
            return held
        stored = await self._accounts.session(identity)
        # It may have been ended while it was being read.
        if stored is None or identity in self._closed:
            self._held.pop(identity, None)
            return None
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
    narrowed = {} if grant.services is None else {SERVICES: " ".join(grant.services)}
    return {**(data or {}), **narrowed}


def _live(session: Session, now: datetime) -> bool:
    return now - session.seen_at < IDLE and now - session.created_at < ABSOLUTE


def expires_at(session: Session) -> datetime:
    """Return when the session ends if nothing more happens."""
    return min(session.seen_at + IDLE, session.created_at + ABSOLUTE)
