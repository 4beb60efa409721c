"""One publisher leads, the others stand by; whichever is killed, one takes over by itself."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from msgspec.structs import replace

from core.clock import system_clock
from core.errors import Conflict
from core.log import configure_logging
from core.settings import Settings
from core.storage.feed import LedgerFeed
from publisher.audit_chain import verify_trail
from publisher.metrics import Metrics
from publisher.publishing import open_publisher
from publisher.release_log import read_log
from publisher.standby import LOOK_S, NoLongerWaiting, Standby
from tests.publisher.builders import HandClock, LedgerFile, an_outlet
from tests.publisher.campaign import (
    Publishing,
    faults_of,
    no_torn_read,
    poll,
    publishing,
    readers,
    sequences_in_log,
    stocked,
    traffic,
)

OUTLETS = 300
ONE = "5901010000"


class Looks(threading.Event):
    """Passes a second by hand at each look; after so many of them something happens."""

    def __init__(self, clock: HandClock, count: int, then: Callable[[], object]) -> None:
        super().__init__()
        self.clock, self.count, self.then = clock, count, then

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout == LOOK_S
        self.clock.forward(seconds=1)
        self.count -= 1
        if self.count == 0:
            self.then()
        return self.is_set()


@pytest.fixture
def published(ledger: LedgerFile, settings: Settings, masks) -> HandClock:
    """Return the clock of a state in which something has just been published, each second."""
    ledger.register(an_outlet(ONE))
    clock = HandClock(system_clock())
    with open_publisher(replace(settings, publish_every=1), clock=clock) as first:
        first.tick(masks)
    return clock


def logged(capsys) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_who_stands_by_says_so_once_and_once_that_the_leader_is_late_until_told_to_stop(
    published: HandClock, settings: Settings, capsys
) -> None:
    configure_logging("info", "publish")
    metrics, ready = Metrics(1), []
    looks = Looks(published, 9, lambda: looks.set())
    standby = Standby(settings, metrics, looks, published)

    def wait(leader: str) -> None:
        standby.wait(leader)
        ready.append(metrics.ready)

    with (
        open_publisher(settings),
        pytest.raises(NoLongerWaiting),
        open_publisher(settings, wait=wait),
    ):
        raise AssertionError("two lead")
    leader = f"process {os.getpid()}"
    first, late = logged(capsys)
    assert (first["event"], first["leader"]) == ("standby", leader)
    assert (late["event"], late["leader"]) == ("alarm: the leader is late", leader)
    assert 3 < late["look_age_s"] <= 5
    assert ready.index(False) in (3, 4)
    assert not any(ready[ready.index(False) :])
    assert metrics.says()["status"] == "standby, and the leader is late"


def test_who_stands_by_takes_over_when_the_leader_has_ended(
    published: HandClock, settings: Settings, capsys
) -> None:
    configure_logging("info", "publish")
    leader, metrics = ExitStack(), Metrics(1)
    leader.enter_context(open_publisher(settings))
    standby = Standby(settings, metrics, Looks(published, 2, leader.close), published)
    with open_publisher(settings, wait=standby.wait):
        assert standby.stopping.count == 0
        standby.lead()
        with pytest.raises(Conflict, match="at work here"), open_publisher(settings):
            raise AssertionError("two lead")
    assert [line["event"] for line in logged(capsys)] == ["standby", "took over"]
    assert metrics.says() == {"status": "nothing published lately"}


def test_who_never_waited_does_not_say_that_it_took_over(
    published: HandClock, settings: Settings, capsys
) -> None:
    configure_logging("info", "publish")
    Standby(settings, Metrics(1), threading.Event()).lead()
    assert logged(capsys) == []


@pytest.fixture
def begun(ledger: LedgerFile, settings: Settings, tmp_path: Path) -> Iterator[Publishing]:
    """Return a state with one release, and what starts publishers of it."""
    stocked(ledger, OUTLETS)
    with publishing(settings, tmp_path / "logs") as state:
        assert state.once().returncode == 0
        yield state


def kill_leader(state: Publishing, rng: random.Random, mid_release: bool) -> tuple[bool, float]:
    """Kill the leader; tell whether a release was under way, and how long until the next leads."""
    leader = poll(state.leader, "a leader")
    poll(lambda: state.standing_by(leader), "one who stands by")
    seen = state.newest()
    poll(lambda: state.newest() > seen, "a release")
    if mid_release:
        poll(state.half_written, "a release under way", every_s=0)
        time.sleep(rng.uniform(0, 0.01))
    else:
        time.sleep(rng.uniform(0, 0.2))
    leader.kill()
    leader.wait()
    killed_at, cut_short = time.monotonic(), bool(state.half_written())
    poll(lambda: state.leader() not in (None, leader), "another leader")
    return cut_short, time.monotonic() - killed_at


def survive(state: Publishing, rng: random.Random, kills: int, feed: LedgerFeed) -> str:
    """Kill one leader after the other; return what was seen, in words."""
    cut, waits = 0, []
    for _ in range(3):
        state.start()
    with (
        readers(state.folder, state.settings.public_key_file) as seen,
        traffic(state.settings, OUTLETS) as moved,
    ):
        for number in range(kills):
            was_cut, wait_s = kill_leader(state, rng, mid_release=number % 2 == 0)
            cut += was_cut
            waits.append(wait_s)
            state.start()
        last = state.newest()
        poll(lambda: state.newest() > last, "a release after the last kill")
    refused = state.once()
    assert refused.returncode == 1
    assert "is at work here" in refused.stderr
    state.end()
    # TERM ends one that has not come to its own handler yet.
    ends = {0, -signal.SIGKILL, -signal.SIGTERM}
    assert {process.returncode for process in state.started} <= ends
    no_torn_read(seen)
    assert cut > 0, "no kill ever met a release under way"
    # What was committed last is published by the next run, which succeeds.
    assert state.once().returncode == 0
    made = sequences_in_log(state.settings)
    assert made == list(range(1, len(made) + 1))
    assert faults_of(state.settings) == []
    assert state.left_overs() == []
    assert verify_trail(feed, read_log(state.folder)[0]).faults == []
    told = Counter(
        line["sequence"]
        for lines in state.events()
        for line in lines
        if line["event"] == "released"
    )
    assert max(told.values()) == 1, "two publishers made one release"
    looks = sum(reader["looks"] for reader in seen)
    return (
        f"{kills} kills, {cut} of them within a release; {len(made)} releases, {moved[0]} moves;"
        f" {looks} verified looks; next leader after {sorted(waits)[len(waits) // 2]:.2f} s"
        f" (median), {max(waits):.2f} s (longest)"
    )


@pytest.mark.slow
def test_leaders_killed_under_traffic_are_followed_by_others_and_nothing_is_torn(
    begun: Publishing, rng: random.Random, feed: LedgerFeed
) -> None:
    print(survive(begun, rng, 2, feed))


@pytest.mark.soak
def test_forty_leaders_killed_under_traffic(
    begun: Publishing, rng: random.Random, feed: LedgerFeed
) -> None:
    print(survive(begun, rng, 40, feed))


@pytest.mark.slow
def test_a_leader_that_hangs_keeps_the_lead_until_it_is_killed(
    begun: Publishing, ledger: LedgerFile
) -> None:
    hung = begun.start()
    poll(lambda: begun.leader() is hung, "a leader")
    os.kill(hung.pid, signal.SIGSTOP)
    begun.start()
    poll(lambda: "late" in str(begun.events()[1]), "an alarm")
    assert begun.leader() is hung
    hung.kill()
    seen = begun.newest()
    ledger.move(ONE, "adult_mask", 1)
    poll(lambda: begun.newest() > seen, "a release of the other one")
    assert begun.leader() is begun.started[1]
