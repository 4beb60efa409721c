"""Whatever lies in the folder, people are answered from the last good snapshot, which grows old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from public_site.keys import SNAPSHOTS
from tests.public_site.releases import NOW, TTL_S, Folder, an_outlet, some_outlets

LATER = NOW + timedelta(seconds=20)
PATHS = ["/", "/outlets/5901012345", "/api/v1/outlets", "/data/outlets.geojson", "/readyz"]


def flip(files: dict[str, bytes]) -> None:
    body = bytearray(files["outlets.geojson"])
    body[len(body) // 2] ^= 1
    files["outlets.geojson"] = bytes(body)


def corrupted(folder: Folder) -> None:
    folder.publish([an_outlet(adult=1)], at=LATER, spoil=flip)


def incomplete(folder: Folder) -> None:
    folder.publish([an_outlet(adult=1)], at=LATER, spoil=lambda files: files.pop("maskdata.csv"))


def signed_by_another(folder: Folder) -> None:
    folder.publish([an_outlet(adult=1)], at=LATER, key=Ed25519PrivateKey.generate())


def unsigned(folder: Folder) -> None:
    folder.publish([an_outlet(adult=1)], at=LATER)
    (folder.root / "current.json.sig").unlink()


def older(folder: Folder) -> None:
    folder.remove(1)
    folder.publish([an_outlet(adult=1)], at=LATER, sequence=1)


def half_written(folder: Folder) -> None:
    (folder.root / "current.json").write_bytes(b'{"sequence": 3, "mani')


def vanished(folder: Folder) -> None:
    for path in sorted(folder.root.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()


@pytest.mark.parametrize(
    "harm", [corrupted, incomplete, signed_by_another, unsigned, older, half_written, vanished]
)
async def test_the_last_good_snapshot_stays_and_grows_old(
    start, folder, clock, harm: Callable[[Folder], None]
):
    folder.publish(some_outlets(), sequence=1)
    folder.publish(some_outlets(), sequence=2)
    client = await start()
    harm(folder)
    await client.app[SNAPSHOTS].poll()
    for seconds, stale in ((10, False), (3 * TTL_S, False), (3 * TTL_S + 1, True), (86400, True)):
        clock.now = NOW + timedelta(seconds=seconds)
        await client.app[SNAPSHOTS].poll()
        for path in PATHS:
            for _ in range(2):
                assert (await client.get(path)).status == 200
        answer = await (await client.get("/api/v1/outlets/5901012345")).json()
        assert (answer["snapshot"], answer["stale"]) == (2, stale)
        assert answer["outlet"]["adult_mask"] == 128
        ready = await (await client.get("/readyz")).json()
        assert (ready["snapshot"], ready["stale"], bool(ready["fault"])) == (2, stale, True)
        page = await (await client.get("/")).text()
        assert ("第 2 號資料集" in page, "資料已停止更新" in page) == (True, stale)
