"""The rules, reading by reading. The readings themselves stand in `docs/rules.md`."""

import csv
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.calendar import taipei_day
from core.domain.eligibility import (
    CHECK_REASONS,
    PURCHASE_REASONS,
    Claim,
    Purchase,
    Verdict,
    assess,
    weekday_reason,
)
from core.domain.identity import checksum_holds
from core.domain.programme import Block, Group, Levels, Product, Programme, Window
from core.domain.text import Text
from core.rules import load_programmes

PROGRAMMES = load_programmes(None, None)
MASKS, KITS = PROGRAMMES["masks"], PROGRAMMES["test_kits"]
FIRST = MASKS.pinned_to(date(2020, 2, 6))

ADULT, CHILD, TEENAGER = date(1980, 5, 15), date(2012, 3, 1), date(2004, 1, 1)
MONDAY, TUESDAY, WEDNESDAY, THURSDAY = (date(2020, 2, day) for day in (10, 11, 12, 13))
SATURDAY, SUNDAY = date(2020, 2, 15), date(2020, 2, 16)


def a_number(last_digit: int) -> str:
    """Return a national ID that ends with this digit."""
    return next(
        number
        for number in (f"A1{n:07d}{last_digit}" for n in range(100))
        if checksum_holds(number)
    )


def a_claim(
    last_digit: int = 0, *, born: date | None = ADULT, kind: str = "01", number: str = ""
) -> Claim:
    return Claim(kind, number or a_number(last_digit), born)


def bought(day: date, adult: int = 2, child: int = 0, *, void: bool = False) -> Purchase:
    return Purchase(day, {"adult_mask": adult, "child_mask": child}, void)


def kits(day: date, packs: int = 1) -> Purchase:
    return Purchase(day, {"rapid_test_kit": packs})


def wanted(adult: int | None, child: int | None = 0) -> dict[str, int | None]:
    return {"adult_mask": adult, "child_mask": child}


def told(verdict: Verdict) -> tuple[tuple[str, ...], date | None, int]:
    """Return what the counter tells a refused buyer."""
    assert not verdict.allowed
    return verdict.reasons, verdict.next_date, verdict.allowance.total


# --- the worked cases of the authority's rules ---------------------------------------------------


def test_every_worked_case_comes_out_as_written(shared_data):
    with (shared_data / "cases/eligibility_cases.csv").open(encoding="utf-8-sig") as lines:
        cases = list(csv.DictReader(lines))
    assert len(cases) >= 30
    for case in cases:
        history = [
            bought(date.fromisoformat(item["d"]), item["a"], item["c"])
            for item in msgspec.json.decode(case["history_json"])
        ]
        year, month, day = (int(case["birth_date"][a:b]) for a, b in ((0, 4), (4, 6), (6, 8)))
        try:
            born = date(year, month, day)
        except ValueError:
            born = None
        verdict = assess(
            MASKS.pinned_to(date.fromisoformat(case["policy"][1:])),
            Claim(case["identity_type"], case["id_number"], born),
            today=taipei_day(datetime.fromisoformat(case["now"])),
            history=history,
            pieces=wanted(int(case["req_adult"]), int(case["req_child"])),
        )
        answer = (
            "ALLOW" if verdict.allowed else "DENY",
            verdict.stage,
            "|".join(verdict.reasons),
            verdict.next_date.isoformat() if verdict.next_date else "",
            str(verdict.allowance.total),
        )
        expected = ("expected", "stage", "reasons", "next_eligible_date", "max_qty")
        assert answer == tuple(case[name] for name in expected), case["case_id"]


# --- weekdays ------------------------------------------------------------------------------------


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize("offset", range(7))
def test_odd_digits_buy_on_monday_wednesday_friday_even_ones_on_the_others(digit, offset):
    day = MONDAY + timedelta(days=offset)
    allowed = {0: "13579", 2: "13579", 4: "13579", 1: "02468", 3: "02468", 5: "02468"}
    verdict = assess(FIRST, a_claim(digit), today=day)
    assert verdict.allowed == (offset == 6 or str(digit) in allowed[offset])
    if not verdict.allowed:
        assert told(verdict) == (("WRONG_WEEKDAY",), day + timedelta(days=1), 0)


