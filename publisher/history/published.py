"""What has been published so far, and what a release adds to it. Pure.

An outlet's first row has everything: what was there before it was published counts as received.
Its last, when it is no longer published, takes everything back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import product as product_of
from typing import NamedTuple

from core.storage.feed import Flow
from publisher.history.rows import Row

Key = tuple[str, str]
"""Outlet and product."""


class Release(NamedTuple):
    """A release as history sees it: its number, its source time, how far in the ledger."""

    sequence: int
    as_of: datetime
    position: int


class Published:
    """The pieces of every outlet and product, and what is published of which of them."""

    def __init__(self, stock: dict[Key, int], told: Iterable[Key]) -> None:
        self._stock = stock
        self._told = {key: stock.get(key, 0) for key in told}
        self._codes: Sequence[str] | None = None
        self._products: Sequence[str] = ()
        self._allowed: tuple[Sequence[str], frozenset[str]] = ((), frozenset())

    def rows(
        self,
        release: Release,
        flows: Iterable[Flow],
        codes: Sequence[str],
        products: Sequence[str],
        *,
        everything: bool = True,
    ) -> list[Row]:
        """Return what a release adds.

        ``codes`` and ``products`` are those published now. ``everything`` is False where the
        release is an older one, of which only the movements are known: who else was published
        then is not.
        """
        if codes is not self._allowed[0]:
            self._allowed = (codes, frozenset(codes))
        moved = self._moved(flows, self._allowed[1], products)
        rows = [Row(release.as_of, release.sequence, *row) for row in moved]
        if everything and (codes is not self._codes or products != self._products):
            self._codes, self._products = codes, products
            named = self._appeared_and_gone(set(product_of(codes, products)))
            rows += [Row(release.as_of, release.sequence, *row) for row in named]
        return rows

    def _moved(
        self, flows: Iterable[Flow], codes: Collection[str], products: Collection[str]
    ) -> Iterator[tuple[str, str, int, int, int]]:
        for code, product, received, sold in flows:
            key = (code, product)
            before = self._stock.get(key, 0)
            self._stock[key] = before + received - sold
            if code not in codes or product not in products:
                continue
            if key not in self._told:
                received += before
            elif not received and not sold:
                continue
            pieces = self._told[key] = self._stock[key]
            yield code, product, pieces, received, sold

    def _appeared_and_gone(self, now: set[Key]) -> Iterator[tuple[str, str, int | None, int, int]]:
        for key in sorted(now - self._told.keys()):
            pieces = self._told[key] = self._stock.get(key, 0)
            yield *key, pieces, pieces, 0
        for key in sorted(self._told.keys() - now):
            yield *key, None, -self._told.pop(key), 0
