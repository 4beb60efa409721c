"""The site over an object store: a local copy that is verified, and may be thrown away."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from core.errors import NotFound
from core.object_store import Bucket, StoreUnavailable, open_bucket
from core.releases import CURRENT, MANIFEST, Untrusted, read_current
from core.settings import Settings
from public_site.beside import BESIDE
from public_site.keys import SNAPSHOTS
from public_site.mirror.puller import PULLER, Puller
from public_site.mirror.pulling import Pulling
from publisher.mirror.copying import Copying
from publisher.signing import replace_signed
from tests.object_store import READER, Store
from tests.public_site.releases import NOW, Folder, an_outlet, some_outlets

pytestmark = pytest.mark.slow

LATER = NOW + timedelta(seconds=20)


@pytest.fixture
def place(store: Store, settings: Settings) -> Settings:
    """Return settings that name an empty place in the store, and a key that may only read."""
    return store.settings(settings, who=READER)


@pytest.fixture
def copy(store: Store, place: Settings, folder: Folder) -> Callable[[], object]:
    """Return what copies the publisher's folder to the store."""
    bucket = open_bucket(store.settings(place, place.snapshots))
    copying = Copying(folder.root, folder.key.public_key(), bucket)
    return lambda: copying.copy(everything=True)


class Counted:
    """A bucket that counts what is asked of it."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self.got: list[str] = []

    def get(self, path: str, unless: str = "") -> object:
        found = self._bucket.get(path, unless)
        if found is not None:
            self.got.append(path)
        return found

    def list(self, prefix: str = "") -> object:
        return self._bucket.list(prefix)


@pytest.fixture
def bucket(place: Settings) -> Counted:
    return Counted(open_bucket(place))


@pytest.fixture
def here(place: Settings) -> Path:
    """Return the site's own folder."""
    return place.site_snapshots_folder


@pytest.fixture
def pulling(here: Path, folder: Folder, bucket: Counted) -> Pulling:
    return Pulling(here, folder.key.public_key, bucket, tuple(BESIDE))


async def test_a_site_answers_what_was_published_through_the_store(
    start, folder, copy, place, here
):
    folder.publish(some_outlets())
    folder.publish([*some_outlets(), an_outlet("5901019999")], at=LATER)
    copy()
    shutil.rmtree(folder.root)
    client = await start(**_named(place))
    client.app[PULLER].pull()
    await client.app[SNAPSHOTS].poll()
    answer = await client.get("/api/v1/outlets/5901019999")
    assert (await answer.json())["snapshot"] == 2
    answer = await client.get("/data/maskdata.csv")
    assert answer.status == 200 and "5901019999" in await answer.text()
    changes = await client.get("/api/v1/changes?since=1")
    assert changes.status == 200


def _named(settings: Settings) -> dict[str, object]:
    names = ("snapshots", "s3_endpoint", "s3_region", "s3_access_key_id", "s3_secret_access_key")
    return {name: getattr(settings, name) for name in names}


async def test_of_a_release_that_came_and_went_only_what_it_changed_is_left(
    start, folder, copy, place, here
):
    folder.publish(some_outlets())
    folder.publish([an_outlet(adult=1), *some_outlets()[1:]], at=LATER)
    copy()
    client = await start(**_named(place))
    client.app[PULLER].pull()
    await client.app[SNAPSHOTS].poll()
    older = await client.get("/data/1/maskdata.csv")
    assert (older.status, (await older.text()).startswith("醫事機構代碼")) == (410, False)
    assert not (here / "0000000001" / "maskdata.csv").exists()
    manifest = await client.get("/data/1/manifest.json")
    assert manifest.status == 200
    again = await client.get("/data/7/manifest.json")
    assert again.status == 404


async def test_a_release_that_the_store_has_whole_is_fetched_when_asked_for(
    start, folder, copy, place, here
):
    folder.publish(some_outlets())
    copy()
    folder.publish([an_outlet(adult=1), *some_outlets()[1:]], at=LATER)
    copy()
    client = await start(**_named(place))
    client.app[PULLER].pull()
    await client.app[SNAPSHOTS].poll()
    assert not list((here / "0000000001").glob("maskdata.csv*"))
    older = await client.get("/data/1/maskdata.csv")
    assert older.status == 200
    assert (await older.read()).startswith("\ufeff醫事機構代碼".encode())
    assert list((here / "0000000001").glob("maskdata.csv*"))


def test_who_follows_the_changes_finds_no_gap_where_releases_were_never_copied_whole(
    folder, copy, pulling, here
):
    folder.publish(some_outlets())
    copy()
    pulling.pull()
    for seconds in range(1, 5):
        folder.publish(some_outlets(), at=NOW + timedelta(seconds=seconds))
    copy()
    pulling.pull()
    changes = {place.parent.name for place in here.glob("0*/changes.ndjson")}
    assert changes == {f"000000000{n}" for n in range(1, 6)}


def test_what_has_not_changed_is_not_fetched_again(folder, copy, pulling, bucket, here):
    folder.publish(some_outlets())
    copy()
    pulling.pull()
    bucket.got.clear()
    pulling.pull()
    assert bucket.got == []
    folder.renew(LATER)
    copy()
    pulling.pull()
    assert bucket.got == [CURRENT, f"{CURRENT}.sig"]
    assert read_current(here, folder.key.public_key()).checked_at.startswith("2020-02-06T10:30:25")


