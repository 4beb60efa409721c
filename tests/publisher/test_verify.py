"""Every kind of tampering is found, and named where it is."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from core.domain.snapshot import Current, Manifest
from core.errors import NotFound
from core.releases import read_file, read_manifest_of
from publisher import compress, verify_linked
from publisher.verify import Fault, check_folder, check_release, open_folder
from publisher.verify_formats import against_ledger
from tests.publisher.builders import HandClock, LedgerFile, an_outlet

pytestmark = pytest.mark.slow

ONE, TWO = "5901010058", "5901010076"


@pytest.fixture
def published(ledger: LedgerFile, begin, masks, clock: HandClock, folder: Path) -> Path:
    """Return a snapshot folder with three releases."""
    ledger.register(an_outlet(ONE), an_outlet(TWO, name="=藥局,甲"))
    publisher = begin()
    for _ in range(3):
        clock.forward(seconds=1)
        ledger.move(ONE, "adult_mask", 5)
        publisher.tick(masks)
    return folder


@pytest.fixture
def faults(published: Path, signing_key) -> Callable[[], list[Fault]]:
    """Return what verifies that folder."""

    def verify() -> list[Fault]:
        opened = open_folder(published, signing_key.public_key())
        inside = [fault for found in opened.releases for fault in check_release(opened, found)]
        return [*check_folder(opened), *inside]

    return verify


def _sign_again(folder: Path, manifest: Manifest, key) -> None:
    """Publish a changed manifest as its owner could: signed, and pointed to."""
    body = msgspec.json.encode(manifest)
    place = folder / f"{manifest.sequence:010d}" / "manifest.json"
    place.write_bytes(body)
    place.with_name("manifest.json.sig").write_bytes(base64.b64encode(key.sign(body)))
    pointer = msgspec.json.decode((folder / "current.json").read_bytes(), type=Current)
    sha256 = hashlib.sha256(body).hexdigest()
    pointed = msgspec.json.encode(replace(pointer, sha256=sha256))
    (folder / "current.json").write_bytes(pointed)
    (folder / "current.json.sig").write_bytes(base64.b64encode(key.sign(pointed)))
    lines = (folder / "releases.ndjson").read_bytes().splitlines()
    last = json.loads(lines[-1]) | {"manifest": sha256}
    (folder / "releases.ndjson").write_bytes(
        b"\n".join([*lines[:-1], json.dumps(last).encode()]) + b"\n"
    )


def _rewrite(folder: Path, path: str, edit: Callable[[bytes], bytes], key) -> None:
    """Change a file of the newest release and everything that vouches for its bytes."""
    manifest, _ = read_manifest_of(folder, 3, key.public_key())
    body = edit((folder / "0000000003" / path).read_bytes())
    bodies = {path: body, f"{path}.gz": compress.quick(body)}
    files = []
    for entry in manifest.files:
        changed = bodies.get(entry.path)
        if changed is not None:
            (folder / "0000000003" / entry.path).write_bytes(changed)
            sha256 = hashlib.sha256(changed).hexdigest()
            entry = replace(entry, bytes=len(changed), sha256=sha256)
        files.append(entry)
    _sign_again(folder, replace(manifest, files=files), key)


def test_what_was_published_is_without_fault(faults) -> None:
    assert faults() == []


def test_a_byte_flipped_in_any_file_is_found_and_named(published: Path, faults) -> None:
    files = [path for path in published.rglob("*") if path.is_file()]
    assert len(files) > 30
    for path in files:
        name = path.relative_to(published).as_posix()
        if name == "public-key.pem":
            continue  # nobody trusts it unless told to
        sound = path.read_bytes()
        if not sound:
            continue  # the first release tells no changes: there is nothing to flip
        damaged = bytearray(sound)
        damaged[len(damaged) // 2] ^= 1
        path.write_bytes(bytes(damaged))
        named = {fault.where for fault in faults()}
        assert any(where in (name, name.removesuffix(".sig")) for where in named), name
        path.write_bytes(sound)
    assert faults() == []


def by_place(published: Path, rng: random.Random) -> dict[Path, bytes]:
    """Return one file of each kind that the newest release has, and those beside it."""
    inside = published / "0000000003"
    kinds = {place.relative_to(inside).parts[0]: place for place in files_below(inside)}
    beside = [place for place in files_below(published) if not place.parts[-2].startswith("0000")]
    chosen = {*kinds.values(), *rng.sample(beside, min(6, len(beside)))}
    return {p: p.read_bytes() for p in sorted(chosen) if p.name != "public-key.pem"}


def files_below(folder: Path) -> list[Path]:
    return [place for place in folder.rglob("*") if place.is_file()]


def put(place: Path, body: bytes) -> None:
    """Write into a place of its own: releases share what did not change."""
    place.unlink(missing_ok=True)
    place.write_bytes(body)


def test_a_file_cut_short_or_taken_away_is_found(published: Path, faults, rng) -> None:
    for place, sound in by_place(published, rng).items():
        name = place.relative_to(published).as_posix().removesuffix(".sig")
        put(place, sound[: len(sound) // 2])
        if sound:
            assert name in {fault.where for fault in faults()}, f"{name} was cut"
        place.unlink()
        assert faults(), f"{name} was taken away"
        put(place, sound)
    assert faults() == []


def test_two_files_of_one_kind_swapped_are_found(published: Path, faults) -> None:
    inside, older = published / "0000000003", published / "0000000002"
    for name in ("maskdata.csv", "outlets.parquet", "by-town/63000010.json", "points.json.gz"):
        new, old = (inside / name).read_bytes(), (older / name).read_bytes()
        put(inside / name, old)
        put(older / name, new)
        named = {fault.where for fault in faults()}
        assert {f"0000000003/{name}", f"0000000002/{name}"} <= named
        put(inside / name, new)
        put(older / name, old)
    assert faults() == []


def test_what_releases_share_is_read_once_and_its_damage_is_found_in_each(
    published: Path, signing_key, ledger: LedgerFile, begin, masks, clock: HandClock, monkeypatch
) -> None:
    publisher = begin()
    for _ in range(4):
        clock.forward(minutes=11)
        publisher.tick(masks)  # nothing changed: the town's file is the last release's
    read: list[str] = []
    real = verify_linked.read_file

    def counted(folder: Path, manifest: Manifest, path: str) -> bytes:
        read.append(path)
        return real(folder, manifest, path)

    monkeypatch.setattr(verify_linked, "read_file", counted)
    opened = open_folder(published, signing_key.public_key())
    assert [f for found in opened.releases for f in check_release(opened, found)] == []
    assert read.count("by-town/63000010.json") < len(opened.releases) - 2
    place = published / "0000000007" / "by-town" / "63000010.json"
    assert place.stat().st_nlink >= 4
    place.write_bytes(place.read_bytes().replace(b"8", b"9"))
    named = {f.where for found in opened.releases for f in check_release(opened, found)}
    assert {f"000000000{n}/by-town/63000010.json" for n in (5, 6, 7)} <= named


def test_an_older_manifest_swapped_in_is_found(published: Path, faults) -> None:
    for name in ("manifest.json", "manifest.json.sig"):
        shutil.copy(published / "0000000002" / name, published / "0000000003" / name)
    assert Fault("0000000003/manifest.json", faults()[0].what) in faults()
    assert "says that it is release 2" in faults()[0].what


def test_an_older_pointer_swapped_back_is_found(
    published: Path, faults, ledger: LedgerFile, begin, masks, clock: HandClock
) -> None:
    old = {name: (published / name).read_bytes() for name in ("current.json", "current.json.sig")}
    clock.forward(seconds=1)
    ledger.move(ONE, "adult_mask", 1)
    begin().tick(masks)
    for name, body in old.items():
        (published / name).write_bytes(body)
    assert faults() == [Fault("current.json", "it names release 3, but the newest is 4")]


def test_a_release_that_was_taken_away_is_missed(published: Path, faults) -> None:
    shutil.rmtree(published / "0000000003")
    named = {fault.where for fault in faults()}
    assert {"current.json", "releases.ndjson"} <= named


def test_a_release_taken_from_the_middle_is_missed(published: Path, faults) -> None:
    shutil.rmtree(published / "0000000002")
    assert [fault.where for fault in faults()] == ["0000000002"]


def test_releases_signed_by_another_key_are_not_trusted(published: Path, faults, tmp_path) -> None:

    stranger = Ed25519PrivateKey.generate()
    opened = open_folder(published, stranger.public_key())
    assert opened.releases == []
    assert len(list(check_folder(opened))) >= 4


def test_a_file_that_no_manifest_names_is_found(published: Path, faults) -> None:
    (published / "0000000003" / "extra.csv").write_bytes(b"")
    assert faults() == [Fault("0000000003/extra.csv", "no manifest names it")]


def test_a_link_in_a_release_is_found_wherever_it_leads(published: Path, faults) -> None:
    (published / "0000000003" / "elsewhere").symlink_to("/")
    assert faults() == [Fault("0000000003/elsewhere", "no manifest names it")]


@pytest.mark.parametrize("name", ["current.json", "0000000003/manifest.json"])
@pytest.mark.parametrize(
    "kind", [Path.mkdir, os.mkfifo, lambda place: place.symlink_to("/dev/zero")]
)
def test_what_is_no_file_is_named_and_not_read(published: Path, faults, name, kind) -> None:
    (published / name).unlink()
    kind(published / name)
    assert any(f.where == name and f.what.endswith("is no file") for f in faults())


def test_a_line_of_the_log_that_was_changed_is_found(published: Path, faults) -> None:
    log = published / "releases.ndjson"
    log.write_bytes(log.read_bytes().replace(b'"sequence":2', b'"sequence":1', 1))
    assert {fault.where for fault in faults()} == {"releases.ndjson"}


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("maskdata.csv", b",15,0,", b",16,0,"),
        ("maskdata-all.csv", b",15,few,", b",16,few,"),
        ("outlets.geojson", b'"adult_mask":15', b'"adult_mask":16'),
        ("points.json", b'"mask_adult":15', b'"mask_adult":16'),
        ("maskdata.csv", "安郁".encode(), "安都".encode()),
        ("points.json", "安郁".encode(), "安都".encode()),
        ("maskdata-all.csv", TWO.encode(), b"5901010077"),
        ("maskdata.csv", b"2020/02/06 09:00:06", b"2020/02/06 09:00:07"),
        ("points.json", b"2020/02/06 09:00:06", b"2020/02/06 09:00:07"),
        ("outlets.geojson", b'"snapshot":3', b'"snapshot":2'),
    ],
)
def test_a_file_that_says_otherwise_than_the_others_is_found_even_when_signed(
    path: str, old: bytes, new: bytes, published: Path, faults, signing_key
) -> None:
    before = (published / "0000000003" / path).read_bytes()
    assert old in before
    _rewrite(published, path, lambda body: body.replace(old, new), signing_key)
    named = {fault.where for fault in faults()}
    assert named
    assert all(where.startswith("0000000003/") for where in named)


def test_a_compressed_file_that_holds_something_else_is_found_even_when_signed(
    published: Path, faults, signing_key
) -> None:
    manifest, _ = read_manifest_of(published, 3, signing_key.public_key())
    packed, path = compress.quick(b"something else"), "points.json.gz"
    (published / "0000000003" / path).write_bytes(packed)
    sha256 = hashlib.sha256(packed).hexdigest()
    files = [
        replace(entry, bytes=len(packed), sha256=sha256)
        if entry.path == "points.json.gz"
        else entry
        for entry in manifest.files
    ]
    _sign_again(published, replace(manifest, files=files), signing_key)
    assert faults() == [Fault("0000000003/points.json.gz", "it does not hold the plain file")]


@pytest.mark.parametrize(
    "change",
    [
        {"counts": {"outlets": 3}},
        {"previous": "0" * 64},
        {"as_of": "2020-02-05T00:00:00+08:00"},
        {"ledger_position": "1"},
    ],
)
def test_a_manifest_that_does_not_fit_is_found_even_when_signed(
    change: dict[str, object], published: Path, faults, signing_key
) -> None:
    manifest, _ = read_manifest_of(published, 3, signing_key.public_key())
    _sign_again(published, replace(manifest, **change), signing_key)
    assert any(fault.where.startswith("0000000003/") for fault in faults())


def test_rules_that_are_not_those_of_their_hash_are_found(
    published: Path, faults, signing_key
) -> None:
    manifest, _ = read_manifest_of(published, 3, signing_key.public_key())
    document = json.loads(
        json.dumps(manifest.rules.document).replace('"plenty": 100', '"plenty": 99')
    )
    rules = replace(manifest.rules, document=document)
    _sign_again(published, replace(manifest, rules=rules), signing_key)
    expected = Fault("0000000003/manifest.json", "its rules are not those of their hash")
    assert faults() == [expected]


def test_numbers_that_the_entries_do_not_give_are_found(
    published: Path, ledger: LedgerFile, feed, signing_key
) -> None:
    key = signing_key.public_key()
    manifest, _ = read_manifest_of(published, 2, key)
    bodies = {entry.path: read_file(published, manifest, entry.path) for entry in manifest.files}
    assert list(against_ledger(manifest, bodies, feed)) == []
    ledger.run("UPDATE entries SET pieces = 6 WHERE position = 2")
    assert list(against_ledger(manifest, bodies, feed)) == [
        "5901010058 adult_mask: published 10, the entries give 11"
    ]
    ledger.run("DELETE FROM entries WHERE position > 1")
    assert list(against_ledger(manifest, bodies, feed)) == [
        "it states ledger position 2; the ledger ends at 1"
    ]


def test_a_folder_without_releases_is_said_to_have_none(tmp_path: Path, signing_key) -> None:
    with pytest.raises(NotFound, match="has no releases"):
        open_folder(tmp_path, signing_key.public_key())
