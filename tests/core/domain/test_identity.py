import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.identity import (
    IDENTITY_TYPES,
    LETTER_VALUES,
    checksum_holds,
    last_digit,
    normalise_number,
    number_fault,
    number_is_verified,
)

# The published table, as text; the code builds its own from the order of the letters.
PUBLISHED = """A10 B11 C12 D13 E14 F15 G16 H17 I34 J18 K19 L20 M21 N22 O35 P23 Q24 R25 S26 T27 U28
               V29 W32 X30 Y31 Z33"""
TABLE = {pair[0]: pair[1:] for pair in PUBLISHED.split()}


def check_digit(first_nine: str) -> str:
    """Compute the check digit the textbook way: spell the letters out, weigh eleven digits."""
    digits = TABLE[first_nine[0]]
    digits += TABLE[first_nine[1]][1] if first_nine[1].isalpha() else first_nine[1]
    digits += first_nine[2:]
    weights = (1, *range(9, 0, -1))
    weighed = sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))
    return str(-weighed % 10)


def with_check_digit(first_nine: str) -> str:
    return first_nine + check_digit(first_nine)


letters = st.sampled_from(sorted(TABLE))
seven_digits = st.from_regex(r"[0-9]{7}", fullmatch=True)
seconds = st.sampled_from(list("1289ABCD"))
first_nines = st.builds(lambda a, b, c: a + b + c, letters, seconds, seven_digits)


def test_the_letters_have_their_published_values():
    assert {letter: str(value) for letter, value in LETTER_VALUES.items()} == TABLE


@pytest.mark.parametrize("number", ["A123456789", "A100000289", "B100000084", "AC00000085"])
def test_known_numbers_carry_their_check_digit(number):
    assert checksum_holds(number)


@given(first_nines)
def test_the_checksum_agrees_with_another_way_of_computing_it(first_nine):
    right = check_digit(first_nine)
    for digit in "0123456789":
        assert checksum_holds(first_nine + digit) == (digit == right)


@given(first_nines, st.integers(2, 8), st.integers(1, 9))
def test_one_wrong_digit_is_noticed_unless_its_weight_hides_it(first_nine, place, shift):
    number = with_check_digit(first_nine)
    wrong = str((int(number[place]) + shift) % 10)
    changed = number[:place] + wrong + number[place + 1 :]
    assert checksum_holds(changed) == (shift * (9 - place) % 10 == 0)


@pytest.mark.parametrize("identity_type", ["01", "02"])
@pytest.mark.parametrize("first_nine", ["A10000028", "Z29999999", "AC0000008", "F81234567"])
def test_an_nhi_card_bears_a_national_id_or_a_unified_number(identity_type, first_nine):
    number = with_check_digit(first_nine)
    wrong = first_nine + str((int(number[-1]) + 1) % 10)
    assert number_fault(identity_type, number) is None
    assert number_fault(identity_type, wrong) == "ID_CHECKSUM"


def test_a_residence_permit_bears_a_unified_number_only():
    assert number_fault("03", with_check_digit("AC0000008")) is None
    assert number_fault("03", with_check_digit("A80000000")) is None
    assert number_fault("03", with_check_digit("A90000000")) is None
    assert number_fault("03", "A123456789") == "ID_FORMAT"
    assert number_fault("03", "AE00000085") == "ID_FORMAT"
    assert number_fault("03", "ABCD1234") == "ID_FORMAT"


@pytest.mark.parametrize("second", list("ABCD89"))
def test_every_second_character_of_a_unified_number_is_accepted_with_its_checksum(second):
    number = with_check_digit(f"T{second}1234567")
    for identity_type in ("01", "02", "03", "04"):
        assert number_fault(identity_type, number) is None


@pytest.mark.parametrize("number", ["12345678", "ABCDEFGH", "A1B2C3D4E5F6", "123456789012"])
def test_an_entry_permit_number_has_no_checksum_and_is_recorded_as_unverified(number):
    assert number_fault("04", number) is None
    assert not number_is_verified(number)