def test_on_friday_an_even_digit_waits_for_saturday_and_on_saturday_an_odd_one_for_sunday():
    assert assess(FIRST, a_claim(2), today=date(2020, 2, 14)).next_date == SATURDAY
    assert assess(FIRST, a_claim(1), today=SATURDAY).next_date == SUNDAY


@pytest.mark.parametrize(
    ("instant", "even_allowed"),
    [
        ("2020-02-08T15:59:59+00:00", True),  # Saturday's last second
        ("2020-02-08T16:00:00+00:00", True),  # Sunday begins
        ("2020-02-09T15:59:59+00:00", True),
        ("2020-02-09T16:00:00+00:00", False),  # Monday begins
        ("2020-02-10T15:59:59+00:00", False),
        ("2020-02-10T16:00:00+00:00", True),
    ],
)
def test_the_weekday_turns_at_midnight_in_taipei(instant, even_allowed):
    today = taipei_day(datetime.fromisoformat(instant))
    assert assess(FIRST, a_claim(2), today=today).allowed is even_allowed


def test_a_number_that_ends_in_a_letter_buys_on_sundays_only():
    permit = a_claim(kind="04", number="1234567X")
    for offset in range(6):
        day = MONDAY + timedelta(days=offset)
        verdict = assess(FIRST, permit, today=day)
        assert told(verdict) == (("PARITY_UNDETERMINED",), SUNDAY, 0)
    assert assess(FIRST, permit, today=SUNDAY).allowed


def test_a_number_that_ends_in_a_letter_and_bought_on_a_sunday_waits_for_the_next_one():
    permit = a_claim(kind="04", number="1234567X")
    verdict = assess(FIRST, permit, today=MONDAY, history=[bought(date(2020, 2, 9))])
    assert told(verdict) == (("PARITY_UNDETERMINED", "WITHIN_WINDOW"), SUNDAY, 0)
    verdict = assess(FIRST, permit, today=SUNDAY, history=[bought(date(2020, 2, 10))])
    assert told(verdict) == (("WITHIN_WINDOW",), date(2020, 2, 23), 0)


def test_where_weekdays_are_lifted_a_letter_at_the_end_does_not_matter():
    permit = a_claim(kind="04", number="1234567X")
    assert assess(MASKS, permit, today=date(2020, 4, 9)).allowed


def test_weekdays_are_lifted_for_children_from_27_february():
    child = a_claim(1, born=date(2007, 1, 1))
    assert not assess(MASKS, child, today=date(2020, 2, 25)).allowed
    assert assess(MASKS, child, today=date(2020, 2, 27)).allowed
    grown = a_claim(1, born=date(2006, 12, 31))
    assert told(assess(MASKS, grown, today=date(2020, 2, 27))) == (
        ("WRONG_WEEKDAY",),
        date(2020, 2, 28),
        0,
    )


# --- the window ----------------------------------------------------------------------------------


@pytest.mark.parametrize("after", range(7))
def test_a_second_purchase_within_seven_days_is_refused_with_the_next_date(after):
    day = SUNDAY
    today = day + timedelta(days=after)
    verdict = assess(FIRST, a_claim(2), today=today, history=[bought(day)])
    assert "WITHIN_WINDOW" in verdict.reasons
    assert verdict.next_date == day + timedelta(days=7)  # a Sunday again


def test_who_bought_on_a_day_buys_again_seven_days_later_whatever_the_hour():
    history = [bought(date(2020, 2, 6))]
    assert assess(FIRST, a_claim(2), today=date(2020, 2, 13), history=history).allowed


def test_the_official_examples_of_the_next_date():
    verdict = assess(FIRST, a_claim(2), today=date(2020, 2, 6), history=[bought(date(2020, 2, 6))])
    assert verdict.next_date == date(2020, 2, 13)
    verdict = assess(FIRST, a_claim(2), today=SUNDAY, history=[bought(SUNDAY)])
    assert verdict.next_date == date(2020, 2, 23)


def test_the_window_runs_over_the_leap_day():
    history = [bought(date(2020, 2, 24))]
    assert told(assess(FIRST, a_claim(1), today=date(2020, 2, 29), history=history)) == (
        ("WRONG_WEEKDAY", "WITHIN_WINDOW"),
        date(2020, 3, 2),
        0,
    )


