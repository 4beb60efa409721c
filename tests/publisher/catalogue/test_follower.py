"""The catalogue follows the releases: after each, only what changed, again after a restart."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.snapshot import Manifest
from core.releases import read_manifest_of, read_signed
from core.settings import Settings
from publisher.catalogue.about import Operator, operator_of
from publisher.catalogue.follower import CATALOGUE, SELDOM, Catalogue
from publisher.publishing import followers_of
from tests.publisher.builders import HandClock
from tests.publisher.catalogue.conftest import NOBODY, OPERATOR, Begin, a_told, put_history


def bodies(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in CATALOGUE}


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    """Return which file of the disk each name means, and when it was written."""
    found = {name: (folder / name).stat() for name in CATALOGUE}
    return {name: (stat.st_ino, stat.st_mtime_ns) for name, stat in found.items()}


def described(folder: Path) -> int:
    return json.loads((folder / "datapackage.json").read_bytes())["feed"]["sequence"]


def test_every_file_is_signed_after_the_first_release(begin: Begin, folder, masks, signing_key):
    begin().tick(masks)
    for name in CATALOGUE:
        body, _ = read_signed(folder / name, signing_key.public_key())
        assert json.loads(body)
    assert described(folder) == 1


def test_it_changes_with_a_release_and_at_no_other_tick(begin, folder, masks, outlets, clock):
    publisher = begin()
    publisher.tick(masks)
    before = stamps(folder)
    for _ in range(3):
        clock.forward(seconds=1)
        assert publisher.tick(masks) is None
        assert stamps(folder) == before
    outlets.move("5901010076", "adult_mask", 5)
    clock.forward(seconds=1)
    assert publisher.tick(masks)
    after = stamps(folder)
    assert {name for name in CATALOGUE if after[name] == before[name]} == {
        *("outlet.schema.json", "daily.schema.json")
    }
    assert described(folder) == 2


@pytest.mark.slow
def test_after_a_restart_nothing_is_written_that_stands_there(begin, folder, masks):
    begin().tick(masks)
    before = stamps(folder)
    assert begin().tick(masks) is None
    assert stamps(folder) == before


@pytest.mark.parametrize("name", CATALOGUE)
def test_what_is_missing_or_damaged_is_written_anew_after_a_restart(
    copied: Path, signing_key: Ed25519PrivateKey, clock: HandClock, rng: random.Random, name: str
):
    before = bodies(copied)
    if rng.random() < 0.5:
        (copied / name).unlink()
    else:
        (copied / name).write_bytes(before[name][: rng.randrange(len(before[name]))])
    catalogue = Catalogue(copied, signing_key, OPERATOR, clock)
    catalogue.keep_up(a_told(newest(copied, signing_key)))
    assert bodies(copied) == before
    read_signed(copied / name, signing_key.public_key())


def newest(folder: Path, key: Ed25519PrivateKey) -> Manifest:
    return read_manifest_of(folder, 1, key.public_key())[0]


@pytest.mark.slow
def test_what_the_operator_says_anew_is_told_at_the_next_start(begin, folder, masks):
    begin(NOBODY).tick(masks)
    assert b"mask.example.tw" not in (folder / "dcat.jsonld").read_bytes()
    begin(OPERATOR).tick(masks)
    for name in ("dcat.jsonld", "dataset.jsonld", "outlet.schema.json"):
        assert b"https://mask.example.tw/data/" in (folder / name).read_bytes(), name


def test_a_catalogue_that_cannot_be_written_does_not_spoil_the_release(
    begin, folder, masks, outlets, clock
):
    folder.mkdir(parents=True)
    (folder / "dcat.jsonld").mkdir()
    publisher = begin()
    with pytest.raises(OSError):
        publisher.tick(masks)
    assert json.loads((folder / "current.json").read_bytes())["sequence"] == 1
    (folder / "dcat.jsonld").rmdir()
    clock.forward(seconds=1)
    assert publisher.tick(masks) is None
    assert described(folder) == 1
    assert json.loads((folder / "dcat.jsonld").read_bytes())["@graph"]


@pytest.mark.slow
def test_a_replay_writes_it_once_in_a_while_and_at_its_end(begin, folder, masks, outlets, clock):
    publisher = begin()
    publisher.publish(clock(), masks)
    assert described(folder) == 1
    for _ in range(3):
        clock.forward(seconds=1)
        publisher.publish(clock(), masks)
    assert described(folder) == 1
    clock.forward(seconds=SELDOM.total_seconds())
    publisher.publish(clock(), masks)
    assert described(folder) == 5
    publisher.publish(clock(), masks)
    publisher.finish()
    assert described(folder) == 6


@pytest.mark.slow
def test_the_history_is_told_from_the_release_after_it_was_written(
    begin, folder, masks, outlets, clock, signing_key
):
    publisher = begin()
    publisher.tick(masks)
    put_history(folder, signing_key)
    clock.forward(seconds=1)
    publisher.tick(masks)
    assert b"daily/2020-02-05.csv" not in (folder / "datapackage.json").read_bytes()
    outlets.move("5901010076", "adult_mask", 5)
    publisher.tick(masks)
    for name in ("datapackage.json", "dcat.jsonld"):
        body = (folder / name).read_bytes()
        assert b"daily/2020-02-05.csv" in body and b"2020-02-06/part" not in body


def test_the_settings_say_who_the_operator_is():
    settings = Settings(public_url="https://mask.example.tw/", contact="https://ask.example.tw")
    assert operator_of(settings) == Operator("https://mask.example.tw", "https://ask.example.tw")
    assert operator_of(Settings()) == NOBODY


@pytest.mark.slow
def test_the_publisher_keeps_one(settings, feed, signing_key, clock):
    kinds = [type(one) for one in followers_of(settings, feed, signing_key, clock)]
    assert Catalogue in kinds
