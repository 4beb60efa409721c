"""What is stored of disputes (我沒買卻被拒)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from core.domain.buyers import PersonKey
from core.ports.ledger import AuditRow


@dataclass(frozen=True, slots=True)
class Dispute:
    """A buyer who was refused says that the purchase was not his. ``state``: open or answered."""

    id: int
    outlet: str
    at: datetime
    day: date
    by: str
    programme: str
    note: str
    state: str = "open"
    answer: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DisputedSale:
    """A sale that stands behind a dispute: where and when, for the authority's eyes only."""

    sale: int
    outlet: str
    at: datetime
    by: str
    origin: str


class Days(Protocol):
    """Disputes, and the sales behind them."""

    async def save_dispute(self, dispute: Dispute, person: PersonKey, row: AuditRow) -> int:
        """Keep a dispute; one a person, outlet and day. Return its id, the former one's if any."""

    async def disputes(self, *, outlet: str | None = None, limit: int = 200) -> list[Dispute]:
        """List disputes, newest first: an outlet's, or all."""

    async def disputed_sales(self, dispute: int) -> list[DisputedSale]:
        """List the sales linked to the person of a dispute, newest first, voided ones left out."""

    async def answer_dispute(self, dispute: int, answer: str, row: AuditRow, at: datetime) -> bool:
        """Keep the authority's answer; False where there is no such dispute."""
