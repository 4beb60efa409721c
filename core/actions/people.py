"""Who holds the card that logs in."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from core.ports import Accounts, CertificateFacts, User


class PeopleState(Protocol):
    """The part of an opened state that people's actions need."""

    @property
    def accounts(self) -> Accounts:
        """Users and sessions."""


async def recognise(state: PeopleState, facts: CertificateFacts, now: datetime) -> User | None:
    """Return the user whose card this is, with what he is granted; None for a stranger's."""
    return await state.accounts.user_of_certificate(facts.key)
