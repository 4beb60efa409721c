"""What an outlet says, judged at any instant."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from msgspec.structs import replace

from core.domain.calendar import TAIPEI, taipei_day
from core.domain.outlet_says import (
    OWN_WORDS,
    PAUSE_REASONS,
    OutletSays,
    Tickets,
    availability_at,
    next_turn,
    note_of,
    reason_in_words,
    reason_text,
    tickets_in_words,
    turns,
)
from core.domain.stops import Stop
from core.domain.text import Text
from tests.builders import PHARMACY, an_outlet

NOON = datetime(2020, 2, 6, 12, 0, tzinfo=TAIPEI)
MIDNIGHT = datetime(2020, 2, 7, tzinfo=TAIPEI)
SECOND = timedelta(seconds=1)

INSTANTS = st.integers(-3 * 86_400, 3 * 86_400).map(lambda s: NOON + timedelta(seconds=s))
MAYBE = st.none() | INSTANTS
SAYS = st.builds(
    OutletSays,
    outlet=st.just(PHARMACY),
    tickets=st.builds(Tickets, gone_at=MAYBE),
    sold_out_at=MAYBE,
    paused_at=MAYBE,
    pause_reason=st.sampled_from(sorted(PAUSE_REASONS)),
    pause_until=MAYBE,
    phone_hidden=st.booleans(),
)
DAYS = st.none() | st.dates(date(2020, 2, 3), date(2020, 2, 9))
OUTLETS = st.builds(
    lambda status, until: an_outlet(status=status, status_until=until),
    st.sampled_from(["active", "paused", "withdrawn"]),
    DAYS,
)
STOPS = st.lists(
    st.builds(
        Stop,
        st.just("s1"),
        st.just("outlet"),
        st.just(PHARMACY),
        st.just(Text("停售", "Stopped")),
        MAYBE,
        st.just(NOON - timedelta(days=4)),
    ),
    max_size=2,
)


def says(**fields) -> OutletSays:
    return OutletSays(outlet=PHARMACY, **fields)


@given(OUTLETS, SAYS, STOPS, INSTANTS)
def test_between_two_turns_nothing_changes_by_time_alone(outlet, said, stops, at):
    begun = (said.sold_out_at, said.tickets.gone_at, said.paused_at)
    assume(all(instant is None or instant <= at for instant in begun))  # nothing is said ahead
    following = next_turn(outlet, said, stops, at)
    later = following - SECOND if following else at + timedelta(days=30)
    assert availability_at(outlet, said, stops, at) == availability_at(outlet, said, stops, later)


@given(OUTLETS, SAYS, STOPS, INSTANTS)
def test_what_ends_says_when_and_is_over_then(outlet, said, stops, at):
    judged = availability_at(outlet, said, stops, at)
    if judged.until is not None:
        assert judged.until > at
        assert judged.until in turns(outlet, said, stops)
        assert availability_at(outlet, said, stops, judged.until) != judged


@given(OUTLETS, SAYS, STOPS, INSTANTS)
def test_the_stronger_word_wins(outlet, said, stops, at):
    kind = availability_at(outlet, said, stops, at).kind
    if outlet.status == "withdrawn":
        assert kind == "closed"
    elif any(stop.holds(at) for stop in stops):
        assert kind == "paused"
    elif kind == "tickets_gone":
        assert said.sold_out_at is None or taipei_day(said.sold_out_at) != taipei_day(at)


@pytest.mark.parametrize("kind", ["sold_out", "tickets_gone"])
def test_a_days_word_ends_at_the_taipei_midnight_by_itself(kind):
    fields = {"sold_out_at": NOON} if kind == "sold_out" else {"tickets": Tickets(gone_at=NOON)}
    said = says(**fields)
    judged = availability_at(an_outlet(), said, (), MIDNIGHT - SECOND)
    assert (judged.kind, judged.since, judged.until) == (kind, NOON, MIDNIGHT)
    assert availability_at(an_outlet(), said, (), MIDNIGHT).kind == "buyable"


def test_a_pause_ends_at_its_instant_and_one_without_end_stays():
    ending = says(paused_at=NOON, pause_reason="stocktaking", pause_until=NOON + 30 * SECOND)
    assert availability_at(an_outlet(), ending, (), NOON + 29 * SECOND).kind == "paused"
    assert availability_at(an_outlet(), ending, (), NOON + 30 * SECOND).kind == "buyable"
    staying = replace(ending, pause_until=None)
    assert availability_at(an_outlet(), staying, (), NOON + timedelta(days=99)).kind == "paused"


def test_a_pause_of_the_register_holds_through_its_last_day():
    outlet = an_outlet(status="paused", status_reason="休假", status_until=date(2020, 2, 6))
    judged = availability_at(outlet, None, (), MIDNIGHT - SECOND)
    assert (judged.kind, judged.reason, judged.until) == ("paused", "休假", MIDNIGHT)
    assert availability_at(outlet, None, (), MIDNIGHT).kind == "buyable"


def test_of_several_stops_the_first_began_it_and_the_longest_ends_it():
    reason = Text("食安稽查", "Inspection")
    stops = [
        Stop("a", "outlet", PHARMACY, reason, NOON + 60 * SECOND, NOON),
        Stop("b", "programme", "masks", Text("停", "Stop"), MIDNIGHT, NOON + SECOND),
    ]
    judged = availability_at(an_outlet(), None, stops, NOON + 2 * SECOND)
    assert (judged.since, judged.until) == (NOON, MIDNIGHT)
    assert judged.reason == "食安稽查 / Inspection"


def test_an_outlets_note_stands_before_the_registers_even_where_it_is_empty():
    outlet = an_outlet(note="登記的備註")
    assert note_of(outlet, None) == note_of(outlet, says()) == "登記的備註"
    assert note_of(outlet, says(note="自己的話")) == "自己的話"
    assert note_of(outlet, says(note="")) == ""


@pytest.mark.parametrize(
    ("tickets", "words"),
    [
        (Tickets(), ""),
        (Tickets(time="08:30", count=100), "08:30 發 100 張"),
        (Tickets(time="08:30"), "08:30 發號碼牌"),
        (Tickets(count=50), "每日發 50 張"),
    ],
)
def test_tickets_are_spelt_as_the_dictionary_shows_them(tickets, words):
    assert tickets_in_words(tickets) == words


def test_reasons_reach_readers_of_both_languages():
    listed = reason_text(says(pause_reason="power_cut").reason)
    assert reason_in_words(listed, "zh-TW") == "停電，暫停販售"
    assert reason_in_words(listed, "en") == "Power cut"
    own = says(pause_reason=OWN_WORDS, pause_zh="家中有事", pause_en="Family matter")
    assert reason_in_words(reason_text(own.reason), "en") == "Family matter"
    only_chinese = reason_text(replace(own, pause_en="").reason)
    assert reason_in_words(only_chinese, "en") == "家中有事"
