"""Builders: outlets, and signed releases written by the publisher's own code."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec.structs import replace

from core.domain.calendar import TAIPEI, rfc3339
from core.domain.geography import Town, load_towns
from core.domain.programme import Programme
from core.domain.snapshot import Current, Manifest, OutletRecord, release_folder
from core.domain.wording import rules_in_words
from core.releases import sha256_hex
from core.rules import MASKS, load_programmes
from publisher import compress
from publisher.collect import Positions
from publisher.manifest import manifest_of, rules_in_force
from publisher.release import begin_release, seal_release, switch_current
from publisher.release_data import OBJECT, ReleaseData
from publisher.release_files import ReleaseFiles
from publisher.signing import public_pem

NOW = datetime(2020, 2, 6, 10, 30, 5, tzinfo=TAIPEI)
TTL_S = 30


@cache
def masks(pinned: date | None = None) -> Programme:
    """Return the real programme of masks."""
    return load_programmes(None, pinned)[MASKS]


def an_outlet(code: str = "5901012345", **changes: object) -> OutletRecord:
    """Return one pharmacy near Taipei main station with 128 adult and 12 child masks."""
    record = OutletRecord(
        code=code,
        name="健安藥局",
        kind="pharmacy",
        phone="(02)23456789",
        address="臺北市中正區忠孝西路１段４９號",
        county_code="63000",
        county="臺北市",
        town_code="63000050",
        town="中正區",
        lon=121.517,
        lat=25.0478,
        coordinate_source="gov",
        coordinate_precision="rooftop",
        counts={},
        levels={},
        service_periods="N" * 14 + "Y" * 7,
        changed_at=rfc3339(NOW - timedelta(minutes=3)),
    )
    counts = changes.pop("counts", None) or {
        "adult_mask": changes.pop("adult", 128),
        "child_mask": changes.pop("child", 12),
    }
    levels = {product: masks().levels.of(pieces) for product, pieces in counts.items()}
    return replace(record, counts=counts, levels=levels, **changes)


def some_outlets() -> list[OutletRecord]:
    """Return a handful that differ in everything a page shows."""
    return [
        an_outlet(),
        an_outlet(
            "5901012346",
            name="大同藥局",
            adult=42,
            child=0,
            address="台北市大同區重慶北路二段１號",
            town_code="63000060",
            town="大同區",
            lon=121.515,
            lat=25.0551,
            note="09:00 發號碼牌",
        ),
        an_outlet("5901012347", name="售完藥局", adult=0, child=0, lat=25.046, lon=121.519),
        an_outlet(
            "5901012348",
            name="暫停藥局",
            adult=20,
            child=5,
            availability="paused",
            availability_reason="盤點中",
            lat=25.041,
        ),
        an_outlet(
            "2331010014",
            name="桃園市桃園區衛生所",
            kind="health_centre",
            adult=7,
            child=50,
            county_code="68000",
            county="桃園市",
            town_code="68000010",
            town="桃園區",
            address="桃園巿桃園區縣府路55號1樓",
            phone="(03)3325880 分機 10",
            lon=121.3010,
            lat=24.9930,
            coordinate_source="town",
            coordinate_precision="town",
            service_periods="",
            changed_at="",
        ),
        an_outlet(
            "590101A011", name="Ａ號藥局", adult=1, child=1, lat=25.03, address="臺北市中正區1之2號"
        ),
    ]


def many_outlets(rng: random.Random, number: int) -> list[OutletRecord]:
    """Return outlets spread like the real ones: by town, a third sold out."""
    towns = rng.choices(load_towns(), weights=[town.outlets for town in load_towns()], k=number)
    return [_scattered(rng, place, town) for place, town in enumerate(towns)]


def _scattered(rng: random.Random, place: int, town: Town) -> OutletRecord:
    return an_outlet(
        f"59{town.nhi_prefixes[0] if town.nhi_prefixes else '0101'}{place % 10_000:04d}",
        name=f"{rng.choice('健安康寧大同永和仁愛')}{rng.choice('生民安泰佑德')}藥局",
        county_code=town.county_code,
        county=town.county_zh,
        town_code=town.town_code,
        town=town.town_zh,
        address=f"{town.county_zh}{town.town_zh}中山路{place}號",
        lat=round(town.lat + rng.gauss(0, 0.02), 5),
        lon=round(town.lon + rng.gauss(0, 0.02), 5),
        adult=rng.choice([0, 0, 1, 30, 100, 200]),
        child=rng.choice([0, 0, 1, 30, 50]),
        note=rng.choice(["", "", "0800 50片 1500 100片", "09:00 發號碼牌"]),
        changed_at=rfc3339(NOW - timedelta(minutes=rng.randrange(600))),
    )


class Folder:
    """A snapshot folder and the key that signs into it; ``root`` is what the site watches."""

    def __init__(self, root: Path, public_key_file: Path) -> None:
        self.root = root
        self.key = Ed25519PrivateKey.generate()
        self.sequence = 0
        self.current: Current | None = None
        # What the last release said of each outlet, and the hash of its manifest.
        self._said: Mapping[str, bytes] | None = None
        self._previous = ""
        public_key_file.parent.mkdir(parents=True, exist_ok=True)
        public_key_file.write_bytes(public_pem(self.key.public_key()))
        root.mkdir(parents=True, exist_ok=True)

    def publish(
        self,
        outlets: Sequence[OutletRecord],
        *,
        at: datetime = NOW,
        programme: Programme | None = None,
        sequence: int | None = None,
        key: Ed25519PrivateKey | None = None,
        spoil: Callable[[dict[str, bytes]], None] = lambda files: None,
    ) -> Manifest:
        """Write a release and point to it. ``spoil`` may change files after they were hashed."""
        manifest, body, files = self.prepare(outlets, at, programme or masks(), sequence)
        spoil(files)
        signing_key = key or self.key
        begin_release(self.root, manifest.sequence, files.items())
        seal_release(self.root, manifest.sequence, body, signing_key)
        self.point_to(manifest, body, at, signing_key)
        return manifest

    def prepare(
        self,
        outlets: Sequence[OutletRecord],
        at: datetime,
        programme: Programme,
        sequence: int | None = None,
    ) -> tuple[Manifest, bytes, dict[str, bytes]]:
        """Make a release's manifest and files without writing them."""
        self.sequence = self.sequence + 1 if sequence is None else sequence
        records = sorted(outlets, key=lambda record: record.code)
        release = ReleaseData(self.sequence, at, at, programme.product_ids, records)
        files = ReleaseFiles(release, compress.QUICK, self._said)
        bodies = {path: body for path, body in files if isinstance(body, bytes)}
        manifest = manifest_of(
            release,
            files.entries,
            positions=Positions(self.sequence * 10, 1, 5),
            previous=self._previous,
            audit_head="0" * 64,
            rules=rules_in_force(programme, at.date(), rules_in_words),
            ttl_s=TTL_S,
        )
        body = msgspec.json.encode(manifest)
        self._said, self._previous = release.cache.by_code(OBJECT), sha256_hex(body)
        return manifest, body, bodies

    def point_to(
        self, manifest: Manifest, body: bytes, at: datetime, key: Ed25519PrivateKey | None = None
    ) -> None:
        """Switch ``current.json`` to a release."""
        self.current = Current(
            sequence=manifest.sequence,
            manifest=f"{release_folder(manifest.sequence)}/manifest.json",
            sha256=sha256_hex(body),
            checked_at=rfc3339(at),
            ttl_s=manifest.ttl_s,
        )
        switch_current(self.root, self.current, key or self.key)

    def renew(self, at: datetime) -> None:
        """Say that the publisher has looked and nothing changed."""
        assert self.current
        self.current = replace(self.current, checked_at=rfc3339(at))
        switch_current(self.root, self.current, self.key)

    def remove(self, sequence: int) -> None:
        """Remove an old release, as the publisher does in time."""
        folder = self.root / release_folder(sequence)
        shutil.rmtree(folder)