def test_after_the_window_the_right_weekday_must_still_come():
    # Bought on a Sunday with an odd digit, the window ends on a Sunday; on a Saturday it is Sunday.
    history = [bought(date(2020, 2, 10))]
    verdict = assess(FIRST, a_claim(2), today=TUESDAY, history=history)
    assert told(verdict) == (("WITHIN_WINDOW",), date(2020, 2, 18), 0)


def test_both_reasons_are_reported_the_weekday_first():
    verdict = assess(FIRST, a_claim(2), today=MONDAY, history=[bought(date(2020, 2, 6))])
    assert told(verdict) == (("WRONG_WEEKDAY", "WITHIN_WINDOW"), THURSDAY, 0)


def test_one_piece_uses_the_window_up():
    verdict = assess(
        FIRST, a_claim(2), today=SATURDAY, history=[bought(THURSDAY, 1)], pieces=wanted(1)
    )
    assert told(verdict) == (("WITHIN_WINDOW",), date(2020, 2, 20), 0)


def test_the_latest_purchase_counts_whatever_the_order_of_the_history():
    history = [bought(date(2020, 2, 6)), bought(date(2020, 2, 13)), bought(date(2020, 1, 1))]
    for seed in range(6):
        random.Random(seed).shuffle(history)
        verdict = assess(FIRST, a_claim(2), today=SATURDAY, history=history)
        assert verdict.next_date == date(2020, 2, 20)


def test_a_voided_sale_does_not_count():
    history = [bought(TUESDAY, void=True), bought(date(2020, 2, 20), void=True)]
    assert assess(FIRST, a_claim(2), today=TUESDAY, history=history).allowed


def test_the_read_and_the_typed_card_of_one_person_are_judged_alike():
    history = [bought(date(2020, 2, 9))]
    for number in (a_number(2), a_number(2).lower(), f" {a_number(2)} "):
        verdicts = [
            assess(FIRST, Claim(kind, number, ADULT), today=TUESDAY, history=history)
            for kind in ("01", "02")
        ]
        assert verdicts[0] == verdicts[1]
        assert told(verdicts[0]) == (("WITHIN_WINDOW",), SUNDAY, 0)


def test_a_full_width_lower_case_number_is_judged_as_the_number_it_is():
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in a_number(2).lower())
    assert assess(FIRST, Claim("02", f"\u3000{wide} ", ADULT), today=TUESDAY).allowed


# --- history after today -------------------------------------------------------------------------


def test_a_purchase_dated_after_today_is_refused_alone_and_without_a_date():
    history = [bought(WEDNESDAY), bought(MONDAY)]
    verdict = assess(FIRST, a_claim(1), today=TUESDAY, history=history, pieces=wanted(9, 9))
    assert told(verdict) == (("FUTURE_PURCHASE",), None, 0)
    assert verdict.stage == "audit"


def test_a_purchase_later_on_the_same_day_counts_as_today():
    verdict = assess(FIRST, a_claim(2), today=TUESDAY, history=[bought(TUESDAY)])
    assert told(verdict) == (("WITHIN_WINDOW",), date(2020, 2, 18), 0)


# --- before the programme, and blocks that follow each other -------------------------------------


def test_before_the_first_block_nothing_is_sold_and_its_first_day_is_the_next_date():
    for programme in (MASKS, FIRST):
        verdict = assess(programme, a_claim(1), today=date(2020, 2, 5), pieces=wanted(9))
        assert told(verdict) == (("NOT_IN_FORCE",), date(2020, 2, 6), 0)
        assert verdict.block is None
    assert assess(MASKS, a_claim(2), today=date(2020, 2, 6)).allowed


def test_before_the_first_block_a_future_purchase_stays_unmentioned():
    verdict = assess(MASKS, a_claim(2), today=date(2020, 2, 4), history=[bought(date(2020, 2, 5))])
    assert verdict.reasons == ("NOT_IN_FORCE",)


def test_a_pinned_block_is_not_in_force_before_its_first_day():
    pinned = MASKS.pinned_to(date(2020, 3, 10))
    verdict = assess(pinned, a_claim(2), today=date(2020, 3, 3))
    assert told(verdict) == (("NOT_IN_FORCE",), date(2020, 3, 5), 0)


