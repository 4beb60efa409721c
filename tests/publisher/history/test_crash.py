"""A writer of history that fails or dies at any step leaves a good index, and nothing twice."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest

from core.storage.feed import LedgerFeed
from publisher.history import keeping
from publisher.history.checking import check_history
from publisher.history.keeping import Keeper
from publisher.publishing import Publisher
from tests.publisher.builders import HandClock, LedgerFile
from tests.publisher.history.conftest import ONE
from tests.publisher.history.test_keeping import (
    ADULT,
    Listener,
    assert_equal_to_the_ledger,
    at,
    faults,
    rows_of,
)
from tests.publisher.test_crash import death, disk_error, failing

pytestmark = pytest.mark.slow


@pytest.fixture
def told(shop: LedgerFile, feed: LedgerFeed, masks, folder: Path, signing_key, clock: HandClock):
    """Return what makes the next release, on the next day, and says what its followers hear."""
    listener = Listener()
    publisher = Publisher(feed, folder, signing_key, clock=clock, followers=(listener,))
    clock.now = at(9, day=5)

    def release(**later: float):
        clock.forward(**later)
        shop.move(ONE, ADULT, 1, clock.now)
        publisher.tick(masks)
        return listener.told

    return release


# Every step in the long run; each fifth in the short one, beginning elsewhere each time.
strides = pytest.mark.parametrize("stride", [5, pytest.param(1, marks=pytest.mark.soak)])


def by_the_index(folder: Path, signing_key) -> list[object]:
    """Return what is wrong for a reader who goes by the index; left-overs are swept at a start."""
    found = check_history(folder, signing_key.public_key())
    return [fault for fault in found if "does not name it" not in fault.what]


@strides
def test_a_disk_error_at_any_step_is_made_good_by_the_next_tick(
    stride: int, told, feed, folder, signing_key, clock, monkeypatch, rng
) -> None:
    monkeypatch.setattr(keeping, "MOST_PARTS", 2)
    keeper = Keeper(feed, folder, signing_key, clock)
    keeper.keep_up(told(seconds=1))
    step, calls = rng.randrange(stride), ["?"] * stride
    while len(calls) >= step:
        step += stride
        keeper.keep_up(told(minutes=6))
        ahead = told(days=1)
        with failing(step, disk_error) as calls, suppress(OSError):
            keeper.keep_up(ahead)
            keeper.finish()
        assert by_the_index(folder, signing_key) == [], f"step {step}"
        keeper.keep_up(told(minutes=6))
        keeper.finish()
        assert [*check_history(folder, signing_key.public_key())] == [], f"step {step}"
        assert not list(folder.rglob(".*")), f"step {step}: {calls[-1]}"
    assert step > 40
    assert_equal_to_the_ledger(folder, feed)
    assert faults(folder, signing_key, feed) == []
    assert len({row[1:4] for row in rows_of(folder)}) == len(rows_of(folder))


@strides
def test_a_process_killed_at_any_step_leaves_a_good_index_and_the_next_one_goes_on(
    stride: int, told, shop, feed, folder, signing_key, clock, monkeypatch, rng
) -> None:
    monkeypatch.setattr(keeping, "MOST_PARTS", 2)
    keeper = Keeper(feed, folder, signing_key, clock)
    keeper.keep_up(told(seconds=1))
    keeper.finish()
    step, status = rng.randrange(stride), 9
    while status == 9:
        step += stride
        told(minutes=6)
        ahead = told(days=1)
        child = os.fork()
        if child == 0:
            with failing(step, death):
                keeper = Keeper(LedgerFeed(shop.path), folder, signing_key, clock)
                keeper.keep_up(ahead)
                keeper.finish()
            os._exit(0)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        assert by_the_index(folder, signing_key) == [], f"step {step}"
    assert step > 40
    keeper = Keeper(feed, folder, signing_key, clock)
    keeper.keep_up(told(minutes=1))
    keeper.finish()
    assert_equal_to_the_ledger(folder, feed)
    assert faults(folder, signing_key, feed) == []
    assert not list(folder.rglob(".*"))
