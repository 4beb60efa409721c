"""What the actions need from outside, and nothing more.

An action hands the ledger an ``Order``: what must be read for it, and a pure ``decide``. The
ledger gathers the orders that wait, reads for all of them at once, asks each one to decide in
turn, writes what they decided, and commits once. So a decision sees every earlier decision.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from core.domain.buyers import PersonKey
from core.domain.day_close import DaySum
from core.domain.eligibility import Purchase
from core.domain.entries import Entry
from core.domain.outlets import Outlet
from core.domain.stops import Stop
from core.errors import MaskmapError

AuditRow = dict[str, object]
"""One audit record: strings, whole numbers, booleans, lists and objects of them. No person."""
RegisterChange = Callable[[Mapping[str, Outlet]], tuple[Sequence[Outlet], AuditRow]]
"""Pure: from the register as it stands to the outlets to write, and the audit row of it."""


@dataclass(frozen=True, slots=True)
class Idempotency:
    """Keyed hashes of the caller's key (scope: the outlet) and of the canonical body."""

    key: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Daily:
    """Something an outlet may do once a day in a programme: take the automatic intake."""

    programme: str
    day: date


@dataclass(frozen=True, slots=True)
class PersonLink:
    """Who bought: stands apart from the entries, and is purged."""

    person: PersonKey
    programme: str
    day: date
    pieces: Mapping[str, int]
    sealed: bytes = b""


@dataclass(frozen=True, slots=True)
class Sale:
    """A recorded sale as a reversal needs it."""

    act: int
    day: date
    entries: tuple[Entry, ...]
    reversed: bool


@dataclass(slots=True)
class Facts:
    """What the ledger holds at the moment of decision. ``act`` is the id the act will have."""

    act: int
    balances: Mapping[str, int]
    history: Sequence[Purchase] = ()
    daily_act: int | None = None
    sale: Sale | None = None
    stop: Stop | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What to write. A refusal writes its audit row only. ``body`` is the answer's bytes."""

    audit: AuditRow
    body: bytes = b""
    entries: tuple[Entry, ...] = ()
    link: PersonLink | None = None
    refusal: MaskmapError | None = None


@dataclass(frozen=True, slots=True)
class Order:
    """One act somebody wants. ``persons`` are all live keys of one person, in sorted order."""

    outlet: str
    decide: Callable[[Facts], Decision]
    at: datetime
    programme: str = ""
    persons: tuple[PersonKey, ...] = ()
    idempotency: Idempotency | None = None
    daily: Daily | None = None
    sale: int | None = None


@dataclass(frozen=True, slots=True)
class Reply:
    """A committed answer: the exact bytes, and whether an earlier commit gave them."""

    body: bytes
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class RecentSale:
    """One line of 最近購買紀錄."""

    act: int
    at: datetime
    pieces: Mapping[str, int]
    amount_ntd: int
    reversed: bool
    person: PersonKey | None
    sealed: bytes


@dataclass(frozen=True, slots=True)
class RegisterChanges:
    """Codes of the outlets that an import added, and of those it changed."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


class Ledger(Protocol):
    """The ledger (帳冊) as the actions see it."""

    async def commit(self, order: Order) -> Reply:
        """Commit one act, together with whatever else waits.

        Raises:
            Refused, Conflict, Unavailable: nothing but an audit row was written.
        """

    async def commit_many(self, orders: Sequence[Order]) -> list[Reply | MaskmapError]:
        """Commit acts in order, in as few transactions as fit; errors stand in their place."""

    async def record(self, row: AuditRow, at: datetime) -> None:
        """Write an audit row that belongs to no order (login, refusal at the door)."""

    async def save_outlets(
        self, outlets: Sequence[Outlet], row: AuditRow, at: datetime
    ) -> RegisterChanges:
        """Add or replace outlets of the register, all or none, with one audit row."""

    async def change_outlets(self, change: RegisterChange, at: datetime) -> RegisterChanges:
        """Read the register, change and write in one transaction; what is the same writes nothing.

        Raises:
            MaskmapError: what ``change`` raises; nothing is written.
        """

    async def outlet(self, code: str) -> Outlet | None:
        """Return one outlet of the register."""

    async def stock(self, outlet: str) -> dict[str, int]:
        """Return an outlet's stock per product; products never taken in are absent."""

    async def entries(
        self, outlet: str, *, kinds: Sequence[str], day: date | None = None, limit: int = 200
    ) -> list[Entry]:
        """Return an outlet's entries, newest act first."""

    async def recent_sales(self, outlet: str, day: date, limit: int = 200) -> list[RecentSale]:
        """Return an outlet's sales of one day, newest first."""

    async def daily_act(self, outlet: str, daily: Daily) -> int | None:
        """Return the act that took the automatic intake of that day, if any."""

    async def day_sums(self, outlet: str, day: date) -> Sequence[DaySum]:
        """Sum an outlet's entries up to a day, those before it apart; one instant."""
