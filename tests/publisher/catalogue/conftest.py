"""A snapshot folder with its catalogue, of outlets whose texts are as hard as real ones."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.domain.programme import Programme
from core.domain.snapshot import HistoryFile, HistoryIndex, Manifest
from core.releases import HISTORY_INDEX, read_manifest_of, sha256_hex
from core.settings import Settings
from core.storage.feed import LedgerFeed
from publisher.catalogue.about import Operator
from publisher.catalogue.follower import Catalogue
from publisher.followers import Told
from publisher.publishing import Publisher
from publisher.signing import replace_signed
from tests.publisher.builders import NINE, HandClock, LedgerFile, an_outlet

Begin = Callable[..., Publisher]
OPERATOR = Operator("https://mask.example.tw", "mailto:data@example.tw", date(2020, 4, 30))
NOBODY = Operator()
HARD_NAMES = {
    "0101090517": '國立臺灣大學醫院, "兒童"',
    "2331010014": "=cmd|' /C calc'!A0",
    "3512013636": "𠮷田診所\n二樓 😷",
    "5901010058": "＠安郁藥局",
    "590101A011": "\t甲乙",
}


def a_told(manifest: Manifest, *, hurried: bool = False) -> Told:
    """Return what a follower is told of a release."""
    return Told(
        as_of=NINE,
        position=0,
        codes=(),
        products=("adult_mask", "child_mask"),
        manifest=manifest,
        hurried=hurried,
    )


def fill(ledger: LedgerFile) -> None:
    """Register outlets with hard names, some with stock, one without a place, one that talks."""
    ledger.register(
        *(an_outlet(code, name=name) for code, name in HARD_NAMES.items()),
        an_outlet("5901010076", lon=None, lat=None, service_periods="", coordinate_source=""),
    )
    ledger.move("0101090517", "adult_mask", 200)
    ledger.move("590101A011", "child_mask", 7)
    ledger.say("5901010058", note='第一行\n第二行,"x"', sold_out_at=NINE, phone_hidden=True)


@pytest.fixture(scope="session")
def published(
    tmp_path_factory: pytest.TempPathFactory, signing_key: Ed25519PrivateKey, masks: Programme
) -> Path:
    """Return a snapshot folder with one release, its catalogue and a day of history; only read."""
    settings = Settings(state=tmp_path_factory.mktemp("catalogue"))
    ledger = LedgerFile(settings)
    fill(ledger)
    folder, feed, clock = settings.snapshots_folder, LedgerFeed(ledger.path), HandClock()
    put_history(folder, signing_key)
    catalogue = Catalogue(folder, signing_key, OPERATOR, clock)
    Publisher(feed, folder, signing_key, ttl_s=1, clock=clock, followers=(catalogue,)).tick(masks)
    feed.close()
    ledger.close()
    return folder


@pytest.fixture(scope="session")
def unnamed(
    published: Path, tmp_path_factory: pytest.TempPathFactory, signing_key: Ed25519PrivateKey
) -> Path:
    """Return the same release with the catalogue of an operator who says nothing; only read."""
    folder = shutil.copytree(published, tmp_path_factory.mktemp("unnamed") / "snapshots")
    public_key = signing_key.public_key()
    manifest, _ = read_manifest_of(folder, 1, public_key)
    Catalogue(folder, signing_key, NOBODY, HandClock()).keep_up(a_told(manifest))
    return folder


@pytest.fixture
def copied(published: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder, to be changed."""
    return shutil.copytree(published, tmp_path / "copied")


@pytest.fixture
def outlets(ledger: LedgerFile) -> LedgerFile:
    """Return the ledger of these outlets."""
    fill(ledger)
    return ledger


@pytest.fixture
def begin(
    outlets: LedgerFile,
    feed: LedgerFeed,
    folder: Path,
    signing_key: Ed25519PrivateKey,
    clock: HandClock,
) -> Begin:
    """Return what begins a publisher of these outlets that keeps a catalogue."""

    def begun(operator: Operator = NOBODY) -> Publisher:
        catalogue = Catalogue(folder, signing_key, operator, clock)
        return Publisher(feed, folder, signing_key, ttl_s=1, clock=clock, followers=(catalogue,))

    return begun


def put_history(folder: Path, key: Ed25519PrivateKey) -> None:
    """Put the history of one day that is over, and of one that is not, into a folder."""
    heading = b"date,code,product,opening,received,sold,closing,sold_out_at,hours_in_stock\n"
    row = b"2020-02-05,0101090517,adult_mask,20,-10,10,0,2020-02-05T11:15:00+08:00,3.25\n"
    bodies = {
        "daily/2020-02-05.csv": ("text/csv; charset=utf-8", heading + row),
        "daily/2020-02-05.csv.gz": ("application/gzip", b"packed"),
        "history/date=2020-02-05/day.parquet": ("application/vnd.apache.parquet", b"PAR1"),
        "history/date=2020-02-06/part-1.parquet": ("application/vnd.apache.parquet", b"PAR1"),
    }
    files = []
    for path, (media_type, body) in bodies.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(body)
        file = HistoryFile(
            path=path,
            media_type=media_type,
            bytes=len(body),
            sha256=sha256_hex(body),
            rows=1,
            day="2020-02-05" if "02-05" in path else "2020-02-06",
            complete="part" not in path,
        )
        files.append(file)
    index = HistoryIndex(
        as_of="2020-02-06T09:00:00+08:00", sequence=1, ledger_position="1", files=files
    )
    replace_signed(folder / HISTORY_INDEX, msgspec.json.encode(index), key)
