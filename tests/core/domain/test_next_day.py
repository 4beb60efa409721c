"""The next purchase date without an identity is the one that the counter would give."""

from __future__ import annotations

import random
from datetime import date, timedelta

from core.domain.eligibility import Claim, Purchase, assess
from core.domain.identity import LETTER_VALUES, checksum_holds
from core.domain.next_day import next_day
from core.rules import load_programmes

PROGRAMMES = load_programmes(None, None)
MASKS, KITS = PROGRAMMES["masks"], PROGRAMMES["test_kits"]


def a_number(rng: random.Random, digit: int | None) -> tuple[str, str]:
    """Return an identity type and a number that ends in a digit, or in a letter."""
    if digit is None:
        return "04", f"{rng.randrange(10**8):08d}X"
    while True:
        number = f"{rng.choice('ABCD')}1{rng.randrange(10**7):07d}{digit}"
        if checksum_holds(number):
            return "02", number


def test_it_agrees_with_the_check_at_the_counter(rng):
    assert LETTER_VALUES
    for _ in range(400):
        programme = rng.choice([MASKS, KITS, MASKS.pinned_to(date(2020, 2, 6))])
        digit = rng.choice([None, *range(10)])
        today = date(2020, 2, 6) + timedelta(days=rng.randrange(1100))
        bought = today - timedelta(days=rng.randrange(20))
        born = rng.choice([date(1980, 5, 1), date(2012, 5, 1)])
        block = programme.block_on(today)
        if block is None or programme.block_on(bought) is None:
            continue
        group = block.group_of(born)
        kind, number = a_number(rng, digit)
        history = [Purchase(bought, {programme.product_ids[0]: group.total})]
        verdict = assess(programme, Claim(kind, number, born), today=today, history=history)
        expected = today if verdict.allowed else verdict.next_date
        named = None if born.year < 2000 else group.id
        said = next_day(programme, digit, bought, today, named)
        assert said == expected, (programme.id, digit, bought, today, born)


def test_on_the_sixth_of_february_the_counter_showed_the_thirteenth():
    assert next_day(MASKS, 2, date(2020, 2, 6), date(2020, 2, 7)) == date(2020, 2, 13)
    assert next_day(MASKS, 3, date(2020, 2, 6), date(2020, 2, 7)) == date(2020, 2, 14)


def test_who_has_not_bought_waits_for_their_weekday_only():
    thursday = date(2020, 2, 6)
    assert next_day(MASKS, 2, None, thursday) == thursday
    assert next_day(MASKS, 3, None, thursday) == date(2020, 2, 7)
    assert next_day(MASKS, None, None, thursday) == date(2020, 2, 9)


def test_a_round_that_nobody_has_ended_gives_no_day():
    only = KITS.pinned_to(date(2022, 7, 1))
    assert next_day(only, 2, date(2022, 7, 2), date(2022, 7, 3)) is None
