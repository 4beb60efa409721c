"""When the publisher looks: at whole intervals of the Taipei clock, once however late it is."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from core.domain.calendar import TAIPEI
from core.domain.snapshot import is_stale
from core.errors import Invalid
from publisher.schedule import LOOK_S, Aligned, Regular
from tests.publisher.builders import HandClock


class HandWait(threading.Event):
    """Passes the time by hand; at each wait something may happen to the clock."""

    def __init__(self, clock: HandClock, *jumps: timedelta) -> None:
        super().__init__()
        self.clock, self.jumps, self.waits = clock, list(jumps), 0

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        assert timeout > 0
        self.waits += 1
        assert self.waits < 10_000, "it waits for ever"
        jump = self.jumps.pop(0) if self.jumps else timedelta()
        self.clock.now += timedelta(seconds=timeout) + jump
        return self.is_set()


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2020-02-06T{text}").replace(tzinfo=TAIPEI)


@pytest.mark.parametrize(
    ("every_s", "now", "due"),
    [
        (1800, "08:50:01", "09:00:00"),
        (1800, "09:00:00", "09:30:00"),
        (1800, "09:29:59.999", "09:30:00"),
        (1800, "23:45:00", "23:59:59.999999"),
        (30, "12:00:29.5", "12:00:30"),
        (30, "12:00:30", "12:01:00"),
        (3600, "08:50:01", "09:00:00"),
        (10800, "08:50:01", "09:00:00"),
        (0.5, "12:00:29.25", "12:00:29.5"),
    ],
)
def test_it_waits_until_the_clock_shows_a_whole_interval(every_s, now: str, due: str) -> None:
    clock = HandClock(at(now))
    Aligned(every_s, clock).wait(HandWait(clock))
    assert abs(clock.now - at(due)) <= timedelta(microseconds=1)


def test_an_hour_of_looks_is_at_00_and_30_as_planned_in_2020() -> None:
    clock = HandClock(at("08:50:01"))
    schedule, seen = Aligned(1800, clock), []
    for _ in range(3):
        schedule.wait(HandWait(clock))
        seen.append(f"{clock.now:%H:%M:%S}")
        clock.forward(seconds=7)  # a look takes time
    assert seen == ["09:00:00", "09:30:00", "10:00:00"]


def test_after_a_late_look_the_missed_ones_are_not_made_up_for() -> None:
    clock = HandClock(at("09:00:00"))
    clock.forward(seconds=95)  # three looks were missed
    schedule = Aligned(30, clock)
    schedule.wait(HandWait(clock))
    assert clock.now == at("09:02:00")
    schedule.wait(HandWait(clock))
    assert clock.now == at("09:02:30")


def test_a_clock_set_back_while_it_waits_never_makes_it_wait_longer_than_an_interval() -> None:
    clock = HandClock(at("09:00:01"))
    stopping = HandWait(clock, timedelta(), timedelta(hours=-5))
    Aligned(1800, clock).wait(stopping)
    assert stopping.waits == 2


def test_a_clock_set_forward_is_noticed_soon_and_answered_by_one_look() -> None:
    clock = HandClock(at("09:00:01"))
    stopping = HandWait(clock, timedelta(hours=3))
    schedule = Aligned(1800, clock)
    schedule.wait(stopping)
    assert stopping.waits == 1
    assert clock.now == at("12:00:01") + timedelta(seconds=LOOK_S)
    schedule.wait(HandWait(clock))
    assert clock.now == at("12:30:00")


def test_it_stops_waiting_when_told() -> None:
    clock = HandClock(at("09:00:01"))
    stopping = HandWait(clock)
    stopping.set()
    Aligned(1800, clock).wait(stopping)
    assert stopping.waits == 0


@pytest.mark.parametrize("every_s", [7, 0.7, 1700, 1799.999])
def test_an_interval_that_does_not_divide_a_day_cannot_be_aligned(every_s: float) -> None:
    with pytest.raises(Invalid, match="divide a day"):
        Aligned(every_s)


def test_without_the_clock_a_late_look_is_followed_at_once_by_one(monkeypatch) -> None:
    schedule, waited = Regular(30), []
    now = [1000.0]
    monkeypatch.setattr("publisher.schedule.time.monotonic", lambda: now[0])
    stopping = threading.Event()
    monkeypatch.setattr(stopping, "wait", waited.append)
    for took_s in (2.0, 95.0, 30.0):
        schedule.begin()
        now[0] += took_s
        schedule.wait(stopping)
    assert waited == [28.0, 0.0, 0.0]


@pytest.mark.parametrize("every_s", [1, 30, 1800])
def test_data_are_not_called_stale_between_two_looks(every_s: int) -> None:
    looked_at = at("09:00:00")
    assert not is_stale(looked_at, looked_at + timedelta(seconds=2 * every_s), every_s)
    assert is_stale(looked_at, looked_at + timedelta(seconds=3 * every_s + 1), every_s)
