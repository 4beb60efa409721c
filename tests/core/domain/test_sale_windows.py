"""Sale windows: one canonical text, read back as it was written; free text is no window."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.calendar import TAIPEI
from core.domain.sale_windows import (
    MINUTES_A_DAY,
    SaleWindow,
    format_windows,
    parse_windows,
    windows_in_words,
)

MONDAY = datetime(2020, 2, 3, tzinfo=TAIPEI)


@st.composite
def a_window(draw: st.DrawFn) -> SaleWindow:
    start = draw(st.integers(0, MINUTES_A_DAY - 1))
    return SaleWindow(
        days=draw(st.frozensets(st.integers(0, 6), min_size=1)),
        start=start,
        end=draw(st.integers(start + 1, MINUTES_A_DAY)),
        pieces=draw(st.none() | st.integers(0, 999_999)),
    )


@given(st.lists(a_window(), max_size=6).map(tuple))
def test_what_is_written_is_read_back(windows):
    text = format_windows(windows)
    assert parse_windows(text) == windows
    assert format_windows(parse_windows(text)) == text


@given(st.text(max_size=80))
def test_any_text_is_read_without_fault_and_what_is_read_can_be_written(text):
    windows = parse_windows(text)
    assert parse_windows(format_windows(windows)) == windows


@given(a_window(), st.integers(0, 7 * MINUTES_A_DAY - 1))
def test_a_window_holds_its_first_minute_and_not_its_end(window, minute):
    moment = MONDAY + timedelta(minutes=minute)
    day, within = divmod(minute, MINUTES_A_DAY)
    assert window.holds(moment) == (day in window.days and window.start <= within < window.end)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("一至五 09:00-11:00 50片; 六 10:00-12:00", "一至五 09:00-11:00 50片; 六 10:00-12:00"),
        (
            "週一至週五 ０９:００～１１:００ 50 片；星期六10:00-12:00",
            "一至五 09:00-11:00 50片; 六 10:00-12:00",
        ),
        ("每天 8:30-9:00", "每日 08:30-09:00"),
        ("一、二、三 09:00-10:00", "一至三 09:00-10:00"),
        ("一、三、五 09:00 - 10:00", "一、三、五 09:00-10:00"),
        ("禮拜天 20:00-24:00", "日 20:00-24:00"),
    ],
)
def test_near_misses_become_canonical(written, canonical):
    assert format_windows(parse_windows(written)) == canonical


@pytest.mark.parametrize(
    "text",
    [
        *("", "0800 50片 1500 100片", "早上九點", "一至五 11:00-09:00", "一至五 09:60-11:00"),
        *("八 09:00-10:00", "五至一 09:00-10:00", "一 24:30-25:00", "一 09:00-10:00; 看門口"),
        *("一" * 600, "<b>一</b> 09:00-10:00", "一 09:00-09:00"),
    ],
)
def test_free_text_is_no_window(text):
    assert parse_windows(text) == ()


def test_windows_are_told_in_both_languages():
    words = windows_in_words(
        parse_windows("一至五 09:00-11:00 50片; 日 10:00-12:00; 每日 20:00-21:00")
    )
    assert words.zh == "週一至五 09:00–11:00 50片；週日 10:00–12:00；每日 20:00–21:00"
    assert words.en == "Mon–Fri 09:00–11:00, 50 pieces; Sun 10:00–12:00; daily 20:00–21:00"
