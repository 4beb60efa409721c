from datetime import date

import pytest

from core.domain.plausibility import (
    beyond_days,
    most_plausible,
    repeated_intakes,
    why_implausible,
)
from core.rules import load_programmes

GOODS = {"adult_mask": 200, "child_mask": 50}


def most_on(day: date, **outlet: str) -> dict[str, int]:
    place = {"outlet": "5901010001", "kind": "pharmacy", "county": "臺北市"} | outlet
    return most_plausible(load_programmes(None, None)["masks"], day, **place)


def test_more_than_so_many_days_goods_is_named_and_no_standard_goods_never_is():
    assert beyond_days({"adult_mask": 1000, "child_mask": 251}, GOODS, 5) == ("child_mask",)
    assert beyond_days({"adult_mask": 9}, {"adult_mask": 0}, 5) == ()
    assert beyond_days({}, GOODS, 5) == ()


@pytest.mark.parametrize(
    ("day", "most"),
    [
        (date(2020, 2, 5), {}),
        (date(2020, 2, 6), {"adult_mask": 1000, "child_mask": 250}),
        (date(2020, 2, 10), {"adult_mask": 1000, "child_mask": 250}),
        (date(2020, 2, 13), {"adult_mask": 1600, "child_mask": 400}),
        # Twelve days of the first rules, two of the second: 12 × 200 + 2 × 400, 12 × 50 + 2 × 200.
        (date(2020, 2, 21), {"adult_mask": 3200, "child_mask": 1000}),
        (date(2020, 12, 1), {"adult_mask": 14 * 600, "child_mask": 14 * 200}),
    ],
)
def test_five_days_goods_or_what_a_fortnight_brought_may_be_there(day, most):
    assert most_on(day) == most


def test_a_stock_of_many_automatic_intakes_is_told_from_a_mistyped_number():
    assert repeated_intakes({"adult_mask": 7402, "child_mask": 1868}, GOODS) == 37
    assert repeated_intakes({"adult_mask": 20_052, "child_mask": 49}, GOODS) == 0
    assert repeated_intakes({"adult_mask": 200, "child_mask": 50}, GOODS) == 0
    assert repeated_intakes({"adult_mask": 9000}, {"adult_mask": 200}) == 0


def test_the_reason_names_the_product_and_what_could_be_there():
    most = most_on(date(2020, 2, 7))
    assert why_implausible({"adult_mask": 1000, "child_mask": 250}, GOODS, most) == ""
    assert why_implausible({"adult_mask": 20_052, "child_mask": 49}, GOODS, most) == (
        "20052 adult_mask; at most 1000 can well be there: a mistyped number?"
    )
    assert why_implausible({"adult_mask": 7402, "child_mask": 1868}, GOODS, most) == (
        "7402 adult_mask, 1868 child_mask; at most 1000, 250 can well be there:"
        " as if 37 automatic intakes"
    )
