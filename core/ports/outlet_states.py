"""What is stored of what outlets say of themselves, and their proposals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from core.domain.outlet_says import OutletSays
from core.domain.proposals import Proposal
from core.domain.stops import Stop
from core.ports.ledger import AuditRow

Change = Callable[[OutletSays], tuple[OutletSays, AuditRow]]
"""Pure: from what an outlet says now to what it says next, and the audit row of it."""


class OutletStates(Protocol):
    """Storage of what outlets say of themselves, and their proposals."""

    async def outlet_says(self, outlet: str) -> OutletSays:
        """Return what an outlet says; one that never said anything says nothing."""

    async def change_outlet_says(self, outlet: str, change: Change, at: datetime) -> OutletSays:
        """Read, change and write in one transaction; what is the same writes nothing.

        Raises:
            MaskmapError: what ``change`` raises; nothing is written.
        """

    async def standing_stops(self) -> list[Stop]:
        """Return the authority's stops that nobody lifted, oldest first."""

    async def save_proposal(self, proposal: Proposal, row: AuditRow) -> None:
        """Write a new proposal, or a decided one over the waiting one.

        Raises:
            Conflict: it was decided already.
        """

    async def proposals(
        self, *, outlet: str | None = None, states: Sequence[str] = (), limit: int = 200
    ) -> list[Proposal]:
        """Return proposals, newest first: of an outlet, in certain states, or all."""

    async def proposal(self, proposal_id: str) -> Proposal | None:
        """Return one proposal."""
