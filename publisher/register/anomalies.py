"""Stock that cannot well be true: repeated automatic intake, a number mistyped.

Works on the ledger as it stands and on any series of published counts: a table of one row per
outlet and look, with ``code``, ``day`` (a Taipei date) and the pieces of each product.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import pandas as pd

from core.domain.calendar import taipei_day
from core.domain.outlets import Outlet, kind_of
from core.domain.plausibility import most_plausible, why_implausible
from core.domain.programme import Programme
from core.storage.feed import Balance


class Anomaly(NamedTuple):
    """A stock that cannot well be true, and why."""

    code: str
    day: date
    reason: str


def implausible_stock(
    levels: pd.DataFrame, programme: Programme, outlets: Mapping[str, Outlet]
) -> list[Anomaly]:
    """Judge the highest stock of each outlet and day, in the order of days and codes.

    An outlet that is not in ``outlets`` is judged by the kind in its code.
    """
    products = [product for product in programme.product_ids if product in levels]
    highest = levels.groupby(["day", "code"], observed=True)[products].max().reset_index()
    places = _supplied_as(highest["code"].unique(), programme, outlets)
    kinds_of_place = list(dict.fromkeys(places.values()))
    number = {place: at for at, place in enumerate(kinds_of_place)}
    supplied = highest["code"].map({code: number[place] for code, place in places.items()})
    anomalies = [
        anomaly
        for (day, at), rows in highest.groupby([highest["day"], supplied.astype(int)])
        for anomaly in _judge(rows[["code", *products]], programme, day, kinds_of_place[at])
    ]
    return sorted(anomalies, key=lambda anomaly: (anomaly.day, anomaly.code))


def levels_of(balances: Mapping[tuple[str, str], Balance]) -> pd.DataFrame:
    """Return the ledger's stock as levels; the day is that on which it last changed."""
    rows = [
        (code, product, balance.pieces, taipei_day(balance.changed_at))
        for (code, product), balance in balances.items()
    ]
    table = pd.DataFrame(rows, columns=["code", "product", "pieces", "day"])
    if table.empty:
        return pd.DataFrame(columns=["code", "day"])
    levels = table.pivot(index="code", columns="product", values="pieces").fillna(0).astype(int)
    return levels.assign(day=table.groupby("code")["day"].max()).reset_index()


class _Place(NamedTuple):
    """What decides about standard goods; ``outlet`` only where a rule names it."""

    outlet: str
    kind: str
    county: str


def _supplied_as(
    codes: Iterable[str], programme: Programme, outlets: Mapping[str, Outlet]
) -> dict[str, _Place]:
    overrides = [override for block in programme.block for override in block.supply_override]
    named = {override.outlet for override in overrides}
    places = {}
    for code in codes:
        outlet = outlets.get(code)
        kind, county = (outlet.kind, outlet.county) if outlet else (kind_of(code), "")
        places[code] = _Place(code if code in named else "", kind, county)
    return places


def _judge(rows: pd.DataFrame, programme: Programme, day: date, place: _Place) -> Iterable[Anomaly]:
    """Judge one day's rows, each a code and the pieces of each product."""
    block, (_, *products) = programme.block_on(day), rows.columns
    if block is None:
        return
    goods = block.supply_for(**place._asdict())
    most = most_plausible(programme, day, **place._asdict())
    limits = [most.get(product, float("inf")) for product in products]
    beyond = (rows[products] > limits).any(axis=1)
    for code, *pieces in rows[beyond].itertuples(index=False, name=None):
        stock = dict(zip(products, map(int, pieces), strict=True))
        yield Anomaly(code, day, why_implausible(stock, goods, most))
