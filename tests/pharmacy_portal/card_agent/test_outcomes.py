"""Each number of the PC/SC service becomes one code that a page has words for."""

from __future__ import annotations

import pytest

from pharmacy_portal.card_agent.outcomes import (
    HTTP_STATUS,
    CardFault,
    Outcome,
    fault_of,
    outcome_of,
)

NUMBERS = {
    0x8010001D: Outcome.NO_SERVICE,
    0x80100013: Outcome.NO_SERVICE,
    0x8010006A: Outcome.NO_SERVICE,
    0x80100003: Outcome.NO_SERVICE,
    0x8010001E: Outcome.NO_READER,
    0x8010002E: Outcome.NO_READER,
    0x80100009: Outcome.READER_GONE,
    0x80100017: Outcome.READER_GONE,
    0x8010000C: Outcome.NO_CARD,
    0x80100069: Outcome.CARD_REMOVED,
    0x80100066: Outcome.CARD_MUTE,
    0x80100067: Outcome.CARD_MUTE,
    0x8010000F: Outcome.CARD_MUTE,
    0x8010000B: Outcome.CARD_BUSY,
    0x80100068: Outcome.CARD_BUSY,
    0x80100016: Outcome.CARD_FAULT,
    0x8010000A: Outcome.TIMEOUT,
    0x80109999: Outcome.CARD_FAULT,
}


@pytest.mark.parametrize(("number", "outcome"), NUMBERS.items(), ids=str)
def test_a_number_has_its_code_whichever_sign_it_comes_with(number: int, outcome: Outcome) -> None:
    assert outcome_of(number, "linux") is outcome
    assert outcome_of(number - 2**32, "linux") is outcome


def test_on_windows_a_missing_service_is_a_missing_reader() -> None:
    """It stops the service when the last reader is unplugged; nobody can tell the two apart."""
    assert outcome_of(0x8010001D, "win32") is Outcome.NO_READER
    assert outcome_of(0x8010001E, "win32") is Outcome.NO_READER
    assert outcome_of(0x8010000C, "win32") is Outcome.NO_CARD


def test_every_code_has_an_http_status_of_a_failure() -> None:
    assert set(HTTP_STATUS) == set(Outcome)
    assert all(400 <= status < 600 for status in HTTP_STATUS.values())


def test_the_answer_names_the_code_and_the_number() -> None:
    assert fault_of(0x8010000C - 2**32).as_json() == {"error": "no_card", "detail": "0x8010000c"}
    assert fault_of(0x8010000C).http_status == 409


def test_success_with_rubbish_has_no_number_worth_showing() -> None:
    assert CardFault(Outcome.CARD_FAULT, hresult=0).as_json() == {"error": "card_fault"}
