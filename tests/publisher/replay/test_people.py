"""Synthetic buyers must be eligible on their day, and never come twice."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from core.domain.eligibility import assess
from publisher.replay.people import MOST_BUYERS, a_buyer
from tests.builders import masks


@pytest.mark.parametrize("child", [False, True])
def test_every_buyer_may_buy_on_his_day(rng: random.Random, child: bool) -> None:
    programme = masks()
    product = "child_mask" if child else "adult_mask"
    for _ in range(500):
        day = date(2020, 2, 6) + timedelta(days=rng.randrange(60))
        buyer = a_buyer(rng.randrange(MOST_BUYERS), day, child=child)
        verdict = assess(programme, buyer, today=day, pieces={product: 2})
        assert verdict.allowed, (buyer, day, verdict)


def test_no_two_serials_share_a_number(rng: random.Random) -> None:
    days = [date(2020, 2, 6), date(2020, 2, 7)]
    start = rng.randrange(MOST_BUYERS - 20_000)
    numbers = {a_buyer(n, days[n % 2], child=False).number for n in range(start, start + 20_000)}
    assert len(numbers) == 20_000
