"""Portal, publisher and database are gone: the site goes on answering, and says how old it is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.domain.snapshot import release_folder
from core.errors import NotFound
from core.releases import (
    CURRENT,
    SIGNATURE,
    Untrusted,
    load_public_key,
    read_current,
    read_file,
    read_manifest,
)
from tests.end_to_end.driving import MASKMAP, environment, poll, send

pytestmark = pytest.mark.e2e

PATHS = [
    "/",
    "/?q=%E8%87%BA%E5%8C%97",
    "/rules",
    "/status",
    "/data",
    "/api/v1/outlets",
    "/api/v1/nearby?lat=25.0478&lon=121.517",
    "/api/v1/snapshot",
    "/data/outlets.geojson",
    "/data/maskdata.csv",
    "/readyz",
    "/metrics",
]


@contextmanager
def running_site(state: Path) -> Iterator[str]:
    """Run the site alone; yield its address."""
    process = subprocess.Popen(
        [*MASKMAP, "--state", str(state), "site"],
        env=environment() | {"MASKMAP_LOG": "error"},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stderr
        found = re.fullmatch(r"site: (\S+)\n", process.stderr.readline())
        assert found
        # It listens before it has read the first snapshot.
        poll(lambda: send(f"{found[1]}/readyz").status == 200)
        yield found[1]
    finally:
        process.terminate()
        process.communicate(timeout=60)


def copied(snapshots: Path, state: Path) -> bool:
    """Copy the newest snapshot; False where it was replaced meanwhile, since somebody publishes."""
    copy, key = state / "snapshots", load_public_key(state / "keys" / "public-key.pem")
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for name in (CURRENT, f"{CURRENT}{SIGNATURE}"):
        shutil.copy(snapshots / name, copy)
    try:
        current = read_current(copy, key)
        release = release_folder(current.sequence)
        shutil.copytree(snapshots / release, copy / release)
        manifest, _ = read_manifest(copy, current, key)
        return all(read_file(copy, manifest, entry.path) is not None for entry in manifest.files)
    except (Untrusted, NotFound, shutil.Error):
        return False


def test_the_site_needs_nobody(first_start, tmp_path):
    """All that is left are the newest snapshot and the key to check it with."""
    state = tmp_path / "state"
    (state / "keys").mkdir(parents=True)
    shutil.copy(first_start.state / "keys" / "public-key.pem", state / "keys")
    poll(lambda: copied(first_start.state / "snapshots", state))
    with running_site(state) as site:
        for path in PATHS:
            assert send(f"{site}{path}").status == 200, path
        # Three times the time to live after the publisher last looked.
        poll(lambda: send(f"{site}/api/v1/snapshot").json["stale"])
        for path in PATHS:
            assert send(f"{site}{path}").status == 200, path
        assert "資料已停止更新" in send(f"{site}/").text
        shutil.rmtree(state / "snapshots")
        assert send(f"{site}/data/outlets.geojson").status == 200
    assert "ledger.sqlite" not in os.listdir(state)
