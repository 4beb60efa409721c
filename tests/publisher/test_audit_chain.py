"""The audit trail against the heads that were published."""

from __future__ import annotations

import pytest

from core.domain.audit import row_hash
from publisher.audit_chain import verify_trail
from publisher.release_log import ReleaseLine, read_log
from tests.publisher.builders import HandClock, LedgerFile, an_outlet

pytestmark = pytest.mark.slow

ONE = "5901010058"


@pytest.fixture
def log(ledger: LedgerFile, begin, masks, clock: HandClock, folder) -> list[ReleaseLine]:
    """Return the log of four releases; one more audit row follows the last."""
    ledger.register(an_outlet(ONE))
    publisher = begin()
    for number in range(4):
        clock.forward(seconds=1)
        for _ in range(number):
            ledger.move(ONE, "adult_mask", 1)
        publisher.publish(clock.now, masks)
    ledger.look_up()
    return read_log(folder)[0]


def test_a_sound_trail_gives_every_published_head(ledger, feed, log) -> None:
    trail = verify_trail(feed, log)
    assert trail.faults == []
    assert trail.rows == 8
    assert list(trail.heads) == [line.audit_head for line in log]
    assert verify_trail(feed, log, log[1].audit_head.upper()).faults == []


def test_a_row_that_was_changed_is_named_as_the_first_bad_record(ledger, feed, log) -> None:
    ledger.run("""UPDATE audit SET body = replace(body, 'intake', 'sale') WHERE number IN (4, 6)""")
    faults = verify_trail(feed, log).faults
    assert faults[0] == "row 4 was changed: it is the first bad record"
    assert "another head" in faults[1]
    assert len(faults) == 2


def test_a_row_changed_together_with_its_hash_breaks_the_head_of_its_release(
    ledger, feed, log
) -> None:
    ledger.run("UPDATE audit SET body = ?, sha256 = ? WHERE number = 4", "{}", row_hash(b"{}"))
    assert verify_trail(feed, log).faults == ["release 3: the rows give another head"]


@pytest.mark.parametrize("number", [1, 4, 7])
def test_a_row_that_was_taken_out_leaves_a_gap(ledger, feed, log, number: int) -> None:
    ledger.run("DELETE FROM audit WHERE number = ?", number)
    faults = verify_trail(feed, log).faults
    assert faults[0] == f"after row {number - 1} comes row {number + 1}"


def test_rows_that_were_exchanged_are_found(ledger, feed, log) -> None:
    ledger.run("UPDATE audit SET number = -1 WHERE number = 1")
    ledger.run("UPDATE audit SET number = 1 WHERE number = 2")
    ledger.run("UPDATE audit SET number = 2 WHERE number = -1")
    assert verify_trail(feed, log).faults == ["release 1: the rows give another head"]


def test_a_tail_that_was_cut_is_found_by_the_log(ledger, feed, log) -> None:
    ledger.run("DELETE FROM audit WHERE number > 5")
    (fault,) = verify_trail(feed, log).faults
    assert fault == "the trail ends at row 5; release 4 covers 7: its tail was cut"


def test_a_tail_cut_from_the_log_too_is_found_by_a_head_that_a_stranger_wrote_down(
    ledger, feed, log
) -> None:
    head = log[-1].audit_head
    ledger.run("DELETE FROM audit WHERE number > 4")
    assert verify_trail(feed, log[:-1]).faults == []
    assert verify_trail(feed, log[:-1], head).faults == [
        f"no release with head {head} follows from these rows"
    ]


def test_a_bad_row_after_the_last_release_is_found_too(ledger, feed, log) -> None:
    ledger.run("UPDATE audit SET body = '{}' WHERE number = 8")
    assert verify_trail(feed, log).faults == ["row 8 was changed: it is the first bad record"]


def test_without_any_release_the_rows_alone_are_checked(ledger, feed) -> None:
    ledger.look_up()
    trail = verify_trail(feed, [])
    assert (trail.rows, trail.faults, trail.heads) == (1, [], {})
