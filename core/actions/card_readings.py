"""A reading of the buyer's card as the counter's actions see it.

Whether a reading holds (nonce, time, agent, signature) is found out at the door, where nonces and
keys are known. That it serves one sale alone is decided inside the ledger, where sales stand in
one line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from core.errors import Refused
from core.ports import AuditRow

READ_TYPE = "01"
REQUIRED = "CARD_READING_REQUIRED"


class CardReading(Protocol):
    """One reading put forward for a buyer. ``agent`` and ``reader`` name no person."""

    @property
    def agent(self) -> str:
        """The id of the agent that read it; empty where none is known."""

    @property
    def reader(self) -> str:
        """The reader it was read with; empty where none is known."""

    def refusal(self, act: str) -> str:
        """Say what stands against using it for an act; empty when nothing does.

        ``act`` is the keyed hash of the sale's idempotency key; empty for a check, which uses
        nothing up.
        """

    def use(self, act: str) -> None:
        """Use it up for one act; the same act may come again."""


@dataclass(frozen=True, slots=True)
class NoReading:
    """A reading that does not hold, and why."""

    why: str = "missing"
    agent: str = ""
    reader: str = ""

    def refusal(self, act: str) -> str:
        """Say why."""
        return self.why

    def use(self, act: str) -> None:
        """There is nothing to use up."""


MISSING = NoReading()


def reading_required(why: str) -> Refused:
    """Return the refusal of a buyer with a card and no reading that holds."""
    return Refused((REQUIRED,), details={"why": why})


def verified_by(identity_type: str) -> str:
    """Say how a buyer of this identity type is identified: ``card`` or ``typed``."""
    return "card" if identity_type == READ_TYPE else "typed"


def reading_row(reading: CardReading) -> AuditRow:
    """Return what the audit trail keeps of a reading: the agent and the reader, no person."""
    return {"agent": reading.agent, "reader": reading.reader}
