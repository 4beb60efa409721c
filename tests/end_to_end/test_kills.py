"""kill -9 of any program at any moment: nothing acknowledged is lost, the site goes on serving."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple

import msgspec
import pytest

from core.storage.feed import LedgerFeed
from tests.end_to_end.driving import (
    ADULT,
    PROGRAMS,
    Answer,
    Buyer,
    Demo,
    Lost,
    Till,
    a_buyer,
    poll,
    send,
)

pytestmark = pytest.mark.e2e

SELLERS = 4
FIRST_CARD = 30
PAUSE_S = (0.2, 1.5)
SITE = "site"


@dataclass
class Seller:
    """One counter that sells all the time, and remembers what it was told."""

    till: Till
    name: str
    begun_with: int
    told: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, Buyer] = field(default_factory=dict)

    def sell_until(self, stopped: threading.Event) -> None:
        """Sell two masks to one new buyer after the other."""
        number = 0
        while not stopped.is_set():
            number += 1
            key, buyer = f"{self.name}-{number}", a_buyer()
            self.unknown[key] = buyer
            if not self.ask(key):
                stopped.wait(0.05)

    def ask(self, key: str) -> bool:
        """Send a sale, again or for the first time; tell whether its outcome is known now."""
        try:
            answer = self.till.sell(self.unknown[key], key)
        except Lost:
            return False
        if answer.status >= 500:
            return False
        assert answer.status == 201, answer.text
        self.told[key] = answer.json["sale_id"]
        del self.unknown[key]
        return True

    def settle(self) -> None:
        """Send again everything whose outcome is unknown, with its own key."""
        for key in list(self.unknown):
            poll(lambda key=key: self.ask(key))


class Fault(NamedTuple):
    """A request that was not answered with 200: when it began and ended, and what came."""

    began: float
    ended: float
    what: str


@dataclass
class Reader:
    """Somebody who looks at the public site all the time."""

    demo: Demo
    answers: int = 0
    faults: list[Fault] = field(default_factory=list)

    def look_until(self, stopped: threading.Event, path: str) -> None:
        """Ask for one page again and again."""
        while not stopped.is_set():
            began = time.monotonic()
            fault = self._fault(path)
            if fault:
                self.faults.append(Fault(began, time.monotonic(), fault))
                stopped.wait(0.02)
            else:
                self.answers += 1

    def _fault(self, path: str) -> str:
        try:
            answer = send(f"{self.demo.site}{path}", timeout_s=5)
        except Lost as fault:
            return str(fault)
        return "" if answer.status == 200 else f"{answer.status} {answer.text[:200]}"


@contextmanager
def traffic(demo: Demo) -> Iterator[tuple[list[Seller], Reader]]:
    """Sell at some counters and look at the site, all at once, while the block runs."""
    tills = [demo.till(FIRST_CARD + n) for n in range(SELLERS)]
    for till in tills:
        assert till.correct(**{ADULT: 100_000}).status == 201
    begun = f"{time.monotonic_ns()}"
    sellers = [
        Seller(till, f"kill-{begun}-{n}", till.stock()[ADULT]) for n, till in enumerate(tills)
    ]
    reader, stopped = Reader(demo), threading.Event()
    outlet = tills[0].outlet
    works = [threading.Thread(target=seller.sell_until, args=(stopped,)) for seller in sellers]
    works += [
        threading.Thread(target=reader.look_until, args=(stopped, path))
        for path in (f"/outlets/{outlet}", "/api/v1/snapshot", "/data/maskdata.csv")
    ]
    for work in works:
        work.start()
    try:
        yield sellers, reader
    finally:
        stopped.set()
        for work in works:
            work.join()


def kill_at_random(demo: Demo, rng: Random, rounds: int) -> list[tuple[float, float]]:
    """Kill programs at random moments; return when the site itself was being started again."""
    down: list[tuple[float, float]] = []
    targets = [*PROGRAMS, *(rng.choice(PROGRAMS) for _ in range(rounds - len(PROGRAMS)))]
    rng.shuffle(targets)
    for program in targets:
        threading.Event().wait(rng.uniform(*PAUSE_S))
        began = time.monotonic()
        demo.kill(program)
        poll(demo.is_ready)
        if program == SITE:
            down.append((began, time.monotonic()))
    return down


def survive(demo: Demo, rng: Random, rounds: int) -> None:
    with traffic(demo) as (sellers, reader):
        down = kill_at_random(demo, rng, rounds)
        threading.Event().wait(PAUSE_S[1])
    poll(demo.is_ready)
    for seller in sellers:
        seller.settle()
    assert reader.answers > rounds
    assert [fault for fault in reader.faults if not met(fault, down)] == []
    for seller in sellers:
        assert len(set(seller.told.values())) == len(seller.told) > 0
        assert seller.till.stock()[ADULT] == seller.begun_with - 2 * len(seller.told)
        demo.await_published(seller.till.outlet, **seller.till.stock())
    acknowledged = {int(sale) for seller in sellers for sale in seller.told.values()}
    outlets = {seller.till.outlet for seller in sellers}
    assert acknowledged <= sales_in_ledger(demo, outlets)
    for command in (
        ("ledger", "check"),
        ("snapshot", "verify", "--against-ledger"),
        ("audit", "verify"),
    ):
        done = demo.maskmap(*command)
        assert done.returncode == 0, (command, done.stdout, done.stderr)


def met(fault: Fault, stretches: list[tuple[float, float]]) -> bool:
    """Tell whether a request met a program that was killed and being started again."""
    return any(fault.began <= ready and killed <= fault.ended for killed, ready in stretches)


def sales_in_ledger(demo: Demo, outlets: set[str]) -> set[int]:
    feed = LedgerFeed(demo.state / "ledger.sqlite")
    try:
        rows = [msgspec.json.decode(row.body) for row in feed.audit_rows(0)]
    finally:
        feed.close()
    return {row["sale"] for row in rows if row["act"] == "sale" and row["outlet"] in outlets}


def test_programs_killed_at_random_moments_lose_no_sale_and_the_site_goes_on(demo, rng):
    survive(demo, rng, rounds=4)


@pytest.mark.soak
def test_a_hundred_kills_lose_no_sale(demo, rng):
    survive(demo, rng, rounds=100)


def test_sales_go_on_while_publisher_and_site_are_down_and_show_when_they_are_back(demo):
    till = demo.till(FIRST_CARD + SELLERS)
    before = till.stock()[ADULT]
    demo.kill("publish")
    demo.kill("site")
    answer: Answer = till.sell(a_buyer(), "while they were down")
    assert answer.status == 201
    poll(demo.is_ready)
    demo.await_published(till.outlet, **{ADULT: before - 2})