def test_a_pinned_block_judges_every_later_day():
    # 2026-03-05 is a Thursday; the block of 2020-12-31 would let everybody buy.
    assert assess(FIRST, a_claim(2), today=date(2026, 3, 5)).allowance.total == 2
    verdict = assess(FIRST, a_claim(1), today=date(2026, 3, 5), history=[bought(date(2026, 3, 4))])
    assert told(verdict) == (("WRONG_WEEKDAY", "WITHIN_WINDOW"), date(2026, 3, 11), 0)


def test_the_window_and_quota_are_those_of_the_day_of_the_new_purchase():
    history = [bought(date(2020, 4, 1), 3)]
    assert assess(MASKS, a_claim(2), today=date(2020, 4, 8), history=history).reasons == (
        "WRONG_WEEKDAY",
    )
    # From 9 April the window has 14 days, so the wait that seemed over begins again.
    verdict = assess(MASKS, a_claim(2), today=date(2020, 4, 9), history=history)
    assert told(verdict) == (("WITHIN_WINDOW",), date(2020, 4, 15), 0)


def test_each_candidate_for_the_next_date_is_judged_by_its_own_block():
    # Bought on Sunday 5 April: the old block would say the 12th, the one in force then the 19th.
    verdict = assess(MASKS, a_claim(2), today=date(2020, 4, 6), history=[bought(date(2020, 4, 5))])
    assert told(verdict) == (("WRONG_WEEKDAY", "WITHIN_WINDOW"), date(2020, 4, 19), 0)
    pinned = MASKS.pinned_to(date(2020, 4, 6))
    verdict = assess(pinned, a_claim(2), today=date(2020, 4, 6), history=[bought(date(2020, 4, 5))])
    assert verdict.next_date == date(2020, 4, 12)
    # On Wednesday 8 April an even digit is told to come tomorrow, when weekdays are lifted.
    assert assess(MASKS, a_claim(2), today=date(2020, 4, 8)).next_date == date(2020, 4, 9)


# --- quantities ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("born", "adult", "child", "reasons"),
    [
        (ADULT, 1, 0, ()),
        (ADULT, 2, 0, ()),
        (ADULT, 3, 0, ("OVER_LIMIT",)),
        (ADULT, 0, 1, ("CHILD_MASK_AGE",)),
        (ADULT, 1, 1, ("CHILD_MASK_AGE",)),
        (ADULT, 2, 1, ("CHILD_MASK_AGE", "OVER_LIMIT")),
        (ADULT, 0, 3, ("CHILD_MASK_AGE", "OVER_LIMIT")),
        (CHILD, 2, 0, ()),
        (CHILD, 0, 2, ()),
        (CHILD, 1, 1, ()),
        (CHILD, 2, 1, ("OVER_LIMIT",)),
        (CHILD, 3, 0, ("OVER_LIMIT",)),
        (ADULT, 0, 0, ("QTY_ZERO",)),
        (CHILD, 0, 0, ("QTY_ZERO",)),
        (ADULT, -1, 0, ("QTY_INVALID",)),
        (ADULT, 2, -1, ("QTY_INVALID",)),
        (ADULT, None, 0, ("QTY_INVALID",)),
        (ADULT, 9, None, ("QTY_INVALID",)),
        (ADULT, 10**9, 0, ("OVER_LIMIT",)),
    ],
)
def test_quantities_under_the_first_block(born, adult, child, reasons):
    verdict = assess(FIRST, a_claim(2, born=born), today=TUESDAY, pieces=wanted(adult, child))
    assert verdict.reasons == reasons
    assert verdict.allowed == (not reasons)
    assert (verdict.stage, verdict.next_date, verdict.allowance.total) == ("purchase", None, 2)


