"""What is stored of institutions, their services, users, staff lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from core.domain.people import (
    Access,
    CardRecord,
    Certificate,
    Invitation,
    Roster,
    Service,
    StaffMember,
)
from core.errors import MaskmapError
from core.ports.ledger import AuditRow


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """What identifies a card's certificate; hashes are lower-case hex SHA-256.

    ``key`` is that of issuer, subject serial and public key together; ``issuer_sha256`` that of
    the issuer's name (DER). ``kind`` is personnel, citizen, institution, government, nhi or other.
    ``name`` is shown and never compared.
    """

    key: str
    issuer_sha256: str
    subject_serial: str
    public_key_sha256: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class Revoked:
    """An access that ends, with the sessions that rest on it."""

    user: str
    institution: str
    role: str


@dataclass(frozen=True, slots=True)
class Change:
    """What one act writes, all of it in one transaction; its audit rows are never empty.

    ``grants`` are added or replaced, and end the sessions that rested on the former ones.
    ``retired`` are certificates' keys: the sessions opened with them end. With a ``refusal``
    nothing but the audit rows is written.
    """

    audit: Sequence[AuditRow]
    refusal: MaskmapError | None = None
    users: Sequence[tuple[str, str]] = ()
    certificates: Sequence[Certificate] = ()
    retired: Sequence[str] = ()
    grants: Sequence[Access] = ()
    revoked: Sequence[Revoked] = ()
    invitations: Sequence[Invitation] = ()
    withdrawn: Sequence[str] = ()
    used: tuple[str, str] | None = None
    staff_users: Sequence[tuple[str, str]] = ()
    staff_blocks: Sequence[tuple[str, str]] = ()
    service: Service | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """What an act did: the ids of the sessions it ended."""

    sessions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StaffChanges:
    """What taking up a staff list did: numbers of lines, and the sessions that ended."""

    added: int = 0
    changed: int = 0
    left: int = 0
    same: int = 0
    sessions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One act as the institution reads it: ``what`` is the audit row without number and time."""

    number: int
    at: str
    act: str
    by: str
    what: dict[str, object] = field(default_factory=dict)


DecideRoster = Callable[[Roster], Change]
DecideCard = Callable[[CardRecord], Change | None]
Leavers = Callable[[Sequence[StaffMember], Sequence[StaffMember]], MaskmapError | None]


class People(Protocol):
    """Storage of institutions, their services, users, staff lists."""

    async def roster(self, institution: str, at: datetime) -> Roster:
        """Return an institution's people as they stand at an instant."""

    async def change(self, institution: str, decide: DecideRoster, at: datetime) -> Changed:
        """Let an act decide on the institution's people, and write it in the same transaction.

        Raises:
            MaskmapError: what the decision refused with; its audit rows are written.
        """

    async def card(self, facts: CertificateFacts, at: datetime, code_hash: str = "") -> CardRecord:
        """Return what is stored that concerns a card, and the open invitation of a code."""

    async def change_card(
        self, facts: CertificateFacts, decide: DecideCard, at: datetime, code_hash: str = ""
    ) -> CardRecord:
        """Let a decision on one card be written in its transaction; return what then stands."""

    async def access_of(self, user: str) -> list[Access]:
        """Return all that a user may do, institution by institution."""

    async def cards_of(self, user: str) -> list[Certificate]:
        """Return a user's certificates, the retired ones included."""

    async def services(self, institutions: Sequence[str] | None = None) -> list[Service]:
        """Return how institutions stand with the service; None = all that ever asked."""

    async def save_services(self, services: Sequence[Service], row: AuditRow, at: datetime) -> None:
        """Add or replace services of institutions, with one audit row."""

    async def save_staff(
        self, listed: Sequence[StaffMember], check: Leavers, row: AuditRow, at: datetime
    ) -> StaffChanges:
        """Take up a list: add, change, and let go of those who left, all or none.

        Raises:
            MaskmapError: what ``check`` (known staff, leavers) refused with.
        """

    async def names_of(self, users: Sequence[str]) -> dict[str, str]:
        """Return users' names by id."""

    async def acts(
        self, institution: str, before: int | None, limit: int
    ) -> tuple[list[AuditEvent], int | None]:
        """Return an institution's acts, newest first, and the number to go on from."""
