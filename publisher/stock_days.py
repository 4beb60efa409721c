"""How stock went through the days, slot by slot, by the entries' own times.

Pure: entries come in as moves, summed by slot; courses go out as points. Only the first open day
can be asked for; days before it are closed, and what comes late for them is stock at its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from core.domain.calendar import TAIPEI
from core.storage.feed import Move

SLOT = timedelta(minutes=10)
SLOTS_A_DAY = timedelta(days=1) // SLOT
_FIRST_DAY = date(1970, 1, 1)

Stock = dict[str, dict[str, int]]
"""Pieces by outlet and product."""


def slot_of(instant: datetime) -> int:
    """Return the slot of an instant, counted as ``core.storage.feed.Move`` counts."""
    local = instant.astimezone(TAIPEI).replace(tzinfo=None)
    return (local - datetime(1970, 1, 1)) // SLOT  # noqa: DTZ001 - local on both sides


def day_of(slot: int) -> date:
    """Return the Taipei day of a slot."""
    return _FIRST_DAY + timedelta(days=slot // SLOTS_A_DAY)


class StockDays:
    """Stock at the beginning of one day, and what moved on it and later."""

    def __init__(self, day: date, stock: Mapping[tuple[str, str], int]) -> None:
        self.day = day
        self._stock: Stock = {}
        for (outlet, product), pieces in stock.items():
            _add(self._stock, outlet, product, pieces)
        self._moves: dict[date, dict[str, dict[int, dict[str, int]]]] = {}

    def fold(self, moves: Iterable[Move]) -> None:
        """Add moves, each to its own slot."""
        for slot, outlet, product, pieces in moves:
            day = day_of(slot)
            if day < self.day:
                _add(self._stock, outlet, product, pieces)
                continue
            slots = self._moves.setdefault(day, {}).setdefault(outlet, {})
            sums = slots.setdefault(slot % SLOTS_A_DAY, {})
            sums[product] = sums.get(product, 0) + pieces

    def points(
        self, passed: int, codes: Iterable[str], products: Sequence[str]
    ) -> dict[str, list[list[int]]]:
        """Return each outlet's points of the open day, of its first ``passed`` slots."""
        moves = self._moves.get(self.day, {})
        return {
            code: _points(self._stock.get(code, {}), moves.get(code, {}), passed, products)
            for code in codes
        }

    def close(self) -> None:
        """Go on to the next day."""
        for outlet, slots in self._moves.pop(self.day, {}).items():
            for sums in slots.values():
                for product, pieces in sums.items():
                    _add(self._stock, outlet, product, pieces)
        self.day += timedelta(days=1)


def _points(
    stock: Mapping[str, int],
    slots: Mapping[int, Mapping[str, int]],
    passed: int,
    products: Sequence[str],
) -> list[list[int]]:
    pieces = [stock.get(product, 0) for product in products]
    points = [[-1, *map(_shown, pieces)]]
    for slot in sorted(slots):
        if slot >= passed:
            break
        sums = slots[slot]
        pieces = [n + sums.get(product, 0) for n, product in zip(pieces, products, strict=True)]
        shown = [*map(_shown, pieces)]
        if shown != points[-1][1:]:
            points.append([slot, *shown])
    return points


def _shown(pieces: int) -> int:
    """Show no less than nothing: a sale may carry an earlier time than the intake it sold from."""
    return max(0, pieces)


def _add(stock: Stock, outlet: str, product: str, pieces: int) -> None:
    sums = stock.setdefault(outlet, {})
    sums[product] = sums.get(product, 0) + pieces
