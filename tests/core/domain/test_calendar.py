from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.calendar import (
    TAIPEI,
    parse_birth_date,
    parse_gregorian_day,
    rfc3339,
    roc_date,
    roc_minute,
    source_time,
    taipei_day,
)


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2020-02-08T15:59:59+00:00", date(2020, 2, 8)),
        ("2020-02-08T16:00:00+00:00", date(2020, 2, 9)),
        ("2020-02-09T00:00:00+08:00", date(2020, 2, 9)),
        ("2020-02-08T23:59:59.999999+08:00", date(2020, 2, 8)),
        ("2020-02-28T11:00:00-05:00", date(2020, 2, 29)),
        ("2020-02-29T16:00:00Z", date(2020, 3, 1)),
    ],
)
def test_the_business_day_turns_at_midnight_in_taipei(instant, day):
    assert taipei_day(datetime.fromisoformat(instant)) == day


def test_a_time_without_an_offset_has_no_business_day():
    with pytest.raises(ValueError, match="without an offset"):
        taipei_day(datetime(2020, 2, 6, 10))


def test_days_and_minutes_are_spelt_as_the_counter_does():
    assert roc_date(date(2020, 2, 6)) == "109/02/06"
    assert roc_date(date(1975, 3, 14)) == "064/03/14"
    assert roc_minute(datetime(2020, 2, 4, 8, 26, tzinfo=UTC)) == "109/02/04 16:26"


def test_instants_are_spelt_in_taipei_time_whatever_their_offset():
    instant = datetime(2020, 2, 6, 0, 50, 1, 999999, tzinfo=UTC)
    assert source_time(instant) == "2020/02/06 08:50:01"
    assert rfc3339(instant) == "2020-02-06T08:50:01+08:00"
    assert rfc3339(instant.astimezone(timezone(timedelta(hours=-5)))) == rfc3339(instant)


@pytest.mark.parametrize(
    "text",
    ["1986-03-14", "19860314", "0750314", "075/03/14", "75/3/14", " 19860314 ", "１９８６０３１４"],
)
def test_a_birth_date_may_be_written_in_gregorian_or_roc_years(text):
    assert parse_birth_date(text) == date(1986, 3, 14)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20200231",
        "1990-02-29",
        "2020-13-01",
        "20201301",
        "20200100",
        "0000101",
        "000/01/01",
        "0/1/1",
        "1986/03/14",
        "86-03-14",
        "1986314",
        "8603140",
        "14.3.1986",
        "一九八六",
        "00000101",
    ],
)
def test_what_is_no_day_of_the_calendar_is_no_birth_date(text):
    assert parse_birth_date(text) is None


def test_the_leap_day_exists_in_leap_years_only():
    assert parse_birth_date("097/02/29") == date(2008, 2, 29)
    assert parse_birth_date("098/02/29") is None
    assert parse_gregorian_day("20080229") == date(2008, 2, 29)
    assert parse_gregorian_day("20090229") is None


@pytest.mark.parametrize(
    "text", ["1986-03-14", "0750314", "075/03/14", "１９８６０３１４", "x", ""]
)
def test_the_machine_form_is_eight_digits_and_nothing_else(text):
    assert parse_gregorian_day(text) is None


@given(st.dates(min_value=date(1912, 1, 1), max_value=date(2910, 12, 31)))
def test_every_spelling_of_a_day_reads_back_as_that_day(day):
    roc = day.year - 1911
    for text in (f"{day:%Y-%m-%d}", f"{day:%Y%m%d}", roc_date(day), roc_date(day).replace("/", "")):
        assert parse_birth_date(text) == day
    assert parse_birth_date(f"{roc}/{day.month}/{day.day}") == day


@given(st.datetimes(min_value=datetime(1950, 1, 1), timezones=st.just(TAIPEI)))
def test_what_is_written_for_machines_names_the_same_second(instant):
    assert datetime.fromisoformat(rfc3339(instant)) == instant.replace(microsecond=0)