@pytest.mark.parametrize("number", ["1234567", "1234567890123", "", "1234-5678", "ＡＢＣ字1234"])
def test_an_entry_permit_number_has_8_to_12_letters_and_digits(number):
    assert number_fault("04", number) == "ID_FORMAT"


def test_an_entry_permit_of_the_shape_of_a_unified_number_must_pass_the_checksum():
    number = with_check_digit("AC0000008")
    assert number_fault("04", number) is None
    assert number_is_verified(number)
    assert number_fault("04", number[:-1] + str((int(number[-1]) + 1) % 10)) == "ID_CHECKSUM"


def test_a_permit_number_that_only_looks_like_a_national_id_is_not_called_verified():
    assert number_fault("04", "A123456780") is None
    assert not number_is_verified("A123456780")
    assert number_is_verified("A123456789")


@pytest.mark.parametrize(
    "number",
    [
        "",
        "1123456789",
        "A323456789",
        "A12345678",
        "A1234567890",
        "A12345678X",
        "AB1234567",
        "甲123456789",
    ],
)
def test_an_nhi_card_number_of_another_shape_is_a_fault_of_form(number):
    assert number_fault("01", number) == number_fault("02", number) == "ID_FORMAT"


@pytest.mark.parametrize("identity_type", ["", "1", "00", "05", "1 ", "NHI", "０１"])
def test_an_identity_type_that_is_not_on_the_menu_is_a_fault_of_form(identity_type):
    assert number_fault(identity_type, "A123456789") == "ID_FORMAT"


def test_the_menu_has_the_four_official_lines():
    assert [row.label for row in IDENTITY_TYPES.values()] == [
        "01-健保卡",
        "02-健保卡(卡片異常請輸入ID)",
        "03-居留證",
        "04-入出境許可證",
    ]
    assert [code for code, row in IDENTITY_TYPES.items() if row.read_from_card] == ["01"]


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        (" a123456789\t", "A123456789"),
        ("Ａ１２３４５６７８９", "A123456789"),
        ("ａｃ００００００８５", "AC00000085"),
        ("\u3000A123456789\u3000", "A123456789"),
        ("A12345 6789", "A12345 6789"),
        ("ß１", "ß1"),
    ],
)
def test_a_number_is_trimmed_narrowed_and_raised(typed, normal):
    assert normalise_number(typed) == normal


@given(st.text())
def test_normalising_twice_changes_nothing_more(text):
    once = normalise_number(text)
    assert normalise_number(once) == once


@given(st.from_regex(r"[A-Z0-9]{8,12}", fullmatch=True))
def test_every_way_of_typing_a_number_is_the_same_number(number):
    wide = "".join(chr(ord(letter) + 0xFEE0) for letter in number)
    spellings = (number.lower(), wide, wide.lower(), f"  {number}\n")
    assert {normalise_number(text) for text in spellings} == {number}


@pytest.mark.parametrize(
    ("number", "digit"),
    [
        ("A123456789", 9),
        ("A123456780", 0),
        ("ABCDEFGH", None),
        ("", None),
        ("A1²", None),
        ("A٣", None),
    ],
)
def test_the_last_digit_is_an_ascii_digit_or_none(number, digit):
    assert last_digit(number) == digit


@given(st.text(max_size=14), st.sampled_from(["01", "02", "03", "04", "05"]))
def test_no_text_whatever_makes_the_check_fail_otherwise_than_with_a_code(text, identity_type):
    number = normalise_number(text)
    assert number_fault(identity_type, number) in {None, "ID_FORMAT", "ID_CHECKSUM"}
    assert number_is_verified(number) in {True, False}


def test_the_alphabet_of_the_table_is_the_whole_alphabet():
    assert re.fullmatch(r"[A-Z]{26}", "".join(sorted(TABLE)))
