"""How much stock can well be true: measured by the goods that the programme allots."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from core.domain.programme import Pieces, Programme

# Outlets of February 2020 that nobody suspects held up to three days' goods in the first days,
# and later whatever of a fortnight's they had not sold.
MANY_DAYS = 5
FORTNIGHT_DAYS = 14
# Sales between two looks change the products' shares; a repeated intake keeps them about equal.
ALIKE = 1.25


def beyond_days(stock: Pieces, goods: Pieces, days: float) -> tuple[str, ...]:
    """Name the products of which there is more than so many days' standard goods.

    A product without standard goods is never named.
    """
    return tuple(
        product for product, pieces in goods.items() if 0 < pieces * days < stock.get(product, 0)
    )


def most_plausible(
    programme: Programme, day: date, *, outlet: str, kind: str, county: str
) -> dict[str, int]:
    """Return the most that may be in stock: five days' standard goods, or all of a fortnight's.

    What the outlet never gets by the programme is left out.
    """
    days = [day - timedelta(days=back) for back in range(FORTNIGHT_DAYS)]
    blocks = [block for one in days if (block := programme.block_on(one))]
    supplies = [block.supply_for(outlet=outlet, kind=kind, county=county) for block in blocks]
    if not supplies:
        return {}
    fortnight = {product: sum(goods[product] for goods in supplies) for product in supplies[0]}
    most = {p: max(pieces, MANY_DAYS * supplies[0][p]) for p, pieces in fortnight.items()}
    return {product: pieces for product, pieces in most.items() if pieces > 0}


def repeated_intakes(stock: Pieces, goods: Pieces) -> int:
    """Tell how many automatic intakes a stock looks like; 0 if the products do not agree on it."""
    times = [stock.get(product, 0) / pieces for product, pieces in goods.items() if pieces > 0]
    if len(times) < 2 or min(times) < MANY_DAYS or max(times) > ALIKE * min(times):
        return 0
    return round(min(times))


def why_implausible(stock: Pieces, goods: Pieces, most: Mapping[str, int]) -> str:
    """Say in words why a stock cannot well be true; empty if it can."""
    beyond = [product for product in most if stock.get(product, 0) > most[product]]
    if not beyond:
        return ""
    amounts = ", ".join(f"{stock[product]} {product}" for product in beyond)
    limits = ", ".join(str(most[product]) for product in beyond)
    times = repeated_intakes(stock, goods)
    guess = f"as if {times} automatic intakes" if times else "a mistyped number?"
    return f"{amounts}; at most {limits} can well be there: {guess}"