@pytest.mark.parametrize(
    ("day", "born", "adult", "child", "allowed"),
    [
        ("2020-02-20", CHILD, 2, 2, True),
        ("2020-02-20", CHILD, 0, 4, True),
        ("2020-02-20", CHILD, 3, 0, False),
        ("2020-02-20", CHILD, 2, 3, False),
        ("2020-02-20", CHILD, 0, 5, False),
        ("2020-02-20", date(2007, 6, 1), 0, 1, False),
        ("2020-02-27", date(2007, 1, 1), 0, 4, True),
        ("2020-02-27", date(2006, 12, 31), 0, 1, False),
        ("2020-03-05", CHILD, 3, 2, True),
        ("2020-03-05", CHILD, 4, 0, False),
        ("2020-03-05", CHILD, 0, 5, True),
        ("2020-03-05", CHILD, 1, 5, False),
        ("2020-03-05", ADULT, 3, 0, True),
        ("2020-03-05", ADULT, 4, 0, False),
        ("2020-03-19", TEENAGER, 0, 5, True),
        ("2020-03-19", date(2003, 12, 31), 0, 1, False),
        ("2020-04-09", ADULT, 5, 4, True),
        ("2020-04-09", ADULT, 0, 9, True),
        ("2020-04-09", ADULT, 5, 5, False),
        ("2020-04-09", TEENAGER, 10, 0, True),
        ("2020-04-09", TEENAGER, 4, 6, True),
        ("2020-04-09", TEENAGER, 5, 6, False),
        ("2020-12-31", ADULT, 10, 0, True),
        ("2020-12-31", ADULT, 3, 7, True),
        ("2020-12-31", CHILD, 6, 5, False),
        ("2020-12-31", ADULT, 1, 0, True),
    ],
)
def test_quantities_under_the_later_blocks(day, born, adult, child, allowed):
    today = date.fromisoformat(day)
    assert today.weekday() == 3  # always a Thursday, where an even digit may buy
    verdict = assess(MASKS, a_claim(2, born=born), today=today, pieces=wanted(adult, child))
    assert verdict.allowed is allowed
    assert set(verdict.reasons) <= {"OVER_LIMIT", "CHILD_MASK_AGE"}


def test_the_check_says_how_many_pieces_of_each_size_before_quantities_are_known():
    adult = assess(MASKS, a_claim(2), today=date(2020, 3, 5)).allowance
    child = assess(MASKS, a_claim(2, born=CHILD), today=date(2020, 3, 5)).allowance
    assert (adult.total, dict(adult.pieces)) == (3, {"adult_mask": 3})
    assert (child.total, dict(child.pieces)) == (5, {"adult_mask": 3, "child_mask": 5})


def test_foreign_children_take_child_masks_by_birth_date_whatever_the_document():
    for kind, number in (("03", "AC00000067"), ("04", "AC00000067"), ("04", "ABCD1234")):
        claim = Claim(kind, number, date(2008, 1, 1))
        assert assess(FIRST, claim, today=SUNDAY, pieces=wanted(0, 2)).allowed, claim


def test_a_check_that_fails_is_reported_together_with_the_quantities():
    history = [bought(date(2020, 2, 6))]
    verdict = assess(FIRST, a_claim(2), today=MONDAY, history=history, pieces=wanted(1, 2))
    assert told(verdict) == (
        ("WRONG_WEEKDAY", "WITHIN_WINDOW", "CHILD_MASK_AGE", "OVER_LIMIT"),
        THURSDAY,
        0,
    )
    assert verdict.stage == "audit"


# --- identity and birth date stand alone ---------------------------------------------------------


def test_a_fault_of_the_number_hides_all_others():
    history = [bought(date(2020, 3, 1))]
    claim = Claim("01", "A123456780", None)
    verdict = assess(MASKS, claim, today=date(2020, 1, 1), history=history, pieces=wanted(-1))
    assert told(verdict) == (("ID_CHECKSUM",), None, 0)
    verdict = assess(MASKS, Claim("05", a_number(2), None), today=TUESDAY)
    assert told(verdict) == (("ID_FORMAT",), None, 0)
    assert verdict.stage == "audit"


@pytest.mark.parametrize(
    ("born", "today", "plausible"),
    [
        (None, TUESDAY, False),
        (TUESDAY, TUESDAY, True),
        (WEDNESDAY, TUESDAY, False),
        (date(1890, 2, 11), TUESDAY, True),
        (date(1890, 2, 10), TUESDAY, False),
        (date(1890, 2, 12), TUESDAY, True),
        (date(1, 1, 1), TUESDAY, False),
        (date(1892, 2, 29), date(2022, 2, 27), True),
        (date(1892, 2, 29), date(2022, 3, 2), False),
        (date(1904, 2, 29), SUNDAY, True),
    ],
)
def test_a_birth_date_lies_between_130_years_ago_and_today(born, today, plausible):
    verdict = assess(FIRST, a_claim(2, born=born), today=today)
    assert ("BIRTH_DATE_INVALID" in verdict.reasons) is not plausible
    if not plausible:
        assert told(verdict) == (("BIRTH_DATE_INVALID",), None, 0)