@pytest.mark.parametrize("harm", ["maskdata.csv", MANIFEST, CURRENT])
def test_what_was_tampered_with_in_the_store_never_takes_the_place_of_the_last_good_one(
    folder, copy, pulling, store, place, here, harm
):
    folder.publish(some_outlets())
    copy()
    pulling.pull()
    folder.publish([an_outlet(adult=1), *some_outlets()[1:]], at=LATER)
    copy()
    path = harm if harm == CURRENT else f"0000000002/{harm}"
    writer = open_bucket(store.settings(place, place.snapshots))
    body = writer.get(path).body
    writer.put(path, body.replace(b"2", b"3"), "text/plain", "no-cache")
    with pytest.raises(Untrusted):
        pulling.pull()
    assert read_current(here, folder.key.public_key()).sequence == 1
    assert not (here / "0000000002").exists()
    writer.put(path, body, "text/plain", "no-cache")
    pulling.pull()
    assert read_current(here, folder.key.public_key()).sequence == 2


def test_a_stranger_who_may_write_to_the_store_cannot_speak_for_the_publisher(
    folder, copy, pulling, here, tmp_path, store, place
):
    stranger = Folder(tmp_path / "strange", tmp_path / "strange.pem")
    folder.publish(some_outlets())
    copy()
    pulling.pull()
    folder.publish(some_outlets(), key=stranger.key, at=LATER)
    replace_signed(folder.root / CURRENT, (folder.root / CURRENT).read_bytes(), stranger.key)
    writer = open_bucket(store.settings(place, place.snapshots))
    Copying(folder.root, stranger.key.public_key(), writer).copy()
    with pytest.raises(Untrusted, match="not signed by the key that is trusted here"):
        pulling.pull()
    assert read_current(here, folder.key.public_key()).sequence == 1


def test_the_store_does_not_turn_the_clock_back(folder, copy, pulling, bucket, here, place, store):
    folder.publish(some_outlets())
    copy()
    writer = open_bucket(store.settings(place, place.snapshots))
    before = {path: writer.get(path).body for path in (CURRENT, f"{CURRENT}.sig")}
    folder.publish([an_outlet(adult=1), *some_outlets()[1:]], at=LATER)
    copy()
    pulling.pull()
    for path, body in before.items():
        writer.put(path, body, "application/json", "no-cache")
    with pytest.raises(Exception, match="older than 2"):
        Pulling(here, folder.key.public_key, bucket).pull()
    assert read_current(here, folder.key.public_key()).sequence == 2


async def test_while_the_store_is_away_the_last_good_one_is_served_and_ages(
    start, folder, copy, place, clock, cable
):
    folder.publish(some_outlets())
    copy()
    names = _named(place) | {"s3_endpoint": cable.endpoint}
    client = await start(**names)
    client.app[PULLER].pull()
    await client.app[SNAPSHOTS].poll()
    cable.cut()
    with pytest.raises(StoreUnavailable):
        client.app[PULLER].pull()
    clock.now += timedelta(hours=1)
    answer = await (await client.get("/api/v1/snapshot")).json()
    assert (answer["snapshot"], answer["stale"]) == (1, True)
    started_anew = await start(**names)
    assert (await started_anew.get("/readyz")).status == 200


def test_a_copy_that_a_power_cut_tore_is_mended(folder, copy, pulling, bucket, here):
    folder.publish(some_outlets())
    copy()
    pulling.pull()
    (here / "0000000001" / "maskdata.csv").write_bytes(b"torn")
    Pulling(here, folder.key.public_key, bucket).pull()
    assert b"torn" not in (here / "0000000001" / "maskdata.csv").read_bytes()


def test_of_two_processes_on_one_computer_one_pulls_and_the_other_takes_over(
    folder, copy, bucket, here
):
    folder.publish(some_outlets())
    copy()
    first = Puller(here, folder.key.public_key, bucket)
    second = Puller(here, folder.key.public_key, bucket)
    first.pull()
    bucket.got.clear()
    second.pull()
    assert bucket.got == []
    first._lock.close()
    second.pull()
    assert bucket.got


def test_old_copies_are_let_go_of(folder, copy, pulling, here, monkeypatch):
    monkeypatch.setattr("public_site.mirror.pulling.TIDY_EVERY_S", 0)
    monkeypatch.setattr("public_site.mirror.shelf.ASKED_FOR_KEPT_S", -1)
    for seconds in range(5):
        folder.publish([an_outlet(adult=seconds)], at=NOW + timedelta(seconds=seconds))
        copy()
        pulling.pull()
    whole = {place.parent.name for place in here.glob("0*/maskdata.csv")}
    assert whole == {"0000000003", "0000000004", "0000000005"}
    assert (here / "0000000001" / "changes.ndjson").exists()


async def test_what_the_store_does_not_have_is_asked_for_once_a_minute(folder, copy, bucket, here):
    folder.publish(some_outlets())
    copy()
    puller = Puller(here, folder.key.public_key, bucket)
    puller.pull()
    asked = []
    real = bucket._bucket.get
    bucket._bucket = type("B", (), {"get": lambda self, *a: asked.append(a) or real(*a)})()
    for _ in range(3):
        with pytest.raises(NotFound):
            puller.bring("0000000000/manifest.json")
    assert len(asked) == 1
