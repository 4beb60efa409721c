"""What is stored of the authority's acts: announcements, pages, stops, decided corrections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from core.domain.outlets import Outlet
from core.domain.proposals import Proposal
from core.domain.stops import Stop
from core.domain.text import Text
from core.ports.ledger import AuditRow, RegisterChange

AnnouncementState = Literal["announced", "withdrawn"]


@dataclass(frozen=True, slots=True)
class AnnouncementVersion:
    """One version of an announcement; ``day`` is when it was first announced."""

    id: str
    version: int
    kind: str
    day: date
    effective: date
    audience: str
    words: Text
    by: str
    at: datetime
    state: AnnouncementState = "announced"
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PageVersion:
    """One version of a page: its text in both languages, and fields of its own.

    ``restores`` names the version that was taken back. Version 0 is the text that ships.
    """

    page: str
    version: int
    words: Text
    by: str
    at: datetime | None
    fields: Mapping[str, str] = field(default_factory=dict)
    restores: int | None = None


@dataclass(frozen=True, slots=True)
class StopRecord:
    """A stop with who declared it, and who lifted it when."""

    stop: Stop
    by: str
    lifted_at: datetime | None = None
    lifted_by: str = ""


@dataclass(frozen=True, slots=True)
class OutletMorning:
    """What one outlet did on one day: numbers only, for the morning list.

    ``negative`` are pieces taken off by hand (as a positive number); ``first_sale`` and
    ``last_sale`` span the day's sales.
    """

    outlet: Outlet
    stock: Mapping[str, int]
    logged_in_at: datetime | None = None
    automatic: bool = False
    manual: int = 0
    negative: int = 0
    sales: int = 0
    typed: int = 0
    first_sale: datetime | None = None
    last_sale: datetime | None = None


class Stewardship(Protocol):
    """Storage of the authority's acts. Every change has its audit row in the same transaction."""

    async def announcements(self) -> list[AnnouncementVersion]:
        """Return the version in force of each announcement, the newest day first."""

    async def save_announcement(self, version: AnnouncementVersion, row: AuditRow) -> None:
        """Add a version.

        Raises:
            Conflict: somebody else wrote this version number before.
        """

    async def page(self, page: str) -> PageVersion | None:
        """Return the version in force of a page; None while the shipped text holds."""

    async def page_versions(self, page: str) -> list[PageVersion]:
        """Return every version of a page, the newest first."""

    async def save_page(self, version: PageVersion, row: AuditRow, at: datetime) -> None:
        """Add a version.

        Raises:
            Conflict: somebody else wrote this version number before.
        """

    async def stops(self) -> list[StopRecord]:
        """Return every stop, the newest first."""

    async def declare_stop(self, stop: Stop, by: str, row: AuditRow, at: datetime) -> None:
        """Forbid sale from this commit on."""

    async def lift_stop(self, identity: str, by: str, row: AuditRow, at: datetime) -> None:
        """End a stop.

        Raises:
            NotFound, Conflict: there is none, or it was lifted before.
        """

    async def decide_proposals(
        self, decided: Sequence[Proposal], change: RegisterChange, at: datetime
    ) -> None:
        """Write decided proposals, and change the register with them, in one transaction.

        Raises:
            Conflict: one does not wait any more.
            MaskmapError: what ``change`` raises; nothing is written.
        """

    async def outlet_days(self, day: date, programme: str) -> list[OutletMorning]:
        """Return what every outlet of the register did on a day, by code."""
