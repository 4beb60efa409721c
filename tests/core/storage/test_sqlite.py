"""What only the embedded database can show: durability, faults of the disk, one writer."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.actions import intakes, purchases
from core.domain.audit import canonical, row_hash
from core.errors import Unavailable
from core.ports import Decision, Facts, Order, Reply
from core.storage.cli import differences
from core.storage.feed import LedgerFeed
from core.storage.migrate import migrate
from core.storage.sqlite import SqliteLedger
from tests.builders import PHARMACY, SUNDAY, a_claim, a_desk, an_outlet

# Sells for ever, one line on stdout for each acknowledged sale.
SELLER = """
import asyncio, sys
from pathlib import Path
from core.actions import intakes, purchases
from core.storage.sqlite import SqliteLedger
from tests.builders import PHARMACY, SUNDAY, a_claim, a_desk, an_outlet

async def main(path, first, count):
    ledger = SqliteLedger(path)
    desk = a_desk(ledger)
    await ledger.save_outlets([an_outlet(PHARMACY)], {"act": "register"}, SUNDAY)
    await intakes.manual_intake(desk, by="t", outlet=PHARMACY, pieces={"adult_mask": 600},
                                key=f"goods-{first}", body=b"")
    for person in range(first, first + count):
        await purchases.record_sale(desk, by="t", outlet=PHARMACY, claim=a_claim(person),
                                    pieces={"adult_mask": 2}, key=f"k{person}", body=b"")
        print(person, flush=True)
    ledger.close()

asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
"""


@pytest.fixture
def path(state: Path) -> Path:
    migrate(state / "ledger.sqlite")
    return state / "ledger.sqlite"


@pytest.fixture
async def ledger(path: Path) -> AsyncIterator[SqliteLedger]:
    opened = SqliteLedger(path)
    await opened.save_outlets([an_outlet(PHARMACY)], {"act": "register"}, SUNDAY)
    yield opened
    opened.close()


def seller(path: Path, first: int, count: int, *wrapped: str) -> subprocess.Popen[str]:
    command = [*wrapped, sys.executable, "-c", SELLER, str(path), str(first), str(count)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def consistent(path: Path) -> bool:
    feed = LedgerFeed(path)
    kept = {key: balance.pieces for key, balance in feed.balances().items()}
    differing = differences(feed.recompute(), kept)
    feed.close()
    return not differing


def links(path: Path) -> int:
    with sqlite3.connect(path) as connection:
        return int(connection.execute("SELECT count(*) FROM person_links").fetchone()[0])


def test_no_acknowledged_sale_is_lost_when_the_writer_is_killed(path: Path) -> None:
    acknowledged = 0
    for round_ in range(3):
        process = seller(path, round_ * 250, 250)
        assert process.stdout
        for _ in range(40 + 17 * round_):
            assert process.stdout.readline()
            acknowledged += 1
        process.send_signal(signal.SIGKILL)
        acknowledged += len(process.stdout.read().splitlines())
        process.wait()
        assert consistent(path)
    assert acknowledged <= links(path) <= acknowledged + 3


def test_every_commit_is_synchronised_to_the_disk(path: Path, tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("no strace on this computer: apt-get install strace")
    counted = tmp_path / "syscalls"
    tracing = ("strace", "-f", "-c", "-e", "trace=fsync,fdatasync", "-o", str(counted))
    process = seller(path, 0, 50, *tracing)
    assert process.stdout and len(process.stdout.read().splitlines()) == 50
    assert process.wait() == 0
    rows = [line.split() for line in counted.read_text().splitlines() if "sync" in line]
    assert sum(int(row[3]) for row in rows) >= 50


async def test_orders_that_wait_are_committed_together(ledger: SqliteLedger, path: Path) -> None:
    desk = a_desk(ledger)
    await intakes.automatic_intake(desk, by="t", outlet=PHARMACY)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    waiting = [
        asyncio.create_task(
            purchases.record_sale(
                desk,
                by="t",
                outlet=PHARMACY,
                claim=a_claim(person),
                pieces={"adult_mask": 2},
                key=f"k{person}",
                body=b"",
            )
        )
        for person in range(20)
    ]
    await asyncio.wait(waiting, timeout=0.2)
    blocker.execute("ROLLBACK")
    replies = await asyncio.gather(*waiting)
    assert len({reply.body for reply in replies}) == 20
    assert (await ledger.stock(PHARMACY))["adult_mask"] == 160


async def test_one_order_that_fails_takes_no_other_with_it(
    ledger: SqliteLedger, path: Path
) -> None:
    desk = a_desk(ledger)

    def broken(facts: Facts) -> Decision:
        raise ZeroDivisionError

    goods = intakes.automatic_intake(desk, by="t", outlet=PHARMACY)
    bug = ledger.commit(Order(PHARMACY, broken, SUNDAY))
    outcomes = await asyncio.gather(goods, bug, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [Reply, ZeroDivisionError]
    assert consistent(path)


async def test_a_ledger_that_cannot_be_written_says_so_and_recovers(
    ledger: SqliteLedger, path: Path
) -> None:
    desk = a_desk(ledger)
    limit = sqlite3.connect(path)
    limit.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'x'); END")
    with pytest.raises(Unavailable):
        await intakes.automatic_intake(desk, by="t", outlet=PHARMACY)
    limit.execute("DROP TRIGGER full")
    assert await ledger.stock(PHARMACY) == {}
    assert (await intakes.automatic_intake(desk, by="t", outlet=PHARMACY)).body


async def test_the_database_itself_refuses_a_negative_balance(path: Path) -> None:
    with sqlite3.connect(path) as connection, pytest.raises(sqlite3.IntegrityError):
        connection.execute("INSERT INTO balances VALUES ('5901010058', 'adult_mask', -1, 0)")


async def test_a_caller_that_goes_away_does_not_undo_the_sale(ledger: SqliteLedger) -> None:
    desk = a_desk(ledger)
    await intakes.automatic_intake(desk, by="t", outlet=PHARMACY)
    request = {"by": "t", "outlet": PHARMACY, "claim": a_claim(), "pieces": {"adult_mask": 2}}
    task = asyncio.create_task(
        purchases.record_sale(desk, **request, key="k", body=b"")  # type: ignore[arg-type]
    )
    await asyncio.wait([task], timeout=0)
    task.cancel()
    again = await purchases.record_sale(desk, **request, key="k", body=b"")  # type: ignore[arg-type]
    assert again.repeated
    assert (await ledger.stock(PHARMACY))["adult_mask"] == 198


async def test_every_act_and_every_look_up_leaves_one_audit_row(
    ledger: SqliteLedger, path: Path
) -> None:
    desk = a_desk(ledger)
    await intakes.automatic_intake(desk, by="t", outlet=PHARMACY)
    await purchases.check_eligibility(desk, by="t", outlet=PHARMACY, claim=a_claim())
    feed = LedgerFeed(path)
    rows = list(feed.audit_rows(0))
    feed.close()
    assert [row.number for row in rows] == [1, 2, 3]
    assert all(row_hash(row.body) == row.sha256 for row in rows)
    assert [b'"act":"eligibility"' in row.body for row in rows] == [False, False, True]


def test_canonical_rows_are_sorted_compact_and_unescaped() -> None:
    row = {"z": 1, "a": {"ü": "臺\n", "b": [True, None]}}
    assert canonical(row) == '{"a":{"b":[true,null],"ü":"臺\\n"},"z":1}'.encode()


async def test_a_feed_sees_one_instant(ledger: SqliteLedger, path: Path) -> None:
    desk = a_desk(ledger)
    feed = LedgerFeed(path)
    with feed.instant():
        before = feed.position()
        await intakes.automatic_intake(desk, by="t", outlet=PHARMACY)
        assert (feed.position(), feed.balances()) == (before, {})
    assert feed.position() == before + 2
    assert {(c.product, c.pieces) for c in feed.changes(before)} == {
        ("adult_mask", 200),
        ("child_mask", 50),
    }
    assert feed.recompute(before) == {}
    feed.close()
