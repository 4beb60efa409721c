"""`snapshot verify` finds a catalogue that is not the newest release's, and allows a moment."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from publisher.catalogue.follower import CATALOGUE
from publisher.signing import replace_signed
from publisher.verify import Fault, check_folder, open_folder
from tests.publisher.catalogue.conftest import Begin

PACKAGE = "datapackage.json"


def faults(folder: Path, key: Ed25519PrivateKey) -> list[Fault]:
    found = open_folder(folder, key.public_key())
    return [fault for fault in check_folder(found) if fault.where in CATALOGUE]


def change(folder: Path, key: Ed25519PrivateKey, old: bytes, new: bytes) -> None:
    body = (folder / PACKAGE).read_bytes()
    assert old in body
    replace_signed(folder / PACKAGE, body.replace(old, new, 1), key)


def test_the_publishers_own_is_without_fault(published, signing_key):
    assert list(check_folder(open_folder(published, signing_key.public_key()))) == []


@pytest.mark.parametrize("name", CATALOGUE)
def test_one_byte_changed_is_found(copied, signing_key, name):
    body = bytearray((copied / name).read_bytes())
    body[len(body) // 2] ^= 1
    (copied / name).write_bytes(body)
    assert [fault.where for fault in faults(copied, signing_key)] == [name]


def test_a_catalogue_without_signature_is_found_and_none_at_all_is_not_missed(copied, signing_key):
    (copied / f"{PACKAGE}.sig").unlink()
    assert [fault.where for fault in faults(copied, signing_key)] == [PACKAGE]
    (copied / PACKAGE).unlink()
    assert faults(copied, signing_key) == []


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        (b'"bytes":', b'"bytes":1', "size or hash of 0000000001/"),
        (b'"hash":"sha256:', b'"hash":"sha256:0', "size or hash of 0000000001/"),
        (b'1/points.json"', b'1/dots.json"', "it names 0000000001/dots.json, which"),
        (b'1/points.json"', b'1/dots.json"', "it lacks 0000000001/points.json"),
        (b'"sequence":1,', b'"sequence":7,', "no release that is here"),
        (b'"as_of":"2020', b'"as_of":"2019', "its times are not those of release 1"),
        (b'"resources":', b'"sources_":', "no release that is here"),
    ],
)
def test_what_is_not_the_manifests_is_named(copied, signing_key, old, new, what):
    change(copied, signing_key, old, new)
    assert any(what in fault.what for fault in faults(copied, signing_key))


@pytest.mark.slow
def test_one_release_behind_is_no_fault_and_two_only_after_a_minute(
    begin: Begin, folder, masks, outlets, clock, signing_key
):
    publisher = begin()
    publisher.tick(masks)
    old = {name: (folder / name).read_bytes() for name in CATALOGUE}

    def released_after(**time: float) -> list[str]:
        clock.forward(**time)
        outlets.move("5901010076", "adult_mask", 5, clock())
        assert publisher.tick(masks)
        for name, body in old.items():
            replace_signed(folder / name, body, signing_key)
        return [fault.what for fault in faults(folder, signing_key)]

    assert released_after(minutes=5) == []
    assert released_after(seconds=1) == ["it describes release 1, not 3"]


@pytest.mark.slow
def test_two_releases_behind_is_no_fault_within_a_minute(
    begin: Begin, folder, masks, outlets, clock, signing_key
):
    publisher = begin()
    publisher.tick(masks)
    old = (folder / PACKAGE).read_bytes()
    for _ in range(3):
        clock.forward(seconds=10)
        outlets.move("5901010076", "adult_mask", 5, clock())
        publisher.tick(masks)
    replace_signed(folder / PACKAGE, old, signing_key)
    assert msgspec.json.decode(old)["feed"]["sequence"] == 1
    assert faults(folder, signing_key) == []
