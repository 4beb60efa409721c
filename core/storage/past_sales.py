"""Past sales and refusals as a simulation of rules reads them: synchronous, read-only.

A person is a number that counts up as persons are met; the keys stay inside this module.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from core.domain.calendar import taipei_day
from core.domain.eligibility import Purchase
from core.storage.connection import connect_reader

_SALES = (
    "SELECT key_id, person, day, pieces FROM person_links"
    " WHERE programme = ? AND day >= ? AND voided = 0 ORDER BY sale"
)
_REFUSALS = 'SELECT body FROM audit WHERE body LIKE \'%"act":"sale_refused"%\' ORDER BY number'


@dataclass(frozen=True, slots=True)
class PastRefusal:
    """A sale that was refused at the counter: when, and why; the trail has no person."""

    day: date
    reasons: tuple[str, ...]


def purchases_by_person(database: Path, programme: str, since: date) -> dict[int, list[Purchase]]:
    """Return the sales from a day on that were not reversed, by person, each in order of sale.

    Links that were purged are not there any more. While keys are rotated, a person who bought
    under both is two.
    """
    numbers: dict[tuple[str, bytes], int] = {}
    found: dict[int, list[Purchase]] = {}
    with closing(connect_reader(database)) as connection:
        rows = connection.execute(_SALES, (programme, since.isoformat()))
        for key_id, person, day, pieces in rows:
            number = numbers.setdefault((key_id, person), len(numbers))
            made = Purchase(date.fromisoformat(day), json.loads(pieces))
            found.setdefault(number, []).append(made)
    return found


def past_refusals(database: Path, since: date) -> Iterator[PastRefusal]:
    """Yield the sales refused from a day on, whatever the programme."""
    with closing(connect_reader(database)) as connection:
        for (body,) in connection.execute(_REFUSALS):
            row = json.loads(body)
            day = taipei_day(datetime.fromisoformat(row["at"]))
            if row.get("act") == "sale_refused" and day >= since:
                yield PastRefusal(day, tuple(row.get("reasons", ())))
