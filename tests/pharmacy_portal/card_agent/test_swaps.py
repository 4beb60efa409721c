"""Two hundred buyers in a hurry: no field of one is ever read with another's."""

from __future__ import annotations

import random
import threading

import pytest

pytest.importorskip("smartcard", reason="pyscard is not installed: see the extra `card`")

from pharmacy_portal.card_agent.nhi import NhiRecord, parse_record
from pharmacy_portal.card_agent.outcomes import CardFault
from pharmacy_portal.card_agent.pcsc import read_nhi
from tests.pcsc.bench import PcscBench
from tests.pcsc.cards import FetchedInPieces, NhiCard, Person

SWAPS = 200
SURNAMES = "陳林黃張李王吳劉蔡楊"


def a_buyer(number: int, rng: random.Random) -> Person:
    return Person(
        card_number=f"{number:012d}",
        name=f"{rng.choice(SURNAMES)}{rng.choice(SURNAMES)}{rng.choice(SURNAMES)}",
        id_number=f"{rng.choice('ABCDEF')}{rng.choice('12')}{rng.randrange(10**8):08d}",
        born=f"{rng.randrange(30, 109):03d}{rng.randrange(1, 13):02d}{rng.randrange(1, 29):02d}",
        sex=rng.choice("MF"),
        issued=f"{rng.randrange(93, 110):03d}{rng.randrange(1, 13):02d}01",
    )


class Hand:
    """Puts one buyer's card in after the other, often in the middle of a reading."""

    def __init__(self, bench: PcscBench, rng: random.Random) -> None:
        self.records: list[NhiRecord] = []
        self.finished = threading.Event()
        self._slot = bench.slot("Reader A")
        self._rng = rng
        self._now = threading.Event()
        self._slot.on_command = self._perhaps_now
        self._thread = threading.Thread(target=self._swap, name="hand")

    def __enter__(self) -> Hand:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()

    def _perhaps_now(self, command: bytes) -> None:
        if self._rng.random() < 0.3:
            self._now.set()

    def _swap(self) -> None:
        for number in range(SWAPS):
            person = a_buyer(number, self._rng)
            kind = self._rng.choice([NhiCard, FetchedInPieces])
            self.records.append(parse_record(person.record()))
            self._slot.insert(kind(person))
            self._now.wait(self._rng.uniform(0.005, 0.1))
            self._now.clear()
            self._slot.remove()
        self.finished.set()


@pytest.mark.slow
def test_a_reading_is_wholly_one_persons_however_fast_the_cards_change(
    own_readers: PcscBench, rng: random.Random
) -> None:
    read, refused = 0, dict[str, int]()
    with Hand(own_readers, rng) as hand:
        while not hand.finished.is_set():
            before = max(len(hand.records) - 1, 0)
            try:
                found = read_nhi(None, {}).record
            except CardFault as fault:
                refused[fault.outcome.value] = refused.get(fault.outcome.value, 0) + 1
                continue
            # It is somebody whose card was in during this very reading, in every field.
            assert found in hand.records[before:]
            read += 1
    print(f"{SWAPS} cards: {read} readings, refused {refused}")
    assert read > SWAPS / 4
    # Parts of two cards fit no record: they are refused as such, and never read.
    known = {"no_card", "card_removed", "card_busy", "card_mute", "card_fault", "bad_data"}
    assert set(refused) <= known
