"""What cards and agents sign."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from core.domain.statements import (
    agent_id_of,
    enrolment_statement,
    login_statement,
    reading_statement,
)

ORIGIN = "https://portal.example"


def test_a_login_statement_is_four_lines_without_a_final_line_break() -> None:
    assert (
        login_statement(ORIGIN, "abc", "0f") == b"maskmap login v1\nhttps://portal.example\nabc\n0f"
    )


def test_an_enrolment_statement_names_the_certificate_and_the_key() -> None:
    text = enrolment_statement(ORIGIN, "abc", "0f", "1e")
    assert text == b"maskmap agent v1\nhttps://portal.example\nabc\n0f\n1e"


def test_a_reading_statement_binds_the_nonce_the_agent_the_reader_and_the_person() -> None:
    text = reading_statement(
        ORIGIN, "n", "a" * 32, "Reader 甲 00", "2020-02-06T09:00:00+08:00", "ff", "A123456789",
        date(1986, 3, 14),
    )  # fmt: skip
    assert text.decode().split("\n") == [
        "maskmap reading v1",
        ORIGIN,
        "n",
        "a" * 32,
        "Reader 甲 00",
        "2020-02-06T09:00:00+08:00",
        "ff",
        "A123456789",
        "1986-03-14",
    ]


@pytest.mark.parametrize("broken", ["a\nb", "a\rb"])
def test_a_line_break_inside_a_line_is_refused(broken: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        login_statement(ORIGIN, broken, "0f")


def test_an_agent_is_named_by_its_key() -> None:
    key = bytes(range(32))
    assert agent_id_of(key) == hashlib.sha256(key).hexdigest()[:32]
