"""The copy of the snapshot folder in a real object store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from core.cli import main
from core.domain.programme import Programme
from core.errors import Conflict, NotFound
from core.log import configure_logging
from core.object_store import Bucket, StoreUnavailable, open_bucket
from core.releases import (
    CURRENT,
    MANIFEST,
    RELEASE_FOLDER,
    REMNANTS,
    SIGNATURE,
    is_signed,
)
from core.settings import Settings
from publisher import retention
from publisher.metrics import Metrics
from publisher.mirror import local
from publisher.mirror.copying import Copying
from publisher.mirror.follower import Mirror
from publisher.publishing import Publisher
from publisher.signing import public_pem
from tests.object_store import READER, SECRET, WRITER, Store, head
from tests.publisher.builders import HandClock, LedgerFile, an_outlet

pytestmark = pytest.mark.slow

ONE, TWO = "5901010058", "5901010067"


@pytest.fixture
def place(store: Store, settings: Settings) -> Settings:
    """Return settings that name an empty place in the store."""
    return store.settings(settings)


@pytest.fixture
def bucket(place: Settings) -> Bucket:
    return open_bucket(place)


@pytest.fixture
def publisher(begin: Callable[[], Publisher], ledger: LedgerFile) -> Publisher:
    ledger.register(an_outlet(ONE), an_outlet(TWO))
    ledger.move(ONE, "adult_mask", 100)
    return begin()


@pytest.fixture
def release(
    publisher: Publisher, ledger: LedgerFile, clock: HandClock, masks: Programme
) -> Callable[[], int]:
    """Return what publishes one more sale and returns the release's number."""

    def released() -> int:
        clock.forward(seconds=1)
        ledger.move(ONE, "adult_mask", -1)
        manifest = publisher.tick(masks)
        assert manifest
        return manifest.sequence

    return released


@pytest.fixture
def copying(folder: Path, signing_key: Ed25519PrivateKey, bucket: Bucket) -> Copying:
    return Copying(folder, signing_key.public_key(), bucket)


