"""Who follows the changes from any release holds exactly the next one, whatever happened."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from msgspec.structs import replace

from core.domain.programme import Levels, Programme
from core.domain.snapshot import Manifest
from core.releases import read_file, read_manifest_of
from public_site.view import Release, build_view
from publisher import changes, release_files
from publisher.changes import read, removal
from publisher.formats import geojson, ndjson
from publisher.publishing import Publisher
from publisher.recovery import sequences
from publisher.release_data import OBJECT
from publisher.verify import Fault, check_folder, check_release, open_folder
from tests.publisher.builders import (
    NINE,
    HandClock,
    LedgerFile,
    a_record,
    a_release,
    an_outlet,
    written_by,
)

pytestmark = pytest.mark.slow

ONE, TWO, THREE = "5901010058", "5901010076", "5901010094"
Begin = Callable[[], Publisher]
Objects = dict[str, bytes]


class Reader:
    """A stranger who reads releases, and what the site would send of each outlet."""

    def __init__(self, folder: Path, key) -> None:
        self.folder, self.key = folder, key

    def manifest(self, sequence: int) -> Manifest:
        return read_manifest_of(self.folder, sequence, self.key)[0]

    def told(self, sequence: int) -> dict[str, bytes | None]:
        return read(read_file(self.folder, self.manifest(sequence), changes.PATH))

    def whole(self, sequence: int) -> bytes:
        return read_file(self.folder, self.manifest(sequence), ndjson.PATH)

    def objects(self, sequence: int) -> Objects:
        manifest, body = read_manifest_of(self.folder, sequence, self.key)
        files = {geojson.PATH: read_file(self.folder, manifest, geojson.PATH)}
        view = build_view(Release(manifest, body, b"", files))
        return {code: view.columns.core(p) for p, code in enumerate(view.columns.codes)}


def followed(reader: Reader, objects: Objects, sequence: int) -> Objects:
    """Apply the changes of one release."""
    held = dict(objects)
    for code, said in reader.told(sequence).items():
        if said is None:
            del held[code]
        else:
            held[code] = said
    return held


@pytest.fixture
def reader(folder: Path, signing_key) -> Reader:
    return Reader(folder, signing_key.public_key())


@pytest.fixture
def faults(folder: Path, signing_key) -> Callable[[], list[Fault]]:
    """Return what verifies the folder."""

    def verify() -> list[Fault]:
        opened = open_folder(folder, signing_key.public_key())
        inside = [fault for found in opened.releases for fault in check_release(opened, found)]
        return [*check_folder(opened), *inside]

    return verify


@pytest.fixture
def open_shop(ledger: LedgerFile) -> LedgerFile:
    """Return a ledger with three outlets; one has stock."""
    ledger.register(an_outlet(ONE), an_outlet(TWO), an_outlet(THREE))
    ledger.move(ONE, "adult_mask", 200)
    return ledger


def test_the_first_release_tells_no_changes(open_shop, begin: Begin, masks, reader: Reader) -> None:
    manifest = begin().tick(masks)
    assert reader.told(1) == {}
    listed = {entry.path: entry for entry in manifest.files}
    assert listed["changes.ndjson"].media_type == "application/x-ndjson"
    assert listed["changes.ndjson"].bytes == 0
    assert listed["changes.ndjson.gz"].media_type == "application/gzip"


def test_a_sale_tells_its_outlet_alone_exactly_as_the_site_sends_it(
    open_shop, begin: Begin, masks, reader: Reader, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    clock.forward(seconds=1)
    open_shop.move(ONE, "adult_mask", -2, clock.now)
    manifest = publisher.tick(masks)
    assert reader.told(2) == {ONE: reader.objects(2)[ONE]}
    assert msgspec.json.decode(reader.told(2)[ONE] or b"")["adult_mask"] == 198
    assert {entry.rows for entry in manifest.files if entry.path == "changes.ndjson"} == {1}


@pytest.mark.parametrize(
    "words",
    [{"note": "今日售完"}, {"status": "paused", "status_reason": "盤點"}, {"lon": 121.6}],
    ids=str,
)
def test_what_an_outlet_says_of_itself_is_a_change_without_any_number(
    words, open_shop, begin: Begin, masks, reader: Reader, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    clock.forward(seconds=1)
    open_shop.register(an_outlet(TWO, **words))
    publisher.tick(masks)
    assert reader.told(2) == {TWO: reader.objects(2)[TWO]}


def test_an_outlet_flagged_test_is_told_removed_and_told_whole_when_it_comes_back(
    open_shop, begin: Begin, masks, reader: Reader, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    for flagged in (True, False):
        clock.forward(seconds=1)
        open_shop.register(an_outlet(TWO, test=flagged), an_outlet(THREE, note=str(flagged)))
        if flagged:
            open_shop.register(*(an_outlet(f"59010200{n:02d}") for n in range(10)))
        publisher.tick(masks)
    assert reader.told(2)[TWO] is None
    assert removal(TWO) == b'{"code":"5901010076","removed":true}'
    assert reader.told(3) == {code: reader.objects(3)[code] for code in (TWO, THREE)}


def test_a_release_on_which_nothing_changed_tells_nothing(
    open_shop, begin: Begin, masks, reader: Reader, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    clock.forward(minutes=11)
    publisher.tick(masks)
    clock.forward(minutes=11)
    begin().tick(masks)
    assert (reader.told(2), reader.told(3)) == ({}, {})


def test_what_changed_and_changed_back_between_two_releases_is_no_change(
    open_shop, begin: Begin, masks, reader: Reader, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    clock.forward(seconds=1)
    open_shop.register(an_outlet(TWO, note="soon"))
    open_shop.register(an_outlet(TWO))
    publisher.tick(masks)
    assert reader.told(2) == {}


def test_new_levels_tell_just_the_outlets_that_get_another_level(
    open_shop, begin: Begin, masks: Programme, reader: Reader, clock: HandClock
) -> None:
    publisher = begin()
    publisher.tick(masks)
    clock.forward(seconds=1)
    publisher.tick(replace(masks, levels=Levels(plenty=500, some=30, few=1)))
    assert list(reader.told(2)) == [ONE]


def test_a_product_that_joins_the_programme_is_told_of_every_outlet(
    open_shop, begin: Begin, masks: Programme, reader: Reader, clock: HandClock
) -> None:
    fewer = replace(masks, product=masks.product[:1])
    publisher = begin()
    publisher.publish(clock.now, fewer)
    clock.forward(seconds=1)
    publisher.publish(clock.now, masks)
    assert reader.told(2) == reader.objects(2)


@pytest.mark.parametrize("again", [True, False], ids=["restarted", "running"])
def test_who_follows_the_changes_from_any_release_holds_the_next(
    again: bool,
    ledger: LedgerFile,
    begin: Begin,
    masks: Programme,
    reader: Reader,
    faults,
    clock: HandClock,
    rng: random.Random,
) -> None:
    codes = [f"590101{n:04d}" for n in range(12)]
    ledger.register(*map(an_outlet, codes))
    publisher = begin()
    for step in range(25):
        clock.forward(seconds=rng.choice([1, 700]))
        for _ in range(rng.randrange(4)):
            ledger.move(rng.choice(codes), "adult_mask", rng.randrange(1, 90), clock.now)
        if rng.random() < 0.4:
            words = {"note": f'"valid_at": {step} {{"', "test": rng.random() < 0.3}
            ledger.register(an_outlet(rng.choice(codes[:3]), **words))
        levels = Levels(plenty=rng.choice([100, 150]), some=30, few=1)
        if again and rng.random() < 0.5:
            publisher = begin()
        publisher.publish(clock.now, replace(masks, levels=levels))
    objects = reader.objects(1)
    for sequence in range(2, 26):
        truth = reader.objects(sequence)
        assert followed(reader, reader.objects(sequence - 1), sequence) == truth
        assert all(reader.objects(sequence - 1).get(c) != o for c, o in told(reader, sequence))
        objects = followed(reader, objects, sequence)
        assert objects == truth
    for began in range(1, 26):
        assert whole_after(reader, began, 25) == reader.whole(25)
    assert faults() == []


def whole_after(reader: Reader, began: int, ended: int) -> bytes:
    """Follow the changes from one release to another; return the whole file, ascending by code."""
    held = ndjson.objects_of(reader.whole(began))
    for sequence in range(began + 1, ended + 1):
        held |= reader.told(sequence)
    return b"".join(held[code] + b"\n" for code in sorted(held) if held[code] is not None)


def told(reader: Reader, sequence: int) -> list[tuple[str, bytes | None]]:
    return list(reader.told(sequence).items())


def test_after_a_release_that_cannot_be_read_every_outlet_is_told_and_the_lost_ones_removed(
    open_shop, begin: Begin, masks, reader: Reader, folder: Path, clock: HandClock
) -> None:
    open_shop.register(*(an_outlet(f"59010200{n:02d}") for n in range(10)))
    publisher = begin()
    for _ in range(2):
        clock.forward(seconds=1)
        publisher.publish(clock.now, masks)
    (folder / "0000000002" / ndjson.PATH).write_bytes(b"damaged")
    clock.forward(seconds=1)
    open_shop.register(an_outlet(TWO, test=True))
    begin().tick(masks)
    assert {c for c, said in reader.told(3).items() if said is None} == {TWO}
    assert followed(reader, reader.objects(1), 3) == reader.objects(3)
    assert len(reader.told(3)) == 13


def test_after_a_release_of_an_older_maskmap_every_outlet_is_told_and_who_left_since_removed(
    open_shop, begin: Begin, masks, reader: Reader, clock: HandClock, monkeypatch, capsys
) -> None:
    open_shop.register(*(an_outlet(f"59010200{n:02d}") for n in range(10)))
    older = [form for form in release_files.all_formats() if form is not ndjson]
    monkeypatch.setattr(release_files, "all_formats", lambda: older)
    begin().publish(clock.now, masks)
    monkeypatch.undo()
    clock.forward(seconds=1)
    open_shop.register(an_outlet(TWO, test=True))
    begin().tick(masks)
    told = reader.told(2)
    assert {code for code, said in told.items() if said is None} == {TWO}
    assert told.keys() - {TWO} == reader.objects(2).keys()
    assert "alarm" not in capsys.readouterr().err


def test_where_every_release_is_lost_but_the_log_every_outlet_is_told(
    open_shop, begin: Begin, masks, reader: Reader, folder: Path, clock: HandClock
) -> None:
    begin().tick(masks)
    shutil.rmtree(folder / "0000000001")
    (folder / "0000000001").mkdir()
    clock.forward(seconds=1)
    begin().tick(masks)
    assert sequences(folder)[0] == 2
    assert reader.told(2) == reader.objects(2)


def test_the_lines_of_a_written_file_are_the_objects_that_it_was_made_of() -> None:
    odd = ['"valid_at":"x"}}', ',"properties":{', "two\nlines", "a\\", "𠮷野家"]
    records = [a_record(f"590101{n:04d}", note=text, name=text) for n, text in enumerate(odd)]
    release = a_release(*records)
    body, _ = written_by(ndjson, release)
    assert ndjson.objects_of(body) == release.cache.by_code(OBJECT)
    empty, _ = written_by(ndjson, a_release())
    assert ndjson.objects_of(empty) == {}


@pytest.mark.parametrize(
    "body",
    [b"{}\n", b'{"code":"2"}\n{"code":"1"}\n', b'{"code":"1"}\n{"code":"1"}\n', b'{"code":"1"}'],
)
def test_a_file_that_is_no_list_of_changes_is_not_read(body: bytes) -> None:
    with pytest.raises(ValueError):
        read(body)


@pytest.mark.parametrize(
    ("edit", "fault"),
    [
        (lambda lines: lines[1:], "it does not tell what changed at outlet 5901010058"),
        (
            lambda lines: [lines[0].replace(b":205,", b":206,"), *lines[1:]],
            "it says otherwise of outlet 5901010058 than the release",
        ),
        (
            lambda lines: [*lines, removal("5901010199")],
            "it tells outlet 5901010199, which is as it was",
        ),
        (lambda lines: [*lines, b"{"], "it cannot be read: "),
    ],
)
def test_changes_that_do_not_turn_a_release_into_the_next_are_found(
    edit, fault: str, open_shop, begin: Begin, masks, reader, faults, monkeypatch, clock
) -> None:
    publisher = begin()
    publisher.publish(NINE, masks)
    open_shop.move(ONE, "adult_mask", 5)
    open_shop.move(TWO, "adult_mask", 5)
    write = changes.write

    def wrong(before: changes.Fragments, now: changes.Fragments) -> tuple[bytes, int]:
        body, _ = write(before, now)
        lines = edit(body.splitlines())
        return b"".join(line + b"\n" for line in lines), len(lines)

    monkeypatch.setattr(changes, "write", wrong)
    clock.forward(seconds=1)
    publisher.publish(clock.now, masks)
    (found,) = faults()
    assert found.where == "0000000002/changes.ndjson"
    assert fault in found.what
