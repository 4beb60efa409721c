"""The day's close (日結): what came, what was sold, what is left, what is due.

Everything follows from the entries of the outlet: opening + received + taken off − sold + corrected
= left.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple


class DaySum(NamedTuple):
    """Entries of one outlet summed: ``kind`` is that of the entries, or ``before`` the day.

    ``added`` tells goods that came from goods that were taken off. ``acts`` counts distinct acts.
    """

    kind: str
    product: str
    origin: str
    added: bool
    pieces: int
    amount_ntd: int
    acts: int


@dataclass(frozen=True, slots=True)
class ProductDay:
    """One product through one day, in pieces."""

    opening: int = 0
    received: int = 0
    taken_off: int = 0
    sold: int = 0
    corrected: int = 0

    @property
    def left(self) -> int:
        """Pieces at the end of the day."""
        return self.opening + self.received - self.taken_off - self.sold + self.corrected


@dataclass(frozen=True, slots=True)
class DayClose:
    """One outlet's day. Sales are counted as recorded, those corrected later among them."""

    day: date
    products: Mapping[str, ProductDay]
    sales_by_card: int
    sales_typed: int
    corrections: int
    amount_ntd: int

    @property
    def sales(self) -> int:
        """Sales recorded on the day."""
        return self.sales_by_card + self.sales_typed

    @property
    def typed_share(self) -> float:
        """Share of sales for which number and birth date were typed, 0 to 1."""
        return self.sales_typed / self.sales if self.sales else 0.0


def close_of(day: date, product_ids: Sequence[str], sums: Iterable[DaySum]) -> DayClose:
    """Make the close of a day from the sums of an outlet's entries."""
    sums = list(sums)
    today = [found for found in sums if found.kind != "before"]
    sales = [found for found in today if found.kind == "sale"]
    return DayClose(
        day,
        {product: _product(product, sums) for product in product_ids},
        sales_by_card=_acts(found for found in sales if found.origin == "card"),
        sales_typed=_acts(found for found in sales if found.origin != "card"),
        corrections=_acts(found for found in today if found.kind == "reversal"),
        amount_ntd=sum(found.amount_ntd for found in today),
    )


def _product(product: str, sums: Sequence[DaySum]) -> ProductDay:
    own = [found for found in sums if found.product == product]

    def pieces(kind: str, *, added: bool | None = None) -> int:
        return sum(f.pieces for f in own if f.kind == kind and added in (None, f.added))

    return ProductDay(
        opening=pieces("before"),
        received=pieces("intake", added=True),
        taken_off=-pieces("intake", added=False),
        sold=-pieces("sale"),
        corrected=pieces("reversal"),
    )


def _acts(sums: Iterable[DaySum]) -> int:
    """Count acts: a sale of two products is one act, told once with its first product."""
    return sum(found.acts for found in sums)
