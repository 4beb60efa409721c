"""What only our own driver can play: cards that do not answer, readers that go; other programs."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

pytest.importorskip("smartcard", reason="pyscard is not installed: see the extra `card`")

from smartcard import scard

from pharmacy_portal.card_agent.nhi import READ_BASIC_RECORD, SELECT
from pharmacy_portal.card_agent.outcomes import CardFault
from pharmacy_portal.card_agent.pcsc import read_nhi
from pharmacy_portal.card_agent.readers import Role
from tests.pcsc.bench import PcscBench
from tests.pcsc.cards import (
    CHEN,
    WANG,
    DeadCard,
    ForeignCard,
    MuteCard,
    NhiCard,
    SilentCard,
    VirtualCard,
)

pytestmark = pytest.mark.slow

BOTH_PROTOCOLS = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1


def outcome(reader: str | None = None) -> str:
    try:
        return read_nhi(reader, {}).record.id_number
    except CardFault as fault:
        return fault.outcome.value


@contextmanager
def another_program(reader: str, leave: int = scard.SCARD_LEAVE_CARD) -> Iterator[int]:
    """Hold a connection of one's own, as another program does; leave the card as asked."""
    _, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    hresult, card, _ = scard.SCardConnect(context, reader, scard.SCARD_SHARE_SHARED, BOTH_PROTOCOLS)
    assert not hresult, scard.SCardGetErrorMessage(hresult)
    try:
        yield card
    finally:
        scard.SCardDisconnect(card, leave)
        scard.SCardReleaseContext(context)


@pytest.mark.parametrize(
    ("card", "expected"),
    [(MuteCard(), "card_mute"), (DeadCard(), "card_fault"), (SilentCard(), "card_fault")],
    ids=["mute", "damaged", "silent"],
)
def test_a_card_that_does_not_answer(
    own_readers: PcscBench, card: VirtualCard, expected: str
) -> None:
    own_readers.insert("Reader A", card)
    assert outcome() == expected


def test_a_fault_says_more_than_a_foreign_or_a_missing_card(own_readers: PcscBench) -> None:
    own_readers.insert("Reader A", ForeignCard())
    own_readers.insert("Reader B", NhiCard(record=bytes(57)))
    assert outcome() == "bad_data"
    own_readers.remove("Reader B")
    assert outcome() == "not_nhi_card"


def test_a_reader_that_says_it_is_unplugged_is_gone(own_readers: PcscBench) -> None:
    reader = own_readers.reader("Reader A")
    own_readers.insert("Reader A", NhiCard())
    own_readers.unplug("Reader A")
    own_readers.wait_for("Reader A", present=False)
    assert outcome(reader) == "reader_gone"
    own_readers.insert("Reader B", NhiCard(CHEN))
    assert outcome() == CHEN.id_number, "the other reader still reads"


def test_a_reader_that_left_the_list_is_gone(own_readers: PcscBench) -> None:
    reader = own_readers.reader("Reader A")
    own_readers.offer("Reader B")
    assert outcome(reader) == "reader_gone"


def test_a_service_without_readers(own_readers: PcscBench) -> None:
    own_readers.offer()
    assert outcome() == "no_reader"
    assert outcome("Reader A 00 00") == "no_reader"


def test_the_card_is_found_among_many_readers(own_readers: PcscBench) -> None:
    names = [f"Counter {number}" for number in range(8)]
    own_readers.offer(*names)
    own_readers.insert("Counter 2", ForeignCard())
    own_readers.insert("Counter 6", NhiCard(CHEN))
    assert read_nhi(None, {}).reader == own_readers.reader("Counter 6")


HOLDER = """
import sys
from smartcard import scard
_, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
hresult, card, _ = scard.SCardConnect(
    context, sys.argv[1], scard.SCARD_SHARE_EXCLUSIVE, scard.SCARD_PROTOCOL_T0
)
print(hresult, flush=True)
sys.stdin.read()
scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)
"""