def lying_in(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder that is not hidden."""
    files = (place for place in folder.rglob("*") if place.is_file())
    return {
        str(place.relative_to(folder)): place.read_bytes()
        for place in files
        if not place.name.startswith(".")
    }


def lying_there(bucket: Bucket) -> dict[str, bytes]:
    """Return every object of a bucket."""
    found = ((stored.path, bucket.get(stored.path)) for stored in bucket.list())
    return {path: fetched.body for path, fetched in found if fetched}


def test_the_store_holds_what_the_folder_holds_byte_for_byte(folder, release, copying, bucket):
    release()
    (folder / "history").mkdir()
    (folder / "history" / "day.parquet").write_bytes(b"PAR1")
    copying.copy(everything=True)
    assert lying_there(bucket) == lying_in(folder)
    release()
    copying.copy(everything=True)
    assert lying_there(bucket) == lying_in(folder)


def test_each_object_says_what_it_is_and_how_long_it_may_be_kept(
    folder, release, copying, bucket, store, place
):
    release()
    release()
    copying.copy(everything=True)
    said = {stored.path: bucket.headers(stored.path) for stored in bucket.list()}
    for path, headers in said.items():
        kept = "immutable" in headers["Cache-Control"]
        assert kept == path.startswith("0"), path
        assert "Content-Encoding" not in headers
    inside = "0000000002/"
    assert said[f"{inside}outlets.geojson"]["Content-Type"] == "application/geo+json"
    assert said[f"{inside}maskdata.csv"]["Content-Type"] == "text/csv; charset=utf-8"
    assert said[f"{inside}maskdata.csv.gz"]["Content-Type"] == "application/gzip"
    assert said[CURRENT]["Cache-Control"].startswith("public, max-age=1,")
    where = f"{store.endpoint}/{place.snapshots.removeprefix('s3://')}/{CURRENT}"
    assert head(where).status == 403, "the store is not open to everybody by itself"


def test_a_long_history_does_not_hold_up_the_newest_release(
    folder, release, copying, bucket, signing_key, monkeypatch
):
    monkeypatch.setattr("publisher.mirror.copying.BESIDE_FOR_S", -1)
    release()
    (folder / "history").mkdir()
    (folder / "history" / "day.parquet").write_bytes(b"PAR1")
    assert copying.copy() is True
    assert newest_whole(bucket, signing_key.public_key()) == 1
    assert "history/day.parquet" not in lying_there(bucket)
    monkeypatch.undo()
    assert copying.copy() is False
    assert lying_there(bucket) == lying_in(folder)


def test_a_file_beside_the_releases_that_is_damaged_or_gone_does_not_hold_up_readers(
    folder, release, copying, bucket, signing_key, monkeypatch, capsys
):
    configure_logging("info")
    release()
    (folder / "notes.json").write_bytes(b"{}")
    (folder / "notes.json.sig").write_bytes(b"AAAA\n")
    there = local.beside
    gone = local.Beside("history/part.parquet", 4, (1, 4, 1), signed=False)
    monkeypatch.setattr(local, "beside", lambda folder: [gone, *there(folder)])
    for _ in range(2):
        copying.copy(everything=True)
    assert newest_whole(bucket, signing_key.public_key()) == 1
    assert "notes.json" not in lying_there(bucket)
    assert capsys.readouterr().err.count("alarm: damaged file not copied") == 1


class Cut(Exception):
    """Stands for whatever ends a pass."""


class CutOff:
    """A bucket whose n-th act fails, as if the line were cut or the process killed there."""

    def __init__(self, bucket: Bucket, after: int) -> None:
        self._bucket, self._left = bucket, after
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> object:
        act = getattr(self._bucket, name)
        if name not in ("put", "delete"):
            return act

        def counted(*arguments: object) -> object:
            with self._lock:
                self._left -= 1
                if self._left < 0:
                    raise Cut
            return act(*arguments)

        return counted


def newest_whole(bucket: Bucket, key) -> int:
    """Read as a stranger does: what the store calls current must be signed and all there."""
    body, signatures = bucket.get(CURRENT).body, bucket.get(f"{CURRENT}{SIGNATURE}").body
    assert any(is_signed(body, line, key) for line in signatures.split())
    return whole_release(bucket, body)


def whole_release(bucket: Bucket, body: bytes) -> int:
    current = json.loads(body)
    manifest = bucket.get(current["manifest"]).body
    assert sha256(manifest).hexdigest() == current["sha256"]
    for entry in json.loads(manifest)["files"]:
        got = bucket.get(f"{current['sequence']:010d}/{entry['path']}").body
        assert sha256(got).hexdigest() == entry["sha256"]
    return current["sequence"]


def test_a_pass_cut_short_at_any_act_leaves_a_good_store_and_the_next_completes_it(
    folder, release, bucket, signing_key
):
    key = signing_key.public_key()
    release()
    Copying(folder, key, bucket).copy(everything=True)
    release()
    for acts in (*range(0, 24, 3), *range(24, 60)):
        cut = Copying(folder, key, CutOff(bucket, acts))
        try:
            cut.copy(everything=True)
        except Cut:
            assert newest_whole(bucket, key) in (1, 2)
        else:
            break
    else:
        pytest.fail("no pass ended well")
    assert lying_there(bucket) == lying_in(folder)


def test_cut_off_between_a_body_and_its_signature_the_pair_still_agrees(
    folder, release, bucket, signing_key, publisher, clock, masks
):
    key = signing_key.public_key()
    release()
    Copying(folder, key, bucket).copy(everything=True)
    for acts in range(3):
        clock.forward(seconds=1)
        assert publisher.tick(masks) is None
        with pytest.raises(Cut):
            Copying(folder, key, CutOff(bucket, acts)).copy()
        assert newest_whole(bucket, key) == 1
    Copying(folder, key, bucket).copy()
    assert bucket.get(f"{CURRENT}{SIGNATURE}").body.count(b"\n") == 1


def test_readers_meanwhile_never_see_anything_torn_or_unsigned(
    folder, release, copying, bucket, signing_key
):
    key = signing_key.public_key()
    release()
    copying.copy(everything=True)
    ended, seen, faults = threading.Event(), set(), []

    def read() -> None:
        while not ended.is_set():
            # Two objects are two requests: a reader who falls between two releases looks again.
            signatures = bucket.get(f"{CURRENT}{SIGNATURE}").body
            body = bucket.get(CURRENT).body
            again = bucket.get(f"{CURRENT}{SIGNATURE}").body
            lines = (signatures + again).split()
            if not any(is_signed(body, line, key) for line in lines):
                faults.append((body, lines))
            try:
                seen.add(whole_release(bucket, body))
            except (AssertionError, NotFound) as error:
                faults.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(6):
        release()
        copying.copy()
    ended.set()
    for reader in readers:
        reader.join()
    assert not faults
    assert len(seen) > 1


def test_what_came_and_went_while_the_store_was_away_is_told_by_its_changes(
    folder, release, copying, bucket
):
    release()
    copying.copy(everything=True)
    for _ in range(3):
        release()
    copying.copy(everything=True)
    inside = {stored.path.partition("/")[2] for stored in bucket.list("0000000003/")}
    assert inside == REMNANTS
    assert bucket.get(f"0000000004/{MANIFEST}")


def test_what_the_folder_lets_go_of_leaves_the_store(
    folder, release, copying, bucket, clock, monkeypatch
):
    monkeypatch.setattr(retention, "NEWEST_KEPT", 2)
    release()
    copying.copy(everything=True)
    for _ in range(3):
        release()
        copying.copy(everything=True)
    reduced = {stored.path.partition("/")[2] for stored in bucket.list("0000000001/")}
    assert reduced == REMNANTS
    clock.forward(hours=25)
    release()
    bucket.put("index.html", b"ours", "text/html", "no-cache")
    copying.copy(everything=True)
    assert not list(bucket.list("0000000001/"))
    assert {*lying_there(bucket)} == {*lying_in(folder), "index.html"}


def test_a_prefix_that_holds_newer_releases_than_the_folder_is_left_alone(
    folder, release, copying, bucket, signing_key
):
    release()
    newer = b'{"sequence":9,"manifest":"","sha256":"","checked_at":"","ttl_s":1}'
    bucket.put(CURRENT, newer, "application/json", "no-cache")
    with pytest.raises(Conflict, match=r"holds release 9.*name another prefix"):
        copying.copy()
    assert [stored.path for stored in bucket.list()] == [CURRENT]


def test_publishing_goes_on_while_the_store_is_away_and_the_copy_catches_up(
    cable, place, folder, publisher, release, signing_key, bucket
):
    away = open_bucket(replace(place, s3_endpoint=cable.endpoint))
    publisher.followers = (Mirror(folder, signing_key.public_key(), away),)
    release()
    publisher.finish()
    cable.cut()
    assert [release() for _ in range(3)] == [2, 3, 4]
    with pytest.raises(StoreUnavailable, match=r"put|get|list"):
        publisher.finish()
    assert newest_whole(bucket, signing_key.public_key()) == 1
    cable.mend()
    publisher.finish()
    assert newest_whole(bucket, signing_key.public_key()) == 4
    assert {f"000000000{n}/{MANIFEST}" for n in (1, 2, 3, 4)} < {*lying_there(bucket)}


def test_the_copy_is_tried_again_by_itself_and_the_fault_is_an_alarm_without_the_secret(
    cable, place, folder, publisher, release, signing_key, bucket, capsys
):
    configure_logging("info")
    away = open_bucket(replace(place, s3_endpoint=cable.endpoint))
    mirror = Mirror(folder, signing_key.public_key(), away)
    metrics = Metrics(1.0)
    metrics.watch_mirror((mirror,))
    publisher.followers = (mirror,)
    cable.cut()
    release()
    until(lambda: mirror.failures)
    assert b"maskmap_publisher_mirror_failures 0.0" not in metrics.text()
    cable.mend()
    until(lambda: mirror.sequence == 1 and not mirror.failures)
    assert newest_whole(bucket, signing_key.public_key()) == 1
    assert b"maskmap_publisher_mirror_sequence 1.0" in metrics.text()
    publisher.finish()
    said = capsys.readouterr().err
    assert "alarm: object store not kept up" in said and "kept up again" in said
    assert SECRET not in said


def until(happened: Callable[[], object], within_s: float = 30.0) -> None:
    """Wait for something."""
    deadline = time.monotonic() + within_s
    while not happened():
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.01)


def test_publish_once_fails_where_the_copy_does_and_says_so(cable, place, ledger, state):
    ledger.register(an_outlet(ONE))
    environ = {
        "MASKMAP_SNAPSHOTS": place.snapshots,
        "MASKMAP_S3_ENDPOINT": cable.endpoint,
        "MASKMAP_S3_ACCESS_KEY_ID": WRITER,
        "MASKMAP_S3_SECRET_ACCESS_KEY": SECRET,
    }
    command = ["publish", "--once", "--state", str(state)]
    assert CliRunner().invoke(main, command, env=environ).exit_code == 0
    assert open_bucket(place).get(f"0000000001/{MANIFEST}")
    verify = ["snapshot", "verify", "--store", "--state", str(state)]
    assert CliRunner().invoke(main, verify, env=environ).exit_code == 0
    doctor = ["doctor", "--online", "--state", str(state)]
    assert "object store answers: {" in CliRunner().invoke(main, doctor, env=environ).output
    geojson = "0000000001/outlets.geojson"
    open_bucket(place).put(geojson, b"{}", "application/geo+json", "no-cache")
    spoilt = CliRunner().invoke(main, verify, env=environ)
    assert spoilt.exit_code == 1 and "outlets.geojson" in spoilt.output
    cable.cut()
    result = CliRunner().invoke(main, command, env=environ)
    assert result.exit_code == 1
    assert place.snapshots.split("/")[2] in result.stderr and SECRET not in result.output
    assert (state / "snapshots" / CURRENT).exists()


def test_a_key_that_may_only_read_is_said_to_be_refused(store, place, folder, release, signing_key):
    release()
    reader = open_bucket(store.settings(place, place.snapshots, READER))
    with pytest.raises(StoreUnavailable, match=r"403|Forbidden|denied|privileges"):
        Copying(folder, signing_key.public_key(), reader).copy()


# Copies for ever, as the thread of a publisher does.
COPIES = """
import os
from core.object_store import open_bucket
from core.releases import load_public_key
from core.settings import load_settings
from publisher.mirror.copying import Copying

settings = load_settings(None, os.environ)
key = load_public_key(settings.public_key_file)
copying = Copying(settings.snapshots_folder, key, open_bucket(settings))
print("ready", flush=True)
while True:
    copying.copy()
"""


@pytest.mark.parametrize(
    "kills", [pytest.param(4, id="few"), pytest.param(40, id="many", marks=pytest.mark.soak)]
)
def test_copying_that_is_killed_leaves_a_good_store(
    kills, place, folder, state, release, bucket, signing_key, rng
):
    key = signing_key.public_key()
    Settings(state=state).keys_folder.mkdir(exist_ok=True)
    Settings(state=state).public_key_file.write_bytes(public_pem(key))
    environ = os.environ | {
        "MASKMAP_STATE": str(state),
        "MASKMAP_SNAPSHOTS": place.snapshots,
        "MASKMAP_S3_ENDPOINT": place.s3_endpoint,
        "MASKMAP_S3_ACCESS_KEY_ID": WRITER,
        "MASKMAP_S3_SECRET_ACCESS_KEY": SECRET,
    }
    release()
    Copying(folder, key, bucket).copy(everything=True)
    there = 1
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", COPIES],
            env=environ,
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
        )
        assert process.stdout and process.stdout.readline() == b"ready\n"
        die_at = time.monotonic() + rng.uniform(0.0, 0.5)
        while time.monotonic() < die_at:
            release()
        process.kill()
        process.communicate()
        before, there = there, newest_whole(bucket, key)
        assert there >= before
    newest = release()
    Copying(folder, key, bucket).copy(everything=True)
    assert newest_whole(bucket, key) == newest > there > 1
    # Of releases that nobody was in time to copy, what tells of their changes is there.
    lacking = {*lying_in(folder)} - {*lying_there(bucket)}
    assert all(RELEASE_FOLDER.match(path) for path in lacking)
    assert not any(path.partition("/")[2] in REMNANTS for path in lacking)
