"""What the site takes from the snapshot folder, and what it refuses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.snapshot import release_folder
from core.errors import Unavailable
from public_site.keys import SNAPSHOTS
from public_site.snapshots import Snapshots
from publisher.signing import public_pem
from tests.public_site.releases import NOW, TTL_S, an_outlet, some_outlets

LATER = NOW + timedelta(seconds=20)


@pytest.fixture
def faults() -> list[str]:
    return []


@pytest.fixture
def snapshots(folder, settings, clock, faults) -> Snapshots:
    return Snapshots(folder.root, settings.public_key_file, clock, faults.append)


def retry_now(snapshots: Snapshots) -> None:
    """Do not wait for the planned retry."""
    snapshots._retry_at = 0.0


async def test_nothing_published_is_unavailable_and_not_an_error(snapshots):
    await snapshots.poll()
    with pytest.raises(Unavailable):
        snapshots.look()


async def test_a_new_release_takes_the_place_of_the_old(snapshots, folder):
    folder.publish([an_outlet(adult=128)])
    await snapshots.poll()
    folder.publish([an_outlet(adult=126)], at=LATER)
    await snapshots.poll()
    look = snapshots.look()
    assert look.view.sequence == 2
    assert look.view.entries[0].record.counts["adult_mask"] == 126


async def test_a_renewal_keeps_the_index_and_moves_the_time(snapshots, folder):
    folder.publish(some_outlets())
    await snapshots.poll()
    view = snapshots.look().view
    folder.renew(LATER)
    await snapshots.poll()
    assert snapshots.look().view is view
    assert snapshots.look().published.checked_at == LATER


async def test_an_unchanged_folder_is_not_read_again(snapshots, folder):
    folder.publish(some_outlets())
    await snapshots.poll()
    published = snapshots.published
    await snapshots.poll()
    assert snapshots.published is published


async def test_data_are_stale_after_three_times_their_time_to_live(snapshots, folder, clock):
    folder.publish(some_outlets())
    await snapshots.poll()
    clock.now = NOW + timedelta(seconds=3 * TTL_S)
    assert not snapshots.look().stale
    clock.now += timedelta(seconds=1)
    assert snapshots.look().stale
    assert snapshots.look().age_s == 3 * TTL_S + 1


def flip_a_byte(files: dict[str, bytes]) -> None:
    body = bytearray(files["outlets.geojson"])
    body[len(body) // 2] ^= 1
    files["outlets.geojson"] = bytes(body)


def cut_short(files: dict[str, bytes]) -> None:
    files["maskdata.csv"] = files["maskdata.csv"][:-1]


def leave_out(files: dict[str, bytes]) -> None:
    del files["points.json"]


@pytest.mark.parametrize("spoil", [flip_a_byte, cut_short, leave_out])
async def test_a_damaged_release_leaves_the_last_good_one(snapshots, folder, faults, spoil):
    folder.publish(some_outlets())
    await snapshots.poll()
    folder.publish([an_outlet(adult=1)], at=LATER, spoil=spoil)
    await snapshots.poll()
    assert snapshots.look().view.sequence == 1
    assert len(faults) == 1


async def test_a_release_signed_by_another_key_is_refused(snapshots, folder, faults):
    folder.publish(some_outlets())
    await snapshots.poll()
    folder.publish([an_outlet()], at=LATER, key=Ed25519PrivateKey.generate())
    await snapshots.poll()
    assert snapshots.look().view.sequence == 1
    assert faults == ["SNAPSHOT_UNTRUSTED"]


async def test_the_key_in_the_folder_is_not_trusted(snapshots, folder, faults):
    forger = Ed25519PrivateKey.generate()
    (folder.root / "public-key.pem").write_bytes(public_pem(forger.public_key()))
    folder.publish(some_outlets(), key=forger)
    await snapshots.poll()
    assert snapshots.published is None
    assert faults == ["SNAPSHOT_UNTRUSTED"]


async def test_an_unsigned_current_file_is_refused(snapshots, folder):
    folder.publish(some_outlets())
    await snapshots.poll()
    folder.publish([an_outlet(adult=5)], at=LATER)
    (folder.root / "current.json.sig").unlink()
    await snapshots.poll()
    assert snapshots.look().view.sequence == 1


async def test_an_older_release_is_never_taken_back(snapshots, folder, faults):
    folder.publish(some_outlets())
    old = [(folder.root / name).read_bytes() for name in ("current.json", "current.json.sig")]
    folder.publish(some_outlets(), at=LATER)
    await snapshots.poll()
    for name, body in zip(("current.json", "current.json.sig"), old, strict=True):
        (folder.root / name).write_bytes(body)
    await snapshots.poll()
    assert snapshots.look().view.sequence == 2
    assert faults == ["SNAPSHOT_OLDER"]


async def test_a_replayed_check_time_is_refused(snapshots, folder, faults):
    folder.publish(some_outlets(), at=NOW)
    folder.renew(LATER)
    await snapshots.poll()
    folder.renew(NOW)
    await snapshots.poll()
    assert snapshots.look().published.checked_at == LATER
    assert faults == ["SNAPSHOT_OLDER"]


async def test_one_number_published_twice_with_other_contents_is_refused(snapshots, folder):
    folder.publish(some_outlets())
    await snapshots.poll()
    folder.remove(1)
    folder.publish([an_outlet(adult=9)], at=LATER, sequence=1)
    await snapshots.poll()
    assert len(snapshots.look().view.entries) == len(some_outlets())


async def test_a_release_that_lost_many_outlets_is_refused(snapshots, folder, faults):
    folder.publish(some_outlets())
    await snapshots.poll()
    folder.publish(some_outlets()[:2], at=LATER)
    await snapshots.poll()
    assert snapshots.look().view.sequence == 1
    assert faults == ["SNAPSHOT_SHRUNKEN"]


async def test_less_than_nothing_in_stock_is_refused(snapshots, folder, faults):
    folder.publish([an_outlet(counts={"adult_mask": -1, "child_mask": 0})])
    await snapshots.poll()
    assert snapshots.published is None
    assert faults == ["SNAPSHOT_UNTRUSTED"]


async def test_a_fault_heals_without_a_new_file(snapshots, folder):
    manifest = folder.publish(some_outlets())
    path = folder.root / release_folder(manifest.sequence) / "points.json"
    body = path.read_bytes()
    path.write_bytes(b"{}")
    await snapshots.poll()
    assert snapshots.published is None
    path.write_bytes(body)
    retry_now(snapshots)
    await snapshots.poll()
    assert snapshots.look().view.sequence == 1


async def test_the_site_waits_for_its_key(snapshots, folder, settings, faults):
    key = settings.public_key_file.read_bytes()
    settings.public_key_file.unlink()
    folder.publish(some_outlets())
    await snapshots.poll()
    assert faults == ["NOT_FOUND"]
    settings.public_key_file.write_bytes(key)
    retry_now(snapshots)
    await snapshots.poll()
    assert snapshots.look().view.sequence == 1


async def test_a_half_written_release_is_not_seen(snapshots, folder):
    folder.publish(some_outlets())
    await snapshots.poll()
    half = folder.root / ".0000000002.aside"
    half.mkdir()
    (half / "outlets.geojson").write_bytes(b'{"type":"Feat')
    (folder.root / "current.json.tmp").write_bytes(b'{"sequence": 2')
    await snapshots.poll()
    assert snapshots.look().view.sequence == 1


async def test_what_did_not_change_is_taken_over_and_what_changed_is_not(folder, start):
    folder.publish(some_outlets())
    client = await start()
    near = "/api/v1/nearby?lat=25.0478&lon=121.517&in_stock=1"
    first = await (await client.get(near)).json()
    before = client.app[SNAPSHOTS].look().view
    sold_out, *others = some_outlets()
    folder.publish([an_outlet(sold_out.code, adult=0, child=0), *others], at=LATER)
    await client.app[SNAPSHOTS].poll()
    after = client.app[SNAPSHOTS].look().view
    same = [
        new.record is old.record for new, old in zip(after.entries, before.entries, strict=True)
    ]
    assert same.count(False) == 1
    second = await (await client.get(near)).json()
    assert first["outlets"][0]["code"] == sold_out.code
    assert sold_out.code not in {outlet["code"] for outlet in second["outlets"]}
    assert {outlet["published_at"] for outlet in second["outlets"]} == {second["published_at"]}