def test_a_card_that_another_program_holds_is_busy_until_it_lets_go(
    own_readers: PcscBench,
) -> None:
    own_readers.insert("Reader A", NhiCard(WANG))
    command = [sys.executable, "-c", HOLDER, own_readers.reader("Reader A")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "0\n"
        assert outcome() == "card_busy"
        holder.communicate()
    assert outcome() == WANG.id_number


def just_before_the_transaction(
    monkeypatch: pytest.MonkeyPatch, *happenings: Callable[[], object]
) -> None:
    """Let things happen between a reading's connection and its transaction, one per try."""
    begin, waiting = scard.SCardBeginTransaction, list(happenings)

    def begin_after(card: int) -> int:
        if waiting:
            waiting.pop(0)()
        return begin(card)

    monkeypatch.setattr(scard, "SCardBeginTransaction", begin_after)


def test_a_reset_by_another_program_starts_the_reading_again(
    own_readers: PcscBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_readers.insert("Reader A", NhiCard(WANG))

    def reset() -> None:
        with another_program(own_readers.reader("Reader A"), leave=scard.SCARD_RESET_CARD):
            pass

    just_before_the_transaction(monkeypatch, reset)
    assert outcome() == WANG.id_number
    just_before_the_transaction(monkeypatch, reset, reset)
    assert outcome() == "card_busy"


def test_another_card_put_in_meanwhile_is_read_from_the_start_or_refused(
    own_readers: PcscBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_readers.insert("Reader A", NhiCard(WANG))

    def swap() -> None:
        own_readers.remove("Reader A")
        own_readers.insert("Reader A", NhiCard(CHEN))

    just_before_the_transaction(monkeypatch, swap)
    assert outcome() in (CHEN.id_number, "card_removed")
    assert outcome() == CHEN.id_number


def test_no_other_program_slips_between_the_two_commands(
    own_readers: PcscBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    own_readers.insert("Reader A", NhiCard(WANG))
    slot = own_readers.slot("Reader A")
    theirs = bytes.fromhex("00A4040005F000000001")
    transmit, slipped_in = scard.SCardTransmit, threading.Event()

    def select_another_application(card: int) -> None:
        # While the card is another's, pcscd makes them wait or try again.
        while transmit(card, scard.SCARD_PCI_T0, list(theirs))[0]:
            pass
        slipped_in.set()

    def give_them_time(card: int, header: int, command: list[int]) -> list[object]:
        if bytes(command) == READ_BASIC_RECORD:
            slipped_in.wait(0.2)
        return transmit(card, header, command)

    monkeypatch.setattr(scard, "SCardTransmit", give_them_time)
    with another_program(own_readers.reader("Reader A")) as card:
        intruder = threading.Thread(target=select_another_application, args=(card,))

        def start_the_intruder(command: bytes) -> None:
            slot.on_command = None
            intruder.start()

        slot.on_command = start_the_intruder
        assert outcome() == WANG.id_number
        intruder.join(5)
    assert slot.seen == [SELECT, READ_BASIC_RECORD, theirs]


def test_a_reading_leaves_the_card_as_it_was_for_other_programs(own_readers: PcscBench) -> None:
    own_readers.insert("Reader A", NhiCard(WANG))
    with another_program(own_readers.reader("Reader A")) as card:
        assert outcome() == WANG.id_number
        hresult, answer = scard.SCardTransmit(card, scard.SCARD_PCI_T0, list(READ_BASIC_RECORD))
    assert hresult == 0, "their connection was reset"
    assert answer[-2:] == [0x90, 0x00], "the card lost its current"


def test_a_reading_by_role_does_not_wake_the_staffs_card(own_readers: PcscBench) -> None:
    own_readers.insert("Reader A", NhiCard(WANG))
    own_readers.insert("Reader B", NhiCard(CHEN))
    roles = {own_readers.reader("Reader A"): Role.STAFF}
    assert read_nhi(None, roles).record.id_number == CHEN.id_number
    assert own_readers.slot("Reader A").seen == []
