"""What the 57 bytes of an NHI card mean, and everything that they may not be."""

from __future__ import annotations

import hashlib
import traceback
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pharmacy_portal.card_agent.nhi import (
    READ_BASIC_RECORD,
    SELECT,
    NhiRecord,
    decode_name,
    parse_record,
    read_record,
    roc_day,
)
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome
from tests.pcsc.cards import CHEN, WANG, NhiCard

GOOD = WANG.record()


def outcome_of(record: bytes) -> str:
    try:
        parse_record(record)
    except CardFault as fault:
        return fault.outcome.value
    return "read"


def test_the_record_is_read_field_by_field() -> None:
    assert parse_record(GOOD) == NhiRecord(
        card_number="000000000018",
        name="王小明",
        id_number="A123456789",
        born=date(1986, 3, 14),
        sex="M",
        issued=date(2019, 12, 1),
        sha256=hashlib.sha256(GOOD).hexdigest(),
    )


def test_the_commands_are_the_two_that_every_reader_of_the_card_sends() -> None:
    assert SELECT.hex() == "00a4040010d1580000010000000000000000001100"
    assert READ_BASIC_RECORD.hex() == "00ca1100020000"


@pytest.mark.parametrize("length", [n for n in range(1, 61) if n != 57])
def test_a_record_of_another_length_is_refused(length: int) -> None:
    assert outcome_of((GOOD + GOOD)[:length]) == "bad_data"


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (0, b" "),
        (11, b"X"),
        (32, b"1"),
        (32, b"a"),
        (33, b"3"),
        (33, b"E"),
        (41, b"\0"),
        (42, b" "),
        (49, b"X"),
        (49, b"\0"),
        (50, b"\xff"),
    ],
)
def test_one_wrong_byte_is_refused(at: int, wrong: bytes) -> None:
    assert outcome_of(GOOD[:at] + wrong + GOOD[at + 1 :]) == "bad_data"


@pytest.mark.parametrize("number", ["A123456789", "A800000014", "AB12345678", "F131104093"])
def test_national_and_both_kinds_of_resident_numbers_pass(number: str) -> None:
    record = GOOD[:32] + number.encode() + GOOD[42:]
    assert parse_record(record).id_number == number


DAYS = {
    b"0010101": date(1912, 1, 1),
    b"0750314": date(1986, 3, 14),
    b"0991231": date(2010, 12, 31),
    b"1000101": date(2011, 1, 1),
    b"1090229": date(2020, 2, 29),
    b"0890229": date(2000, 2, 29),
    b"1151231": date(2026, 12, 31),
}
NO_DAYS = [
    b"0000101",
    b"1080229",
    b"1091301",
    b"1090132",
    b"1090100",
    b"109010",
    b"10901011",
    b"109 101",
    b"-090101",
    "１０９０１０１".encode(),
    b"\xb2090101",
    b"",
]


@pytest.mark.parametrize(("field", "day"), DAYS.items())
def test_days_of_the_republic(field: bytes, day: date) -> None:
    assert roc_day(field) == day


@pytest.mark.parametrize("field", NO_DAYS)
def test_days_that_no_calendar_has(field: bytes) -> None:
    with pytest.raises(CardFault) as fault:
        roc_day(field)
    assert fault.value.outcome is Outcome.BAD_DATA


NAMES = {
    "王小明".encode("big5"): "王小明",
    # Only the Hong Kong extension has these, though they stand in people's names.
    bytes.fromhex("a4fdfb69"): "王堃",
    bytes.fromhex("a4fdfb46"): "王喆",
    # Microsoft's additions, which plain Big5 lacks.
    "王碁".encode("cp950"): "王碁",
    "陳恒".encode("cp950"): "陳恒",
    # Characters that Taiwanese systems define for themselves: shown as a gap.
    "王".encode("big5") + b"\x81\x40" + "明".encode("big5"): "王\ufffd明",
    b"\xfa": "\ufffd",
    b"": "",
    b"WANG, XIAO MING": "WANG, XIAO MING",
    "王小明".encode("big5") + b"\xa1\x40\xa1\x40": "王小明",
    b"A\x07B\x1b": "A\ufffdB\ufffd",
}


@pytest.mark.parametrize(("raw", "name"), NAMES.items(), ids=lambda value: repr(value))
def test_a_name_is_shown_as_well_as_can_be(raw: bytes, name: str) -> None:
    assert decode_name(raw.ljust(20, b"\0")) == name


def test_what_follows_the_first_nul_is_not_part_of_the_name() -> None:
    assert decode_name(b"AB\0CD".ljust(20, b"\0")) == "AB"


def test_no_fault_says_what_was_on_the_card() -> None:
    for at in range(57):
        record = GOOD[:at] + b"\xff" + GOOD[at + 1 :]
        try:
            parse_record(record)
        except CardFault as fault:
            said = "".join(traceback.format_exception(fault)) + repr(fault) + str(fault.as_json())
            assert "A12345678" not in said
            assert "075031" not in said
            assert fault.__cause__ is None


def test_a_record_shows_nothing_of_itself_in_a_log() -> None:
    assert "A123456789" not in repr(parse_record(GOOD))
    assert "王" not in str(parse_record(GOOD))


def test_a_card_that_refuses_the_selection_is_another_card() -> None:
    with pytest.raises(CardFault) as fault:
        read_record(lambda command: b"\x6a\x82")
    assert fault.value.as_json() == {"error": "not_nhi_card", "detail": "0x6a82"}


def test_a_card_that_will_not_tell_its_record_has_bad_data() -> None:
    with pytest.raises(CardFault) as fault:
        read_record(lambda command: b"\x90\x00" if command == SELECT else b"\x69\x82")
    assert fault.value.as_json() == {"error": "bad_data", "detail": "0x6982"}


def test_the_virtual_card_is_read_as_the_real_one_would_be() -> None:
    assert read_record(NhiCard(CHEN).answer).born == date(2012, 5, 20)  # type: ignore[arg-type]


@given(st.binary(max_size=80))
def test_garbage_raises_nothing_but_a_card_fault(record: bytes) -> None:
    assert outcome_of(record) in ("bad_data", "read")


@given(st.integers(0, 56), st.binary(min_size=1, max_size=20))
def test_garbage_in_a_good_record_raises_nothing_but_a_card_fault(at: int, wrong: bytes) -> None:
    assert outcome_of((GOOD[:at] + wrong + GOOD[at + len(wrong) :])[:57]) in ("bad_data", "read")


@given(st.lists(st.binary(max_size=70), min_size=30, max_size=30))
def test_a_card_gone_mad_raises_nothing_but_a_card_fault(answers: list[bytes]) -> None:
    with pytest.raises(CardFault):
        read_record(lambda command: answers.pop())


@given(st.binary(max_size=20))
def test_any_bytes_have_a_name_without_control_characters(raw: bytes) -> None:
    assert decode_name(raw).isprintable() or "\u3000" in decode_name(raw)
