"""Where the demo's pharmacists work: outlets that have something to sell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from core.clock import system_clock
from core.domain.calendar import taipei_day
from core.domain.outlet_says import OutletSays, availability_at
from core.domain.outlets import Outlet
from core.storage.feed import Balance, LedgerFeed

# An outlet with less of anything is a poor place for a first sale.
ENOUGH_PIECES = 20


@dataclass(frozen=True)
class Places:
    """Outlets for the pharmacists, and health centres for the nurses."""

    outlets: list[Outlet]
    health_centres: list[Outlet]


def choose_places(database: Path, wanted: int) -> Places:
    """Choose outlets spread over the country: pharmacies with stock, where there are enough.

    They sell at this moment: nothing that they say of themselves stands in the way.
    """
    now = system_clock()
    feed = LedgerFeed(database)
    try:
        with feed.instant():
            said = {says.outlet: says for says in feed.states()}
            outlets = [found for found in feed.outlets() if _sells(found, said, now)]
            balances = feed.balances()
    finally:
        feed.close()
    scarcest, moved = _scarcest(balances), _moved_on(balances, taipei_day(now))
    centres = [outlet for outlet in outlets if outlet.kind == "health_centre"]
    centres.sort(key=lambda outlet: scarcest.get(outlet.code, 0), reverse=True)
    return Places(_choose(outlets, scarcest, moved, wanted), centres)


def _sells(outlet: Outlet, said: Mapping[str, OutletSays], now: datetime) -> bool:
    if outlet.status != "active" or outlet.test:
        return False
    return availability_at(outlet, said.get(outlet.code), (), now).kind == "buyable"


def _scarcest(balances: Mapping[tuple[str, str], Balance]) -> dict[str, int]:
    """Return, by outlet, the pieces of the product it has least of."""
    least: dict[str, int] = {}
    for (code, _), balance in balances.items():
        least[code] = min(balance.pieces, least.get(code, balance.pieces))
    return least


def _moved_on(balances: Mapping[tuple[str, str], Balance], day: date) -> set[str]:
    """Name the outlets whose stock moved on a day: they have answered its morning question."""
    return {
        code for (code, _), balance in balances.items() if taipei_day(balance.changed_at) == day
    }


def _choose(
    outlets: list[Outlet], scarcest: Mapping[str, int], moved: set[str], wanted: int
) -> list[Outlet]:
    """Choose pharmacies with stock, and with the day's goods still to be taken in, if possible."""
    pharmacies = [outlet for outlet in outlets if outlet.kind == "pharmacy"]
    waiting = [outlet for outlet in pharmacies if outlet.code not in moved]
    for least in (ENOUGH_PIECES, 1, 0):
        for choice in (waiting, pharmacies, outlets):
            found = [outlet for outlet in choice if scarcest.get(outlet.code, 0) >= least]
            if len(found) >= wanted:
                return _spread(found, wanted)
    return outlets


def _spread(outlets: Sequence[Outlet], wanted: int) -> list[Outlet]:
    """Take every n-th in order of code, so that every county has a chance."""
    ordered = sorted(outlets, key=lambda outlet: outlet.code)
    return [ordered[index * len(ordered) // wanted] for index in range(wanted)]
