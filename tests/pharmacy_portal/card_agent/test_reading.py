"""Reading virtual NHI cards through a real PC/SC service, with each of the two drivers."""

from __future__ import annotations

import statistics
import time

import pytest

pytest.importorskip("smartcard", reason="pyscard is not installed: see the extra `card`")

from pharmacy_portal.card_agent.nhi import READ_BASIC_RECORD, SELECT, parse_record
from pharmacy_portal.card_agent.outcomes import CardFault, Outcome
from pharmacy_portal.card_agent.pcsc import NhiReading, read_nhi
from pharmacy_portal.card_agent.readers import Role, Roles
from tests.pcsc.bench import PcscBench
from tests.pcsc.cards import (
    CHEN,
    WANG,
    ChangingCard,
    FetchedInPieces,
    ForeignCard,
    NhiCard,
    OneByteCard,
    Person,
    PulledWhileRead,
    RubbishCard,
    VirtualCard,
    WantsTheLength,
)

pytestmark = pytest.mark.slow


def fault(reader: str | None = None, roles: Roles | None = None) -> CardFault:
    """Read, and return what went wrong."""
    with pytest.raises(CardFault) as found:
        read_nhi(reader, roles or {})
    return found.value


def is_of(reading: NhiReading, person: Person) -> bool:
    return reading.record == parse_record(person.record())


def test_an_empty_reader_has_no_card(readers: PcscBench) -> None:
    assert fault().as_json() == {"error": "no_card", "detail": "0x8010000c"}


def test_a_card_that_lies_in_is_read_with_two_commands(readers: PcscBench) -> None:
    readers.insert("Reader A", NhiCard(WANG))
    times_ms = []
    for _ in range(20):
        readers.slot("Reader A").seen.clear()
        began = time.perf_counter()
        reading = read_nhi(None, {})
        times_ms.append(1000 * (time.perf_counter() - began))
        assert is_of(reading, WANG)
        assert reading.reader == readers.reader("Reader A")
        assert readers.slot("Reader A").seen == [SELECT, READ_BASIC_RECORD]
    print(f"a read: median {statistics.median(times_ms):.1f} ms, most {max(times_ms):.1f} ms")


def test_a_card_just_going_in_is_waited_for(readers: PcscBench) -> None:
    readers.slot("Reader A").insert(NhiCard(WANG))
    began = time.perf_counter()
    assert is_of(read_nhi(None, {}), WANG)
    print(f"from the hand to the record: {1000 * (time.perf_counter() - began):.0f} ms")


ANSWERS: dict[str, tuple[VirtualCard, str]] = {
    "fetched in pieces (61xx)": (FetchedInPieces(WANG), "read"),
    "wants the length (6Cxx)": (WantsTheLength(WANG), "read"),
    "no such file": (ForeignCard("6A82"), "not_nhi_card 0x6a82"),
    "no such instruction": (ForeignCard("6D00"), "not_nhi_card 0x6d00"),
    "no such class": (ForeignCard("6E00"), "not_nhi_card 0x6e00"),
    "not now": (ForeignCard("6985"), "not_nhi_card 0x6985"),
    "no idea": (ForeignCard("6F00"), "not_nhi_card 0x6f00"),
    "an impossible birth date": (
        NhiCard(record=WANG.record().replace(b"0750314", b"0750231")),
        "bad_data",
    ),
    "garbage": (NhiCard(record=bytes(57)), "bad_data"),
    "no record at all": (NhiCard(record=b""), "bad_data"),
    "a byte too few": (NhiCard(record=WANG.record()[:-1]), "bad_data"),
    "half a status word": (OneByteCard(), "card_fault"),
}


def test_what_a_card_answers_decides_the_outcome(readers: PcscBench) -> None:
    card = ChangingCard()
    readers.insert("Reader A", card)
    found = {}
    for name, (card.now, _) in ANSWERS.items():
        try:
            found[name] = "read" if is_of(read_nhi(None, {}), WANG) else "wrong"
        except CardFault as refused:
            found[name] = f"{refused.outcome} {refused.detail}".strip()
    assert found == {name: outcome for name, (_, outcome) in ANSWERS.items()}


def test_a_first_answer_that_means_nothing_is_a_mute_card(readers: PcscBench) -> None:
    readers.insert("Reader A", RubbishCard())
    assert fault().as_json() == {"error": "card_mute", "detail": "0x8010000f"}


def test_a_card_pulled_out_while_it_answers_is_removed(readers: PcscBench) -> None:
    readers.insert("Reader A", PulledWhileRead(WANG))
    assert fault().outcome is Outcome.CARD_REMOVED
    assert readers.slot("Reader A").seen == [SELECT, READ_BASIC_RECORD]


def test_of_two_readers_the_one_with_an_nhi_card_is_read(readers: PcscBench) -> None:
    readers.insert("Reader A", ForeignCard())
    readers.insert("Reader B", NhiCard(CHEN))
    a, b = readers.reader("Reader A"), readers.reader("Reader B")
    assert is_of(read_nhi(None, {}), CHEN)
    assert read_nhi(None, {b: Role.BUYER}).reader == b
    assert read_nhi(b, {b: Role.STAFF}).reader == b  # Named is named.
    assert fault(a).outcome is Outcome.NOT_NHI_CARD
    readers.slot("Reader B").seen.clear()
    assert fault(None, {b: Role.STAFF}).outcome is Outcome.NOT_NHI_CARD
    assert fault(None, {a: Role.STAFF, b: Role.STAFF}).outcome is Outcome.NO_READER
    assert readers.slot("Reader B").seen == [], "the staff's card was looked at"


def test_two_nhi_cards_at_once_are_ambiguous_unless_the_reader_says(readers: PcscBench) -> None:
    readers.insert("Reader A", NhiCard(WANG))
    readers.insert("Reader B", NhiCard(CHEN))
    a, b = readers.reader("Reader A"), readers.reader("Reader B")
    refused = fault()
    assert refused.outcome is Outcome.AMBIGUOUS
    assert set(refused.detail.split("; ")) == {a, b}
    assert fault(None, {a: Role.BUYER, b: Role.BUYER}).outcome is Outcome.AMBIGUOUS
    assert is_of(read_nhi(a, {}), WANG)
    assert is_of(read_nhi(b, {}), CHEN)
    assert is_of(read_nhi(None, {a: Role.STAFF}), CHEN)
    assert is_of(read_nhi(None, {a: Role.BUYER}), WANG)


def test_a_reader_nobody_knows_is_gone(readers: PcscBench) -> None:
    assert fault("No Such Reader 00 00").as_json() == {"error": "reader_gone"}


def test_the_service_dies_and_comes_back_in_one_process(readers: PcscBench) -> None:
    readers.insert("Reader A", NhiCard(WANG))
    assert is_of(read_nhi(None, {}), WANG)
    readers.kill()
    assert fault().as_json() == {"error": "no_service", "detail": "0x8010001d"}
    assert fault("Reader A 00 00").outcome is Outcome.NO_SERVICE
    readers.slot("Reader A").remove()
    readers.start()
    readers.insert("Reader A", NhiCard(CHEN))
    assert is_of(read_nhi(None, {}), CHEN)


def test_the_service_dies_while_a_card_answers(readers: PcscBench) -> None:
    readers.insert("Reader A", NhiCard(WANG))
    readers.slot("Reader A").on_command = lambda command: readers.kill()
    assert fault().outcome is Outcome.NO_SERVICE
