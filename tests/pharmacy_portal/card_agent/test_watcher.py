"""What happens to readers and cards, as the watcher tells it."""

from __future__ import annotations

import json
import queue
import time
from collections.abc import Iterator

import pytest

pytest.importorskip("smartcard", reason="pyscard is not installed: see the extra `card`")

from pharmacy_portal.card_agent import watcher as watching
from pharmacy_portal.card_agent.outcomes import fault_of
from pharmacy_portal.card_agent.readers import Role
from pharmacy_portal.card_agent.watcher import Event, Watcher
from tests.pcsc.bench import PcscBench, reader_names
from tests.pcsc.cards import CHEN, WANG, MuteCard, NhiCard

PATIENCE_S = 10


class Diary:
    """A watcher's events, in order."""

    def __init__(self) -> None:
        self.roles: dict[str, Role] = {}
        self.events: queue.Queue[Event] = queue.Queue()
        self.written: list[Event] = []
        self.watcher = Watcher(self.events.put, lambda: self.roles, period_s=0.1)

    def next(self) -> Event:
        event = self.events.get(timeout=PATIENCE_S)
        self.written.append(event)
        return event

    def until(self, kind: str) -> Event:
        """Return the next event of a kind; others are passed over."""
        while (event := self.next())["event"] != kind:
            pass
        return event

    def start(self) -> None:
        self.watcher.start()
        assert self.watcher.wait_for_first_look(PATIENCE_S)


@pytest.fixture
def diary() -> Iterator[Diary]:
    """Return a diary whose watcher is stopped after the test."""
    found = Diary()
    yield found
    found.watcher.stop()
    assert not found.watcher.is_alive()


def card(reader: str, inside: bool, role: str | None = None, mute: bool = False) -> Event:
    return {"event": "card", "reader": reader, "role": role, "in": inside, "mute": mute}


def test_readers_and_cards_that_are_there_already_are_told_first(
    readers: PcscBench, diary: Diary
) -> None:
    readers.insert("Reader A", NhiCard(WANG))
    a, b = readers.reader("Reader A"), readers.reader("Reader B")
    diary.roles = {a: Role.BUYER}
    diary.start()
    assert diary.next() == {"event": "service", "up": True}
    first, second = diary.next(), diary.next()
    assert {str(first["name"]), str(second["name"])} == {a, b}
    assert diary.next() == card(a, True, "buyer")
    state = diary.watcher.state().as_json()
    assert state["service"] == "up"
    assert {tuple(reader.items()) for reader in state["readers"]} == {  # type: ignore[attr-defined]
        (("name", a), ("role", "buyer"), ("card", "present")),
        (("name", b), ("role", None), ("card", "none")),
    }


def test_a_card_comes_and_goes(readers: PcscBench, diary: Diary) -> None:
    diary.start()
    b = readers.reader("Reader B")
    began = time.perf_counter()
    readers.slot("Reader B").insert(NhiCard(CHEN))
    assert diary.until("card") == card(b, True)
    print(f"from the hand to the event: {1000 * (time.perf_counter() - began):.0f} ms")
    readers.slot("Reader B").remove()
    assert diary.until("card") == card(b, False)


def test_a_swap_between_two_looks_is_told_as_out_and_in(
    own_readers: PcscBench, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the count of moves tells: at both looks there is a card."""
    own_readers.insert("Reader A", NhiCard(WANG))
    a = own_readers.reader("Reader A")
    diary.start()
    diary.until("card")
    listed = watching.list_readers

    def swap_before_the_look(context: int) -> list[str]:
        monkeypatch.setattr(watching, "list_readers", listed)
        own_readers.remove("Reader A")
        own_readers.insert("Reader A", NhiCard(CHEN))
        return listed(context)

    monkeypatch.setattr(watching, "list_readers", swap_before_the_look)
    assert [diary.until("card"), diary.until("card")] == [card(a, False), card(a, True)]


def test_a_mute_card_is_told_as_mute(own_readers: PcscBench, diary: Diary) -> None:
    diary.start()
    a = own_readers.reader("Reader A")
    own_readers.insert("Reader A", MuteCard())
    assert diary.until("card") == card(a, True, mute=True)
    (reader,) = [view for view in diary.watcher.state().readers if view.name == a]
    assert reader.card == "mute"


def test_the_service_dies_and_comes_back(readers: PcscBench, diary: Diary) -> None:
    diary.start()
    assert diary.next() == {"event": "service", "up": True}
    readers.kill()
    assert diary.until("service") == {"event": "service", "up": False}
    assert diary.watcher.state().as_json() == {"service": "down", "readers": []}
    readers.start()
    assert diary.until("service") == {"event": "service", "up": True}
    assert diary.until("reader")["up"] is True
    readers.slot("Reader A").insert(NhiCard(WANG))
    assert diary.until("card") == card(readers.reader("Reader A"), True)


def test_the_agent_may_start_before_the_service(readers: PcscBench, diary: Diary) -> None:
    readers.kill()
    diary.start()
    assert diary.next() == {"event": "service", "up": False}
    readers.start()
    assert diary.next() == {"event": "service", "up": True}


def test_a_reader_that_is_unplugged_leaves_the_state(own_readers: PcscBench, diary: Diary) -> None:
    a, b = own_readers.reader("Reader A"), own_readers.reader("Reader B")
    diary.start()
    assert [diary.until("reader")["up"] for _ in range(2)] == [True, True]
    own_readers.unplug("Reader A")
    assert diary.until("reader") == {"event": "reader", "name": a, "up": False}
    assert [reader.name for reader in diary.watcher.state().readers] == [b]


def test_a_reader_that_leaves_the_list_is_told(
    own_readers: PcscBench, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So do USB readers; no virtual one can, so the list is made shorter here."""
    a, b = own_readers.reader("Reader A"), own_readers.reader("Reader B")
    diary.start()
    assert [diary.until("reader")["up"] for _ in range(2)] == [True, True]
    listed = watching.list_readers
    monkeypatch.setattr(watching, "list_readers", lambda context: [b])
    assert diary.until("reader") == {"event": "reader", "name": a, "up": False}
    monkeypatch.setattr(watching, "list_readers", listed)
    assert diary.until("reader") == {"event": "reader", "name": a, "up": True}


def test_a_service_that_windows_stopped_is_a_reader_that_left(
    own_readers: PcscBench, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does so with the last reader; the number is played here, the rest is real."""
    diary.start()
    assert diary.next() == {"event": "service", "up": True}
    assert [diary.until("reader")["up"] for _ in range(2)] == [True, True]

    def stopped(context: int) -> list[str]:
        raise fault_of(0x8010001E)

    monkeypatch.setattr(watching, "list_readers", stopped)
    assert [diary.next(), diary.next()] == [
        {"event": "reader", "name": name, "up": False} for name in reader_names() or ()
    ]
    assert diary.watcher.state().as_json() == {"service": "up", "readers": []}


def test_a_service_without_readers_is_up(own_readers: PcscBench, diary: Diary) -> None:
    own_readers.offer()
    diary.start()
    assert diary.watcher.state().as_json() == {"service": "up", "readers": []}


def test_no_event_says_who_it_is(own_readers: PcscBench, diary: Diary) -> None:
    diary.start()
    own_readers.insert("Reader A", NhiCard(WANG))
    own_readers.remove("Reader A")
    diary.until("card")
    diary.until("card")
    written = json.dumps(diary.written, ensure_ascii=False)
    for secret in (WANG.name, WANG.id_number, WANG.born, WANG.card_number, "1986"):
        assert secret not in written
