"""Take what was found into the evidence, and from there into the register, like any list."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import pandas as pd

from core.domain.outlets import Outlet
from publisher.geocode.asking import Asked, asked_of, needs_place
from publisher.geocode.chain import Found
from publisher.register.building import at_place, in_town
from publisher.register.consensus import add_evidence, places
from publisher.register.records import Point


def with_findings(evidence: pd.DataFrame, found: Iterable[Found]) -> pd.DataFrame:
    """Add the answers to the evidence; a town's centre is no witness of anything."""
    points = [
        (one.asked.code, Point(answer.source, answer.lon, answer.lat, answer.precision))
        for one in found
        if (answer := one.answer) and answer.precision != "town"
    ]
    return add_evidence(evidence, points)


def placing(
    evidence: pd.DataFrame, found: Sequence[Found]
) -> Callable[[Mapping[str, Outlet]], list[Outlet]]:
    """Return the change of the register: from what it says at the moment of writing.

    Whoever was placed, corrected or moved to another address while the geocoders were asked stays
    as they are.
    """
    asked = {one.asked.code: one.asked for one in found if one.answer}
    chosen = places(evidence, {code: one.town for code, one in asked.items()})

    def change(register: Mapping[str, Outlet]) -> list[Outlet]:
        return [
            in_town(at_place(outlet, chosen.get(code)), one.town)
            for code, one in asked.items()
            if (outlet := register.get(code)) and _still_asked(outlet, one)
        ]

    return change


def _still_asked(outlet: Outlet, asked: Asked) -> bool:
    return needs_place(outlet) and asked_of(outlet) == asked