def test_a_birth_date_fault_goes_before_the_programme_not_being_in_force():
    verdict = assess(MASKS, a_claim(2, born=date(2020, 2, 6)), today=date(2020, 2, 5))
    assert told(verdict) == (("BIRTH_DATE_INVALID",), None, 0)


def test_who_is_born_today_buys_child_masks_today():
    assert assess(FIRST, a_claim(2, born=TUESDAY), today=TUESDAY, pieces=wanted(0, 2)).allowed


# --- rounds and instalments ----------------------------------------------------------------------


def test_one_pack_a_round_until_the_next_round_begins():
    history = [kits(date(2022, 4, 28))]
    verdict = assess(KITS, a_claim(2), today=date(2022, 5, 10), history=history)
    assert told(verdict) == (("WITHIN_WINDOW",), date(2022, 6, 7), 0)  # the 6th is a Monday
    verdict = assess(KITS, a_claim(1), today=date(2022, 6, 5), history=history)
    assert told(verdict) == (("WITHIN_WINDOW",), date(2022, 6, 6), 0)
    assert assess(KITS, a_claim(1), today=date(2022, 6, 6), history=history).allowed


def test_a_new_block_within_a_round_gives_no_second_pack():
    history = [kits(date(2022, 6, 6))]
    verdict = assess(KITS, a_claim(1), today=date(2022, 6, 14), history=history)
    assert told(verdict) == (("WITHIN_WINDOW",), date(2022, 7, 1), 0)


def test_weekdays_are_off_for_test_kits_from_13_june():
    verdict = assess(KITS, a_claim(1), today=date(2022, 6, 11))  # a Saturday
    assert told(verdict) == (("WRONG_WEEKDAY",), date(2022, 6, 12), 0)
    assert assess(KITS, a_claim(1), today=date(2022, 6, 14)).allowed
    assert assess(KITS, a_claim(2), today=date(2022, 6, 13)).allowed


def test_six_packs_may_be_bought_in_instalments():
    day = date(2022, 11, 2)
    first = assess(KITS, a_claim(2), today=day, pieces={"rapid_test_kit": 4})
    assert (first.allowed, first.allowance.total) == (True, 6)
    history = [kits(day, 4)]
    second = assess(KITS, a_claim(2), today=day, history=history, pieces={"rapid_test_kit": 3})
    assert told(second) == (("OVER_LIMIT",), None, 2)
    assert second.stage == "purchase"
    third = assess(KITS, a_claim(2), today=day, history=history, pieces={"rapid_test_kit": 2})
    assert third.allowed


def test_who_has_had_all_six_packs_of_the_last_round_is_given_no_date():
    history = [kits(date(2022, 11, 1), 4), kits(date(2022, 12, 1), 2)]
    verdict = assess(KITS, a_claim(2), today=date(2023, 1, 1), history=history)
    assert told(verdict) == (("WITHIN_WINDOW",), None, 0)


def test_packs_of_an_earlier_round_do_not_count_in_a_later_one():
    history = [kits(date(2022, 7, 1)), kits(date(2022, 10, 31))]
    verdict = assess(KITS, a_claim(2), today=date(2022, 11, 1), history=history)
    assert verdict.allowance.total == 6


def in_pieces_mode(programme: Programme) -> Programme:
    (block,) = programme.block
    window = msgspec.structs.replace(block.window, mode="pieces")
    return msgspec.structs.replace(
        programme, block=(msgspec.structs.replace(block, window=window),)
    )


def test_a_programme_may_count_the_pieces_of_the_window_instead():
    programme = in_pieces_mode(FIRST)
    claim, one = a_claim(2), [bought(date(2020, 2, 6), 1)]
    today = date(2020, 2, 8)
    assert assess(programme, claim, today=today, history=one, pieces=wanted(1)).allowed
    verdict = assess(programme, claim, today=today, history=one, pieces=wanted(2))
    assert told(verdict) == (("OVER_LIMIT",), None, 1)
    two = [*one, bought(date(2020, 2, 8), 1)]
    # The first piece leaves the window on the 13th; on that Thursday one may be bought again.
    assert told(assess(programme, claim, today=date(2020, 2, 9), history=two)) == (
        ("WITHIN_WINDOW",),
        date(2020, 2, 13),
        0,
    )


