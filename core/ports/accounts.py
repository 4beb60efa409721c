"""Who may log in, and the sessions of those who did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.ports.ledger import AuditRow


@dataclass(frozen=True, slots=True)
class Grant:
    """What one user may do at one institution; ``services`` None = all services of the role."""

    institution: str
    role: str
    services: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person who may log in, found by certificate key, never by name."""

    id: str
    name: str
    certificate: str
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """A server-side session. ``id`` is the SHA-256 of the cookie's secret, hex."""

    id: str
    user: str
    name: str
    institution: str
    role: str
    certificate: str
    created_at: datetime
    seen_at: datetime
    data: Mapping[str, str] = field(default_factory=dict)


class Accounts(Protocol):
    """Users, what they are granted, and their sessions."""

    async def user_of_certificate(self, certificate: str) -> User | None:
        """Find a user by certificate key (issuer, subject serial and public key, hashed)."""

    async def save_users(self, users: Sequence[User], row: AuditRow, at: datetime) -> None:
        """Add or replace users and their grants, with one audit row."""

    async def open_session(self, session: Session, row: AuditRow) -> None:
        """Store a new session, with its audit row.

        Raises:
            NotPermitted: the access, the card or the services it rests on have ended meanwhile.
        """

    async def session(self, session_id: str) -> Session | None:
        """Return a live session."""

    async def touch_session(self, session: Session) -> None:
        """Store ``seen_at`` of a session, and nothing else of it; never the audit trail."""

    async def remember(self, session: Session, data: Mapping[str, str]) -> None:
        """Change these keys of what a session remembers, and ``seen_at``; an empty value forgets.

        Other keys stay as they are in store: another till's page may have locked it meanwhile.
        """

    async def close_session(self, session_id: str, row: AuditRow, at: datetime) -> None:
        """End a session, with its audit row."""
