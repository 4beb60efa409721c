"""Releases: what is made when, what they say, and what stays of the old ones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from core.domain.audit import next_head, row_hash
from core.domain.outlets import Outlet
from core.domain.programme import Programme, from_document
from core.domain.snapshot import Manifest
from core.errors import Conflict
from core.releases import read_current, read_file, read_manifest, sha256_hex
from core.settings import Settings
from core.storage.feed import LedgerFeed
from publisher.formats import official_csv
from publisher.publishing import Publisher, open_publisher
from publisher.quality import Withheld
from publisher.recovery import sequences
from publisher.release import is_reduced
from publisher.release_log import read_log
from publisher.verify import check_folder, check_release, open_folder
from tests.publisher.builders import NINE, HandClock, LedgerFile, an_outlet, read_by

ONE, TWO = "5901010058", "5901010076"
Begin = Callable[[], Publisher]


@pytest.fixture
def open_shop(ledger: LedgerFile) -> LedgerFile:
    """Return a ledger with two outlets, one of them with stock."""
    ledger.register(an_outlet(ONE), an_outlet(TWO, name="榮星藥局"))
    ledger.move(ONE, "adult_mask", 200)
    return ledger


def _faults(folder: Path, signing_key) -> list[object]:
    opened = open_folder(folder, signing_key.public_key())
    inside = [fault for found in opened.releases for fault in check_release(opened, found)]
    return [*check_folder(opened), *inside]


def _published(folder: Path, signing_key, path: str = "maskdata.csv") -> bytes:
    key = signing_key.public_key()
    manifest, _ = read_manifest(folder, read_current(folder, key), key)
    return read_file(folder, manifest, path)


def test_the_first_release_holds_every_file_of_the_contract_and_each_compressed(
    open_shop, begin: Begin, masks, folder, signing_key
) -> None:
    manifest = begin().tick(masks)
    assert manifest is not None
    plain = {"maskdata.csv", "maskdata-all.csv", "outlets.geojson", "points.json"}
    paths = {entry.path for entry in manifest.files}
    assert paths >= plain | {f"{path}.gz" for path in plain}
    assert manifest.sequence == 1
    assert manifest.previous == ""
    assert manifest.as_of == "2020-02-06T09:00:03+08:00"
    assert manifest.counts == {
        "outlets": 2,
        "outlets_with_stock": 1,
        "adult_mask": 200,
        "child_mask": 0,
    }
    rows = {entry.path: entry.rows for entry in manifest.files}
    assert (rows["maskdata.csv"], rows["maskdata-all.csv"]) == (1, 2)
    assert _faults(folder, signing_key) == []


def test_the_rules_travel_whole_inside_the_manifest(open_shop, begin: Begin, masks) -> None:
    rules = begin().publish(NINE, masks).rules
    assert (rules.programme, rules.block, rules.pinned) == ("masks", "2020-02-06", False)
    assert from_document(rules.document) == masks
    assert rules.hash == masks.rules_hash()
    assert rules.words["zh-TW"] and rules.words["en"]


def test_before_the_first_block_there_are_no_rules_in_force(open_shop, begin: Begin, masks) -> None:
    rules = begin().publish(NINE - timedelta(days=30), masks).rules
    assert (rules.block, rules.words) == ("", {})


def test_the_audit_head_chains_every_row_up_to_its_position(
    open_shop, begin: Begin, masks, feed: LedgerFeed, clock: HandClock
) -> None:
    publisher = begin()
    first = publisher.tick(masks)
    clock.forward(seconds=1)
    open_shop.move(TWO, "adult_mask", 1)
    second = publisher.tick(masks)
    rows = [row_hash(row.body) for row in feed.audit_rows(0)]
    assert first is not None and second is not None
    assert first.audit_head == next_head(bytes(32), rows[:2]).hex()
    assert second.audit_head == next_head(bytes.fromhex(first.audit_head), rows[2:]).hex()
    assert second.audit_position == "3"


def test_a_tick_on_which_nothing_changed_only_renews_the_time_of_the_look(
    open_shop, begin: Begin, masks, folder, signing_key, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    before = read_current(folder, signing_key.public_key())
    clock.forward(minutes=9)
    assert publisher.tick(masks) is None
    after = read_current(folder, signing_key.public_key())
    assert after == replace(before, checked_at="2020-02-06T09:09:03+08:00")
    assert sequences(folder) == [1]


def test_a_look_up_of_a_person_alone_makes_no_release(
    open_shop, begin: Begin, masks, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    clock.forward(seconds=1)
    open_shop.look_up()
    assert publisher.tick(masks) is None


def test_every_ten_minutes_there_is_a_release_whatever_happens(
    open_shop, begin: Begin, masks, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    clock.forward(minutes=10)
    manifest = publisher.tick(masks)
    assert manifest is not None
    assert manifest.sequence == 2


@pytest.mark.parametrize(
    "change",
    [
        lambda ledger: ledger.move(ONE, "adult_mask", -2),
        lambda ledger: ledger.register(an_outlet(ONE, note="今日售完")),
    ],
)
def test_stock_or_register_that_changed_is_released_at_once(
    change, open_shop, begin: Begin, masks, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    clock.forward(seconds=1)
    change(open_shop)
    assert publisher.tick(masks) is not None
    assert publisher.tick(masks) is None


def test_new_rules_are_released_at_once_and_so_are_those_of_a_new_day(
    open_shop, begin: Begin, masks: Programme, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    clock.forward(seconds=1)
    pinned = publisher.tick(masks.pinned_to(date(2020, 2, 6)))
    assert pinned is not None
    assert pinned.rules.pinned
    clock.now = NINE.replace(month=2, day=27)
    assert publisher.tick(masks) is not None


def test_a_restart_on_which_nothing_changed_makes_no_release(
    open_shop, begin: Begin, masks, clock: HandClock
) -> None:
    begin().tick(masks)
    clock.forward(seconds=1)
    assert begin().tick(masks) is None


def test_releases_are_chained_by_the_hash_of_the_manifest_before(
    open_shop, begin: Begin, masks, folder, clock: HandClock
) -> None:
    publisher = begin()
    first = publisher.publish(NINE, masks)
    clock.forward(seconds=1)
    second = begin().publish(NINE, masks)
    assert second.sequence == 2
    body = (folder / "0000000001" / "manifest.json").read_bytes()
    assert second.previous == sha256_hex(body)
    assert msgspec.json.decode(body, type=Manifest) == first


def test_a_release_can_state_a_source_time_of_the_past_with_the_rules_of_its_day(
    open_shop, begin: Begin, masks, folder, signing_key, clock: HandClock
) -> None:
    clock.now = NINE.replace(year=2026)
    publisher = begin()
    for hour in (9, 10):
        manifest = publisher.publish(NINE.replace(hour=hour), masks)
    assert manifest.as_of == "2020-02-06T10:00:03+08:00"
    assert manifest.published_at == "2026-02-06T09:00:03+08:00"
    assert manifest.rules.block == "2020-02-06"
    assert (
        read_by(official_csv, _published(folder, signing_key)).source_time == "2020/02/06 10:00:03"
    )


def test_the_gate_keeps_the_last_good_release_and_does_not_renew_its_age(
    open_shop, begin: Begin, masks, folder, signing_key, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    before = read_current(folder, signing_key.public_key())
    clock.forward(seconds=30)
    open_shop.register(an_outlet(TWO, lon=0.0, lat=0.0))
    with pytest.raises(Withheld, match="not in Taiwan"):
        publisher.tick(masks)
    assert read_current(folder, signing_key.public_key()) == before
    open_shop.register(an_outlet(TWO))
    healed = publisher.tick(masks)
    assert healed is not None
    assert healed.sequence == 2


def test_old_releases_go_and_the_log_keeps_a_line_of_each(
    open_shop, begin: Begin, masks, folder, signing_key, clock: HandClock
) -> None:
    publisher = begin()
    for _ in range(35):
        clock.forward(seconds=1)
        publisher.publish(clock.now, masks)
    assert sequences(folder) == list(range(35, 0, -1))
    whole = [n for n in sequences(folder) if not is_reduced(folder, n)]
    assert whole == list(range(35, 5, -1))
    lines, damage = read_log(folder)
    assert [line.sequence for line in lines] == list(range(1, 36))
    assert damage == []
    assert _faults(folder, signing_key) == []
    clock.forward(seconds=1)
    assert begin().publish(clock.now, masks).sequence == 36


def test_a_permanent_reader_never_sees_part_of_a_release(
    open_shop, begin: Begin, masks, folder, signing_key, clock: HandClock
) -> None:
    publisher, key = begin(), signing_key.public_key()
    publisher.publish(clock.now, masks)
    done = threading.Event()
    seen: set[int] = set()
    trouble: list[Exception] = []

    def read_on() -> None:
        last = 0
        while not done.is_set():
            try:
                current = read_current(folder, key)
                manifest, _ = read_manifest(folder, current, key)
                for entry in manifest.files:
                    read_file(folder, manifest, entry.path)
                assert manifest.sequence >= last
            except Exception as error:
                trouble.append(error)
                return
            last = manifest.sequence
            seen.add(last)

    readers = [threading.Thread(target=read_on) for _ in range(2)]
    for reader in readers:
        reader.start()
    for number in range(60):
        clock.forward(seconds=1)
        if number % 3:
            open_shop.move(ONE, "adult_mask", 1)
        publisher.tick(masks)
    done.set()
    for reader in readers:
        reader.join()
    assert trouble == []
    assert len(seen) > 2


def test_only_one_publisher_works_on_a_state(open_shop, settings: Settings) -> None:
    with (
        open_publisher(settings),
        pytest.raises(Conflict, match="another publisher"),
        open_publisher(settings),
    ):
        pass


def test_no_test_outlet_reaches_any_file(
    open_shop, begin: Begin, masks, folder, signing_key, clock: HandClock
) -> None:
    marked = Outlet(code="3599999999", name="虛擬診所", kind="clinic", test=True)
    open_shop.register(marked)
    open_shop.move(marked.code, "adult_mask", 7)
    manifest = begin().publish(clock.now, masks)
    assert manifest.counts["outlets"] == 2
    for path in ("maskdata.csv", "maskdata-all.csv", "outlets.geojson", "points.json"):
        assert b"3599999999" not in _published(folder, signing_key, path)