def test_pieces_of_each_size_count_towards_their_own_limit_too():
    programme = in_pieces_mode(MASKS.pinned_to(date(2020, 3, 5)))
    child, today = a_claim(2, born=CHILD), date(2020, 3, 6)
    history = [bought(date(2020, 3, 5), 2, 1)]
    allowance = assess(programme, child, today=today, history=history).allowance
    assert (allowance.total, dict(allowance.pieces)) == (2, {"adult_mask": 1, "child_mask": 2})


def test_on_a_wrong_weekday_quantities_are_judged_by_what_the_window_leaves():
    programme = in_pieces_mode(FIRST)
    history = [bought(date(2020, 2, 6), 1)]
    verdict = assess(programme, a_claim(2), today=MONDAY, history=history, pieces=wanted(2))
    assert told(verdict) == (("WRONG_WEEKDAY", "OVER_LIMIT"), TUESDAY, 0)


# --- the shape of every answer -------------------------------------------------------------------


def test_every_reason_is_published_in_its_order():
    published = (
        "ID_FORMAT ID_CHECKSUM BIRTH_DATE_INVALID NOT_IN_FORCE FUTURE_PURCHASE WRONG_WEEKDAY"
        " PARITY_UNDETERMINED WITHIN_WINDOW CHILD_MASK_AGE OVER_LIMIT QTY_ZERO QTY_INVALID"
    )
    assert " ".join(CHECK_REASONS + PURCHASE_REASONS) == published


# --- properties over random programmes and histories ---------------------------------------------

ONE_DAY = timedelta(days=1)
START = date(2020, 1, 1)
some_days = st.integers(0, 90).map(lambda n: START + timedelta(days=n))
numbers = st.sampled_from([a_number(digit) for digit in range(10)] + ["1234567X"])


@st.composite
def groups(draw: st.DrawFn) -> tuple[Group, ...]:
    def one(name: str, cut: date | None) -> Group:
        adult, child = draw(st.integers(1, 4)), draw(st.integers(0, 4))
        limits = {"adult_mask": adult} | ({"child_mask": child} if child else {})
        total = draw(st.integers(max(limits.values()), sum(limits.values())))
        return Group(name, limits, total, draw(st.sampled_from(["odd_even", "any"])), cut)

    young = [one("child", date(2008, 1, 1))] if draw(st.booleans()) else []
    return (*young, one("adult", None))


@st.composite
def windows(draw: st.DrawFn, effective: date, mode: str | None) -> Window:
    mode = mode or draw(st.sampled_from(["once", "pieces"]))
    if draw(st.integers(0, 3)):
        return Window("rolling", mode, days=draw(st.integers(1, 15)))
    return Window("round", mode, since=effective - timedelta(days=draw(st.integers(0, 20))))


@st.composite
def programmes(draw: st.DrawFn, mode: str | None = None) -> Programme:
    days = sorted(draw(st.sets(some_days, min_size=1, max_size=4)))
    blocks = tuple(
        Block(
            effective=day,
            source="made up",
            window=draw(windows(day, mode)),
            group=draw(groups()),
            price_ntd={"adult_mask": 5, "child_mask": 5},
            daily_supply={"adult_mask": 1, "child_mask": 1},
        )
        for day in days
    )
    name = Text("x", "x")
    products = tuple(Product(id_, name, name) for id_ in ("adult_mask", "child_mask"))
    return Programme("p", name, products, Levels(plenty=3, some=2, few=1), blocks)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    return Claim("04", draw(numbers), draw(st.sampled_from([ADULT, CHILD])))


def histories(until: date) -> st.SearchStrategy[list[Purchase]]:
    day = st.integers(0, 40).map(lambda n: until - timedelta(days=n))
    purchase = st.builds(bought, day, st.integers(0, 4), st.integers(0, 4), void=st.booleans())
    return st.lists(purchase, max_size=5)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Programme, Claim, date, list[Purchase]]:
    programme = draw(programmes())
    today = programme.block[0].effective + timedelta(days=draw(st.integers(0, 60)))
    return programme, draw(claims()), today, draw(histories(today))


