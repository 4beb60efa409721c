from __future__ import annotations

import json
import logging

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.log import REMOVED, configure_logging, get_logger, request_id, scrub, scrub_text

# Valid by their checksums, and nobody's.
NUMBERS = ("A123456789", "a123456789", "A800000014", "AB12345677", "000012345678")


@pytest.mark.parametrize("number", NUMBERS)
def test_an_identity_number_is_removed_wherever_it_stands(number):
    for text in (number, f"no sale to {number}.", f'{{"id":"{number}"}}', f"/x?id={number}&a=1"):
        assert number not in scrub_text(text)
    assert number not in repr(scrub({"deep": [{"er": (f"-{number}-",)}], number: 1}))


@pytest.mark.parametrize("key", ["birth_date", "birthday", "id_number", "person_key", "生日"])
def test_a_personal_key_loses_its_value_whatever_it_looks_like(key):
    assert scrub({key: "19610203"}) == {key: REMOVED}


def test_a_birth_date_named_inside_a_text_is_removed():
    for text in ('{"birth_date": "1961-02-03"}', "birth_date=19610203&x=1", "birth_date='500203'"):
        assert "0203" not in scrub_text(text)
        assert "02-03" not in scrub_text(text)


@pytest.mark.parametrize(
    "text",
    ["5901012345", "590101A345", "2020/02/06 10:00:00", "0000000123/manifest.json", "persons=5"],
)
def test_outlet_codes_and_times_stay(text):
    assert scrub_text(text) == text


@given(st.text(), st.sampled_from(NUMBERS), st.text())
def test_no_surrounding_text_saves_a_number_that_stands_alone(before, number, after):
    assert number not in scrub_text(f"{before} {number} {after}")


def test_a_line_is_json_with_the_requests_id_and_no_person(capsys):
    configure_logging("info", program="portal")
    token = request_id.set("r-1")
    get_logger("tests").info("refused", id_number="A123456789", note="A123456789 came", outlet="1")
    request_id.reset(token)
    line = json.loads(capsys.readouterr().err)
    assert line["event"] == "refused"
    assert line["request_id"] == "r-1"
    assert line["program"] == "portal"
    assert line["level"] == "info"
    assert line["outlet"] == "1"
    assert "A123456789" not in json.dumps(line)


def test_an_exceptions_text_and_a_librarys_line_are_scrubbed_too(capsys):
    configure_logging("info")
    try:
        raise ValueError("cannot read A123456789")
    except ValueError:
        logging.getLogger("some.library").exception("failed for %s", "B123456780")
    written = capsys.readouterr().err
    assert "some.library" in written and "ValueError" in written
    assert "A123456789" not in written
    assert "B123456780" not in written


def test_lines_below_the_level_are_not_written(capsys):
    configure_logging("warning")
    get_logger("tests").info("quiet")
    assert capsys.readouterr().err == ""
