"""What every counter action needs, wired once per process."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime

import msgspec

from core.clock import Clock
from core.domain.buyers import PersonKeys
from core.domain.calendar import taipei_day
from core.domain.identity import normalise_number
from core.domain.programme import Block, Pieces, Programme
from core.errors import Invalid, NotFound, Refused
from core.ports import AuditRow, Facts, Idempotency, Ledger
from core.rules_watch import Rules, programme_of

MOST_PIECES = 1_000_000
_MARKS = ("Cc", "Cf")
_NUMBER_LIKE = re.compile(r"[A-Z][A-Z0-9][0-9]{8}")


@dataclass(frozen=True, slots=True)
class Desk:
    """The ledger, the clock, the programme that is rationed, and the person keys.

    ``rules`` is one programme for ever (a replay, a test), or the rules in use.
    """

    ledger: Ledger
    clock: Clock
    rules: Programme | Rules
    keys: PersonKeys

    @property
    def programme(self) -> Programme:
        """The programme of this moment."""
        return programme_of(self.rules, self.clock())

    def fixed(self) -> Desk:
        """Return the desk as it is now: an act that waits over midnight keeps its own day."""
        now = self.clock()
        return Desk(self.ledger, lambda: now, programme_of(self.rules, now), self.keys)

    def moment(self) -> tuple[datetime, date]:
        """Return now, and its Taipei business day."""
        now = self.clock()
        return now, taipei_day(now)

    def block(self, day: date) -> Block:
        """Return the rules of a day.

        Raises:
            Refused: no rules are in force yet.
        """
        block = self.programme.block_on(day)
        if block is None:
            raise Refused(("NOT_IN_FORCE",), next_date=self.programme.block[0].effective)
        return block

    async def standard(self, outlet: str, day: date) -> dict[str, int]:
        """Return an outlet's goods of one day by the rules of that day."""
        known = await self.ledger.outlet(outlet)
        if known is None:
            raise NotFound(f"outlet {outlet} is not in the register")
        return self.block(day).supply_for(outlet=outlet, kind=known.kind, county=known.county)

    def idempotency(self, key: str, body: bytes) -> Idempotency:
        """Return what is kept of a request's key and body: keyed hashes only.

        A till's software may make its key of the buyer's number, so the key is not kept either.
        """
        return Idempotency(self.keys.fingerprint(key.encode()).hex(), self.keys.fingerprint(body))

    def known_products(self, pieces: dict[str, int | None]) -> None:
        """Refuse products that this programme does not ration.

        Raises:
            Invalid: naming the unknown ones and the known ones.
        """
        unknown = sorted(pieces.keys() - set(self.programme.product_ids))
        if unknown:
            known = ", ".join(self.programme.product_ids)
            raise Invalid(f"unknown product {', '.join(unknown)}; this programme has {known}")


def remaining(desk: Desk, facts: Facts, change: Pieces | None = None) -> dict[str, int]:
    """Return the outlet's stock after a change, every product named."""
    changes = change or {}
    return {
        product: facts.balances.get(product, 0) + changes.get(product, 0)
        for product in desk.programme.product_ids
    }


def audit_row(act: str, *, by: str, outlet: str, **values: object) -> AuditRow:
    """Build an audit row: what was done, by whom, where; never to whom."""
    return {"act": act, "by": by, "outlet": outlet, **values}


def body_of(**values: object) -> bytes:
    """Encode an answer; the same values always give the same bytes."""
    return msgspec.json.encode(values)


def free_text(text: str, longest: int) -> str:
    """Accept a note people type, but never one that would keep somebody's number.

    Control and direction marks are dropped: a note must not rewrite the line it is shown in.

    Raises:
        Invalid: it is too long, or it holds what looks like an identity number.
    """
    shown = "".join(sign for sign in text if unicodedata.category(sign) not in _MARKS).strip()
    if len(shown) > longest:
        raise Invalid(f"the text is longer than {longest} characters; write less")
    if _NUMBER_LIKE.search(normalise_number(shown)):
        raise Invalid("do not write identity numbers into notes; leave the number out")
    return shown


def act_id(text: str) -> int:
    """Read the id of an act, which is text outside.

    Raises:
        NotFound: it cannot be anybody's id.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise NotFound("there is no such record at this outlet")
    return int(text)