def days_after(day: date, count: int) -> Iterator[date]:
    return (day + timedelta(days=n) for n in range(1, count + 1))


@settings(max_examples=150)
@given(situations())
def test_the_next_date_is_the_first_day_on_which_the_check_passes(situation):
    programme, claim, today, history = situation
    verdict = assess(programme, claim, today=today, history=history)
    assert verdict.stage == ("purchase" if verdict.allowed else "audit")
    if verdict.allowed:
        assert verdict.next_date is None
        return

    def passes(day: date) -> bool:
        return assess(programme, claim, today=day, history=history).allowed

    first = next((day for day in days_after(today, 150) if passes(day)), None)
    assert verdict.next_date == first


@settings(max_examples=80)
@given(situations(), st.randoms(use_true_random=False))
def test_neither_the_order_of_the_history_nor_voided_sales_change_a_verdict(situation, random_):
    programme, claim, today, history = situation
    verdict = assess(programme, claim, today=today, history=history)
    counted = [purchase for purchase in history if not purchase.void]
    random_.shuffle(counted)
    noise = [bought(today + timedelta(days=n), 9, 9, void=True) for n in range(-1, 2)]
    assert assess(programme, claim, today=today, history=[*noise, *counted]) == verdict


def daily_buyer(
    programme: Programme, claim: Claim, start: date, wishes: list[tuple[int, int]]
) -> list[Purchase]:
    """Let somebody try every day; return what he got."""
    history: list[Purchase] = []
    for offset, wish in enumerate(wishes):
        day = start + timedelta(days=offset)
        verdict = assess(programme, claim, today=day, history=history, pieces=wanted(*wish))
        if verdict.allowed:
            history.append(bought(day, *wish))
    return history


wishes_of_45_days = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 3)), min_size=45, max_size=45
)


@settings(max_examples=40)
@given(programmes(mode="once"), claims(), wishes_of_45_days)
def test_two_purchases_are_never_closer_than_the_window(programme, claim, wishes):
    got = daily_buyer(programme, claim, programme.block[0].effective, wishes)
    for earlier, later in pairwise(got):
        assert not programme.block_on(later.day).window.holds(earlier.day, later.day)
        days = programme.block_on(later.day).window.days
        assert days is None or (later.day - earlier.day).days >= days


@settings(max_examples=40)
@given(programmes(), claims(), wishes_of_45_days)
def test_nobody_ever_gets_more_than_the_quota_of_the_window(programme, claim, wishes):
    got = daily_buyer(programme, claim, programme.block[0].effective, wishes)
    for place, purchase in enumerate(got):
        block = programme.block_on(purchase.day)
        group = block.group_of(claim.born)
        counted = [one for one in got[: place + 1] if block.window.holds(one.day, purchase.day)]
        earlier = counted[:-1]
        before = sum(sum(one.pieces.values()) for one in earlier)
        assert sum(purchase.pieces.values()) <= max(0, group.total - before)
        for product, count in purchase.pieces.items():
            taken = sum(one.pieces[product] for one in earlier)
            assert count == 0 or count <= group.limits[product] - taken
        tail = claim.number[-1]
        digit = int(tail) if tail.isdigit() else None
        assert weekday_reason(group, digit, purchase.day) is None


@settings(max_examples=80)
@given(situations(), st.integers(-1, 9), st.integers(-1, 9))
def test_a_purchase_is_allowed_exactly_within_what_the_check_allowed(situation, adult, child):
    programme, claim, today, history = situation
    check = assess(programme, claim, today=today, history=history)
    verdict = assess(programme, claim, today=today, history=history, pieces=wanted(adult, child))
    fits = (
        adult >= 0
        and child >= 0
        and 0 < adult + child <= check.allowance.total
        and adult <= check.allowance.pieces.get("adult_mask", 0)
        and child <= check.allowance.pieces.get("child_mask", 0)
    )
    assert verdict.allowed == (check.allowed and fits)
    assert verdict.reasons[: len(check.reasons)] == check.reasons
    assert verdict.allowance == check.allowance
    assert verdict.next_date == check.next_date
