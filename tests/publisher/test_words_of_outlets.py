"""What outlets say reaches the releases, and ends by itself at the publisher's tick."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from core.domain.calendar import TAIPEI
from core.domain.outlet_says import Tickets
from core.domain.programme import Programme
from core.releases import CHANGES, read_current, read_file, read_manifest
from core.storage.feed import LedgerFeed
from publisher.collect import Collector
from publisher.publishing import Publisher
from publisher.verify import check_folder, check_release, open_folder
from publisher.verify_words import words_against_state, words_can_be_recomputed
from tests.publisher.builders import NINE, HandClock, LedgerFile, an_outlet

pytestmark = pytest.mark.slow

ONE, TWO = "5901010058", "5901010076"
EVENING = datetime(2020, 2, 6, 23, 59, 50, tzinfo=TAIPEI)
Begin = Callable[[], Publisher]


class Shop:
    """A ledger, a publisher of it, a clock; ``tick`` returns what was released of outlet ONE."""

    def __init__(self, ledger: LedgerFile, begin: Begin, masks: Programme, clock: HandClock):
        self.ledger, self.begin, self.masks, self.clock = ledger, begin, masks, clock
        self.publisher = begin()

    def tick(self):
        return self.publisher.tick(self.masks)

    def restart(self) -> None:
        self.publisher = self.begin()


@pytest.fixture
def shop(ledger: LedgerFile, begin: Begin, masks: Programme, clock: HandClock) -> Shop:
    """Return two outlets, one with stock, and a first release."""
    ledger.register(an_outlet(ONE, note="登記的備註"), an_outlet(TWO, phone="(02)29990000"))
    ledger.move(ONE, "adult_mask", 200)
    found = Shop(ledger, begin, masks, clock)
    assert found.tick() is not None
    return found


@pytest.fixture
def newest(folder: Path, signing_key) -> Callable[[str], bytes]:
    """Return what reads a file of the newest release."""

    def read(path: str) -> bytes:
        key = signing_key.public_key()
        manifest, _ = read_manifest(folder, read_current(folder, key), key)
        return read_file(folder, manifest, path)

    return read


def outlet(newest, code: str = ONE) -> dict[str, object]:
    features = json.loads(newest("outlets.geojson"))["features"]
    return next(f["properties"] for f in features if f["id"] == code)


def test_sold_out_is_published_with_its_times_and_ends_at_midnight_by_itself(
    shop: Shop, newest
) -> None:
    shop.clock.now = EVENING
    shop.ledger.say(ONE, sold_out_at=EVENING)
    assert shop.tick() is not None
    said = outlet(newest)
    assert (said["availability"], said["adult_mask"]) == ("sold_out", 200)
    assert said["availability_since"] == "2020-02-06T23:59:50+08:00"
    assert said["availability_until"] == "2020-02-07T00:00:00+08:00"
    assert b"(02)25774551,200,0" in newest("maskdata.csv")
    shop.clock.forward(seconds=9)
    assert shop.tick() is None
    shop.clock.forward(seconds=1)
    released = shop.tick()
    assert released is not None and released.state_position.endswith("@2020-02-07T00:00:00+08:00")
    assert outlet(newest)["availability"] == "buyable"
    told = [json.loads(line) for line in newest(CHANGES).splitlines()]
    assert [(one["code"], one["availability"]) for one in told] == [(ONE, "buyable")]
    shop.clock.forward(seconds=1)
    assert shop.tick() is None


def test_an_end_that_passed_while_nobody_published_is_noticed_after_a_restart(
    shop: Shop, newest
) -> None:
    end = NINE + timedelta(minutes=5)
    shop.ledger.say(ONE, paused_at=NINE, pause_reason="power_cut", pause_until=end)
    shop.clock.forward(seconds=1)
    assert shop.tick() is not None
    assert outlet(newest)["availability_reason"] == "停電，暫停販售"
    shop.clock.forward(seconds=1)
    shop.restart()
    assert shop.tick() is None
    shop.clock.now = end
    shop.restart()
    assert shop.tick() is not None
    assert outlet(newest)["availability"] == "buyable"


def test_a_hidden_phone_is_in_no_file_and_comes_back(shop: Shop, newest) -> None:
    shop.ledger.say(ONE, phone_hidden=True)
    assert shop.tick() is not None
    for path in ("maskdata.csv", "maskdata-all.csv", "points.json", "outlets.geojson", CHANGES):
        assert b"25774551" not in newest(path), path
    assert outlet(newest)["phone_status"] == "hidden"
    assert outlet(newest, TWO)["phone"] == "(02)29990000"
    shop.ledger.say(ONE, phone_hidden=False)
    assert shop.tick() is not None
    assert (outlet(newest)["phone"], outlet(newest)["phone_status"]) == ("(02)25774551", "")


def test_notes_windows_and_tickets_are_published_and_the_registers_note_comes_back(
    shop: Shop, newest
) -> None:
    windows = "一至五 09:00-11:00 50片"
    tickets = Tickets(time="08:30", count=100, gone_at=NINE)
    shop.ledger.say(ONE, note="自己的話", sale_windows=windows, tickets=tickets)
    assert shop.tick() is not None
    said = outlet(newest)
    assert (said["note"], said["sale_windows"]) == ("自己的話", windows)
    assert (said["tickets"], said["availability"]) == ("08:30 發 100 張", "tickets_gone")
    shop.ledger.say(ONE)
    assert shop.tick() is not None
    assert outlet(newest)["note"] == "登記的備註"


def test_a_stopped_programme_pauses_every_outlet_until_it_is_lifted(shop: Shop, newest) -> None:
    end = NINE + timedelta(minutes=2)
    shop.ledger.stop("outlet", TWO, NINE)
    assert shop.tick() is not None
    assert outlet(newest)["availability"] == "buyable"
    assert outlet(newest, TWO)["availability_reason"] == "稽查中 / Inspection"
    shop.ledger.stop("programme", "masks", NINE, end)
    assert shop.tick() is not None
    assert outlet(newest)["availability_until"] == "2020-02-06T09:02:03+08:00"
    assert outlet(newest, TWO)["availability_until"] == ""
    shop.clock.now = end
    assert shop.tick() is not None
    assert outlet(newest)["availability"] == "buyable"
    assert outlet(newest, TWO)["availability"] == "paused"
    shop.ledger.lift_stops()
    assert shop.tick() is not None
    assert outlet(newest, TWO)["availability"] == "buyable"


def test_a_pause_of_the_register_ends_with_its_last_day(shop: Shop, newest) -> None:
    shop.clock.now = EVENING
    paused = an_outlet(ONE, status="paused", status_reason="休假", status_until=date(2020, 2, 6))
    shop.ledger.register(paused)
    assert shop.tick() is not None
    assert outlet(newest)["availability_until"] == "2020-02-07T00:00:00+08:00"
    shop.clock.forward(seconds=10)
    assert shop.tick() is not None
    assert outlet(newest)["availability"] == "buyable"


def test_what_is_folded_over_a_day_equals_what_is_read_anew(
    ledger: LedgerFile, feed: LedgerFeed, masks: Programme, rng
) -> None:
    codes = [f"590101{n:04d}" for n in range(8)]
    ledger.register(*map(an_outlet, codes))
    folding, now = Collector(feed), NINE
    for _ in range(80):
        now += timedelta(minutes=rng.randrange(1, 240))
        if rng.random() < 0.5:
            ledger.say(rng.choice(codes), **_something(rng, now))
        if rng.random() < 0.2:
            scope = rng.choice([("outlet", rng.choice(codes)), ("programme", "masks")])
            ledger.lift_stops()
            ledger.stop(*scope, now, rng.choice([None, now + timedelta(hours=3)]))
        if rng.random() < 0.2:
            until = rng.choice([None, now.date()])
            status = rng.choice(["active", "paused", "withdrawn"])
            ledger.register(an_outlet(rng.choice(codes), status=status, status_until=until))
        anew = Collector(feed)
        assert folding.collect(masks, now) == anew.collect(masks, now)
        assert folding.records == anew.records


def _something(rng, now: datetime) -> dict[str, object]:
    return rng.choice(
        [
            {},
            {"sold_out_at": now},
            {"tickets": Tickets(gone_at=now)},
            {"paused_at": now, "pause_reason": "crowd", "pause_until": now + timedelta(hours=2)},
            {"phone_hidden": True, "note": "x"},
        ]
    )


def test_only_outlets_whose_time_has_come_get_a_new_record(
    ledger: LedgerFile, feed: LedgerFeed, masks: Programme
) -> None:
    ledger.register(an_outlet(ONE), an_outlet(TWO))
    ledger.say(TWO, sold_out_at=EVENING)
    collector = Collector(feed)
    collector.collect(masks, EVENING)
    before = collector.records
    collector.collect(masks, EVENING + timedelta(seconds=20))
    assert collector.records[0] is before[0]
    assert collector.records[1].availability == "buyable"


def test_the_words_of_the_newest_release_can_be_recomputed_and_a_lie_is_named(
    shop: Shop, feed: LedgerFeed, folder: Path, signing_key
) -> None:
    shop.ledger.say(ONE, sold_out_at=NINE, note="自己的話")
    shop.tick()
    opened = open_folder(folder, signing_key.public_key())
    assert [*check_folder(opened)] == []
    assert [fault for found in opened.releases for fault in check_release(opened, found)] == []
    first, last = (found.manifest for found in opened.releases)
    assert not words_can_be_recomputed(first, feed)
    bodies = {entry.path: read_file(folder, last, entry.path) for entry in last.files}
    assert list(words_against_state(last, bodies, feed)) == []
    lying = bodies | {"outlets.ndjson": bodies["outlets.ndjson"].replace(b"sold_out", b"buyable")}
    assert list(words_against_state(last, lying, feed)) == [
        f"{ONE} availability: published 'buyable', stored 'sold_out'"
    ]


HOSTILE = ["<script>alert(1)</script>", '"=cmd|1!A1', "=HYPERLINK(1)", "a,b;c", "\u202eabc", "堃𡘙"]


def test_hostile_words_come_through_every_format_as_text(shop: Shop, newest) -> None:
    for text in HOSTILE:
        said = {"note": text, "sale_windows": text, "pause_reason": "own", "pause_zh": text}
        shop.ledger.say(ONE, **said, pause_en=text, paused_at=NINE)
        shop.clock.forward(seconds=1)
        assert shop.tick() is not None
        assert (outlet(newest)["note"], outlet(newest)["availability_reason"]) == (text, text)
        [point] = [
            feature["properties"]
            for feature in json.loads(newest("points.json"))["features"]
            if feature["properties"]["id"] == ONE
        ]
        assert text in point["custom_note"]
        if text.startswith("="):
            assert f"'{text}" in newest("maskdata-all.csv").decode()
