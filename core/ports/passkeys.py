"""What is stored of passkeys, and of the certificates that users logged in with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.domain.buyers import PersonKey
from core.ports.accounts import Session
from core.ports.ledger import AuditRow


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential of a user; ``id`` is base64url without padding.

    ``public_key`` is COSE. ``person`` is the keyed hash of the NHI card that names the user, where
    he bound one; ``institution`` is where that was done, and whose agents may read the card.
    """

    id: str
    user: str
    name: str
    public_key: bytes
    sign_count: int
    institution: str
    created_at: datetime
    used_at: datetime | None = None
    transports: tuple[str, ...] = ()
    person: PersonKey | None = None


@dataclass(frozen=True, slots=True)
class LoginCertificate:
    """A certificate that a user logged in with: ``chain`` is PEM, leaf first."""

    fingerprint: str
    user: str
    key: str
    chain: str = field(repr=False)
    not_after: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that rests on a certificate, named by the SHA-256 of its DER."""

    id: str
    user: str
    institution: str
    fingerprint: str


class Passkeys(Protocol):
    """Storage of passkeys and the certificates of a user."""

    async def save_passkey(self, passkey: Passkey, row: AuditRow) -> bool:
        """Add a passkey, with its audit row; False where its id is already taken."""

    async def passkey(self, passkey: str) -> Passkey | None:
        """Return one passkey."""

    async def passkeys_of(self, user: str) -> Sequence[Passkey]:
        """Return a user's passkeys, oldest first."""

    async def passkeys_of_person(self, keys: Sequence[PersonKey]) -> Sequence[Passkey]:
        """Return the passkeys that a card with one of these keyed hashes names."""

    async def use_passkey(self, passkey: str, *, after: int, count: int, at: datetime) -> bool:
        """Move the sign count on from ``after``; False where another login was faster."""

    async def remove_passkey(self, passkey: str, user: str, row: AuditRow, at: datetime) -> bool:
        """Remove a user's passkey, with its audit row; False where he has none such."""

    async def remember_certificate(self, certificate: LoginCertificate, row: AuditRow) -> None:
        """Keep a certificate that logged in, with its audit row where it is new."""

    async def certificate(self, fingerprint: str) -> LoginCertificate | None:
        """Return a certificate that logged in."""

    async def certificates_of(self, user: str, at: datetime) -> Sequence[LoginCertificate]:
        """Return a user's certificates that have not run out, the newest first."""

    async def live_sessions(self, seen_after: datetime) -> Sequence[LiveSession]:
        """Return the sessions seen since an instant that rest on a certificate."""

    async def change_session(
        self, session: Session, data: Mapping[str, str], row: AuditRow, at: datetime
    ) -> bool:
        """As ``Accounts.remember``, with an audit row; False where it has ended meanwhile."""
