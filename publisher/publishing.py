"""The publisher: collect → join → gate → formats → manifest → one rename.

``publish`` makes one release at a stated source time (the replay's way); ``tick`` makes one only
if something changed, and otherwise says that it has looked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from core.clock import Clock, system_clock
from core.domain.audit import next_head
from core.domain.calendar import rfc3339, taipei_day
from core.domain.programme import Programme
from core.domain.snapshot import Current, Manifest, OutletRecord, RulesInForce, release_folder
from core.domain.wording import rules_in_words
from core.log import get_logger
from core.releases import MANIFEST
from core.rules_watch import Rules, programme_of
from core.settings import Settings
from core.storage import prepare
from core.storage.feed import LedgerFeed
from publisher import changes, compress, durable
from publisher.catalogue.about import operator_of
from publisher.catalogue.follower import Catalogue
from publisher.collect import Collector, Positions
from publisher.courses import Courses
from publisher.current_link import CurrentLink
from publisher.followers import Follower, Told, finish_all, keep_all_up
from publisher.history.background import History
from publisher.manifest import Words, manifest_of, rules_in_force
from publisher.mirror.follower import mirrors_of
from publisher.only_one import LOCK, Wait, only_one, refuse
from publisher.quality import Candidate, must_go_on, pass_gate
from publisher.recovery import Standing, recover
from publisher.release import begin_release, seal_release, switch_current
from publisher.release_data import OBJECT, FragmentCache, ReleaseData
from publisher.release_files import NOTHING, OnDisk, ReleaseFiles
from publisher.release_log import ReleaseLine, append_line, line_of
from publisher.retention import let_go
from publisher.signing import PUBLIC_KEY, load_signing_key, public_pem
from publisher.times import parse_rfc3339

AT_LEAST_EVERY = timedelta(minutes=10)
TIME_TO_SQUEEZE_S = 10.0
Heard = Callable[[Manifest | None], object]
"""Told of a look as soon as readers can know of it: with the release, or without one."""

_log = get_logger(__name__)


@contextmanager
def open_publisher(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    quick: bool = False,
    wait: Wait = refuse,
    accept_outlets: int | None = None,
) -> Iterator[Publisher]:
    """Open the one publisher of a state; ledger, folder and keys are made where missing.

    ``quick`` compresses less, for less CPU; an interval below ten seconds does so by itself.
    ``wait`` waits for another publisher to end; ``accept_outlets``: see ``Candidate``.

    Raises:
        Conflict: another publisher is at work, and ``wait`` does not wait.
    """
    with only_one(settings.state / LOCK, settings.snapshots_folder, wait):
        key = load_signing_key(settings.signing_key_file, settings.public_key_file)
        feed = LedgerFeed(prepare(settings))
        try:
            every_s = settings.publish_every
            hurried = quick or every_s < TIME_TO_SQUEEZE_S
            publisher = Publisher(
                feed,
                settings.snapshots_folder,
                key,
                ttl_s=max(1, math.ceil(every_s)),
                clock=clock,
                strength=compress.QUICK if hurried else compress.SMALL,
                public_url=settings.public_url.rstrip("/"),
                followers=followers_of(settings, feed, key, clock),
                accept_outlets=accept_outlets,
            )
            yield publisher
            publisher.finish()
        finally:
            feed.close()


def followers_of(
    settings: Settings, feed: LedgerFeed, key: Ed25519PrivateKey, clock: Clock
) -> tuple[Follower, ...]:
    """Return what keeps up with the releases, in the order in which it does."""
    folder = settings.snapshots_folder
    return (
        CurrentLink(folder),
        Courses(feed, folder, key, clock),
        History(settings.database_path, folder, key, clock),
        Catalogue(folder, key, operator_of(settings), clock),
        *mirrors_of(settings, folder, key.public_key()),
    )


class Publisher:
    """Makes the releases of one snapshot folder. Only one may: ``open_publisher`` sees to that."""

    def __init__(
        self,
        feed: LedgerFeed,
        folder: Path,
        key: Ed25519PrivateKey,
        *,
        ttl_s: int = 30,
        clock: Clock = system_clock,
        words: Words = rules_in_words,
        strength: compress.Strength = compress.QUICK,
        public_url: str = "",
        followers: Sequence[Follower] | None = None,
        accept_outlets: int | None = None,
    ) -> None:
        self._feed, self._folder, self._key = feed, folder, key
        self._ttl_s, self._clock, self._words = ttl_s, clock, words
        self._strength, self._public_url = strength, public_url
        self._accept_outlets = accept_outlets
        self._collector = Collector(feed)
        self._cache = FragmentCache()
        self._changes = changes.Memory(folder, key.public_key())
        self.followers = (Courses(feed, folder, key, clock),) if followers is None else followers
        self._on_disk = NOTHING
        self._passed: dict[str, OutletRecord] = {}
        self._rules: tuple[Programme, date, RulesInForce] | None = None
        self._standing: Standing | None = None

    def publish(self, as_of: datetime, programme: Programme) -> Manifest:
        """Make one release of the ledger as it is now, stating ``as_of`` as its source time.

        Raises:
            Withheld: the quality gate refuses; the last release stays.
        """
        positions = self._collector.collect(programme, as_of)
        manifest = self._release(self._stand(), as_of, positions, programme)
        told = self._told(as_of, positions, programme, manifest, released=True)
        keep_all_up(self.followers, replace(told, hurried=True))
        return manifest

    def finish(self) -> None:
        """Let everything that follows do what it put off while ``publish`` was in a hurry."""
        finish_all(self.followers)

    def tick(
        self, rules: Programme | Rules, heard: Heard = lambda manifest: None
    ) -> Manifest | None:
        """Make a release if one is due, and return it; else renew the time of the last look.

        The instant that names the release also says by which rules it is made. ``heard`` is told
        before what follows the releases is; what that fails at is raised afterwards.

        Raises:
            Withheld: as ``publish``; nothing is renewed, so that readers see the age.
        """
        now = self._clock()
        programme = programme_of(rules, now)
        positions = self._collector.collect(programme, now)
        standing = self._stand()
        manifest = None
        if self._due(standing, now, positions, programme):
            manifest = self._release(standing, now, positions, programme)
        else:
            must_go_on(now, standing.newest, standing.looked_at)
            self._point_readers(standing, now)
        newest = manifest or standing.newest
        assert newest is not None
        heard(manifest)
        told = self._told(now, positions, programme, newest, released=manifest is not None)
        keep_all_up(self.followers, told)
        return manifest

    def _told(
        self,
        as_of: datetime,
        positions: Positions,
        programme: Programme,
        newest: Manifest,
        *,
        released: bool,
    ) -> Told:
        return Told(
            as_of=as_of,
            position=positions.ledger,
            codes=self._collector.codes,
            products=programme.product_ids,
            manifest=newest,
            released=released,
        )

    def _due(
        self, standing: Standing, now: datetime, positions: Positions, programme: Programme
    ) -> bool:
        """Tell whether anything changed, or the newest release is old or not whole."""
        newest = standing.newest
        if newest is None or not standing.whole:
            return True
        stands = (newest.ledger_position, newest.state_position, newest.ttl_s)
        return (
            stands != (str(positions.ledger), positions.state, self._ttl_s)
            or _said(newest.rules) != _said(self._rules_on(now, programme))
            or now - parse_rfc3339(newest.published_at) >= AT_LEAST_EVERY
        )

    def _release(
        self, standing: Standing, as_of: datetime, positions: Positions, programme: Programme
    ) -> Manifest:
        records = self._collector.records
        fresh = [record for record in records if self._passed.get(record.code) is not record]
        published_at = self._clock()
        pass_gate(
            Candidate(
                as_of=as_of,
                published_at=published_at,
                positions=positions,
                records=records,
                fresh=fresh,
                last=standing.newest,
                looked_at=standing.looked_at,
                accept_outlets=self._accept_outlets,
            )
        )
        self._passed.update((record.code, record) for record in fresh)
        release = ReleaseData(
            sequence=standing.next_sequence,
            as_of=as_of,
            published_at=published_at,
            products=programme.product_ids,
            records=records,
            cache=self._cache,
            ttl_s=self._ttl_s,
            public_url=self._public_url,
            goods=programme.product,
            restocks=self._collector.restocks,
        )
        on_disk, before = self._on_disk, self._changes.before(standing)
        last = self._folder / release_folder(on_disk.sequence)
        files = ReleaseFiles(release, self._strength, before, on_disk, last)
        # Until all is done the folder may be anything: if something fails, it is looked at anew.
        self._standing, self._on_disk = None, NOTHING
        begin_release(self._folder, release.sequence, files)
        manifest = manifest_of(
            release,
            files.entries,
            positions=positions,
            previous=standing.last.manifest,
            audit_head=self._audit_head(standing.last, positions.audit),
            rules=self._rules_on(as_of, programme),
            ttl_s=self._ttl_s,
        )
        self._put(standing, manifest, files)
        return manifest

    def _put(self, standing: Standing, manifest: Manifest, files: ReleaseFiles) -> None:
        """Make a release whose files are written the newest."""
        body = msgspec.json.encode(manifest)
        line = line_of(manifest, body)
        seal_release(self._folder, manifest.sequence, body, self._key)
        append_line(self._folder, line)
        put = Standing(
            newest=manifest,
            newest_sha256=line.manifest,
            lines=[*standing.lines, line],
            remnants=standing.remnants,
            last=line,
            next_sequence=manifest.sequence + 1,
            whole=True,
        )
        now = parse_rfc3339(manifest.published_at)
        self._point_readers(put, now)
        let_go(self._folder, put, now)
        self._changes.keep(line.manifest, self._cache.by_code(OBJECT))
        self._standing, self._on_disk = put, OnDisk(manifest.sequence, files.reusable)

    def _point_readers(self, standing: Standing, checked_at: datetime) -> None:
        newest = standing.newest
        assert newest is not None
        current = Current(
            sequence=newest.sequence,
            manifest=f"{release_folder(newest.sequence)}/{MANIFEST}",
            sha256=standing.newest_sha256,
            checked_at=rfc3339(checked_at),
            ttl_s=self._ttl_s,
        )
        switch_current(self._folder, current, self._key)
        standing.looked_at = checked_at

    def _stand(self) -> Standing:
        """Return where the folder stands; looked at once, and again after a failed write."""
        if self._standing is None:
            self._standing = recover(self._folder, self._key.public_key())
            durable.replace(self._folder / PUBLIC_KEY, public_pem(self._key.public_key()))
        return self._standing

    def _rules_on(self, instant: datetime, programme: Programme) -> RulesInForce:
        """Describe the rules of an instant's day, once a day and programme."""
        day, known = taipei_day(instant), self._rules
        if known is None or known[0] is not programme or known[1] != day:
            known = (programme, day, rules_in_force(programme, day, self._words))
            self._rules = known
        return known[2]

    def _audit_head(self, last: ReleaseLine, upto: int) -> str:
        """Chain the audit rows since the last release to its head."""
        rows = self._feed.audit_rows(int(last.audit_position), upto)
        return next_head(bytes.fromhex(last.audit_head), (row.sha256 for row in rows)).hex()


def _said(rules: RulesInForce) -> tuple[str, str, Mapping[str, list[str]]]:
    """Pick what readers are told of the rules; the hash covers the whole document."""
    return rules.hash, rules.block, rules.words
