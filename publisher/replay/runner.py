"""Drive a replay: register, ledger, release, for each moment in turn.

Nothing is remembered beside the ledger and the releases. A replay that was interrupted is run
again: moments already released are passed over, and the one it died in is finished, since the
orders follow from what the ledger holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from msgspec.structs import replace

from core.actions.desk import Desk
from core.actions.outlets import register_outlets
from core.domain.calendar import TAIPEI
from core.domain.outlets import Outlet
from core.domain.programme import Programme
from core.domain.snapshot import Manifest
from core.errors import Invalid, MaskmapError, NotFound, Unavailable
from core.ports import Order
from core.releases import load_public_key, read_current, read_file, read_manifest
from core.settings import Settings
from core.storage import State, open_state
from core.storage.feed import LedgerFeed
from publisher.publishing import Publisher, open_publisher
from publisher.register.building import outlet_of
from publisher.replay.orders import WHO, orders_of
from publisher.replay.series import Moment, Series

_CHUNK = 4_096
_OFFICIAL = "maskdata.csv"


@dataclass
class Progress:
    """What has been done so far; the callback hears of it after every chunk."""

    moments: int = 0
    skipped: int = 0
    acts: int = 0
    releases: int = 0


@dataclass(frozen=True)
class Replay:
    """One replay into one state."""

    settings: Settings
    programme: Programme
    state: State
    feed: LedgerFeed
    publisher: Publisher
    export: Path | None
    released_until: datetime | None

    async def moment(self, moment: Moment, progress: Progress, heard: Callable[[], None]) -> None:
        """Bring the ledger to one moment and release it, unless that was done before."""
        progress.moments += 1
        if self.released_until is not None and moment.source_time <= self.released_until:
            progress.skipped += 1
            return
        await self._register(moment)
        for chunk in chunks(self._orders(moment)):
            _must_all_commit(await self.state.ledger.commit_many(chunk))
            progress.acts += len(chunk)
            heard()
        manifest = self.publisher.publish(moment.source_time, self.programme)
        progress.releases += 1
        self._export(moment.source_time, manifest)

    def _orders(self, moment: Moment) -> Iterator[Order]:
        desk = Desk(self.state.ledger, lambda: moment.source_time, self.programme, self.state.keys)
        with self.feed.instant():
            stock = {key: balance.pieces for key, balance in self.feed.balances().items()}
            serial = self.feed.position() + 1
        return orders_of(desk, moment, stock, serial)

    async def _register(self, moment: Moment) -> None:
        """Register the outlets a moment names; what the register knows beside names stays."""
        known = {outlet.code: outlet for outlet in self.feed.outlets()}
        told = moment.outlets or [
            outlet_of(code, name=code) for code in moment.counts if code not in known
        ]
        wanted = [_updated(known.get(outlet.code), outlet) for outlet in told]
        await register_outlets(self.state.ledger, wanted, by=WHO, clock=lambda: moment.source_time)

    def _export(self, source_time: datetime, manifest: Manifest) -> None:
        if self.export is None:
            return
        official = read_file(self.settings.snapshots_folder, manifest, _OFFICIAL)
        name = f"{source_time.astimezone(TAIPEI):%Y%m%dT%H%M%S}.csv"
        (self.export / name).write_bytes(official)


@asynccontextmanager
async def open_replay(
    settings: Settings, programme: Programme, export: Path | None
) -> AsyncIterator[Replay]:
    """Open ledger and snapshot folder for a replay.

    ``export`` is an existing folder that keeps each official CSV.

    Raises:
        Invalid, Unavailable: another publisher is at work here, or the folder is not writable.
    """
    async with open_state(settings) as state:
        feed = LedgerFeed(settings.database_path)
        _must_be_ours(feed)
        with open_publisher(settings, quick=True) as publisher:
            until = _released_until(settings)
            yield Replay(settings, programme, state, feed, publisher, export, until)
        feed.close()


def chunks(orders: Iterator[Order]) -> Iterator[list[Order]]:
    """Cut a stream of orders into pieces that fit into memory."""
    while chunk := list(islice(orders, _CHUNK)):
        yield chunk


async def paced(
    series: Series, until: datetime | None, speed: float | None
) -> AsyncIterator[Moment]:
    """Yield the moments up to ``until``; with a speed, that many times as fast as life."""
    before: datetime | None = None
    for moment in series:
        if until is not None and moment.source_time > until:
            return
        if speed is not None and before is not None:
            await asyncio.sleep((moment.source_time - before).total_seconds() / speed)
        before = moment.source_time
        yield moment


def _released_until(settings: Settings) -> datetime | None:
    """Return the source time of the newest release, if there is one."""
    key = load_public_key(settings.public_key_file)
    folder = settings.snapshots_folder
    try:
        manifest, _ = read_manifest(folder, read_current(folder, key), key)
    except NotFound:
        return None
    return datetime.fromisoformat(manifest.as_of)


def _must_be_ours(feed: LedgerFeed) -> None:
    """Refuse a ledger that real or demo counters have used."""
    ends = (*feed.entries_after(0, limit=1), *feed.entries_after(feed.position() - 1, limit=1))
    if any(entry.by != WHO for entry in ends):
        raise Invalid("this state holds entries that are no replay's; name an empty --state")


def _updated(known: Outlet | None, told: Outlet) -> Outlet:
    """Take over the texts that a moment tells; places and flags of the register stay."""
    if known is None:
        return told
    return replace(known, name=told.name, address=told.address, phone=told.phone)


def _must_all_commit(outcomes: Sequence[object]) -> None:
    for outcome in outcomes:
        if isinstance(outcome, MaskmapError):
            raise Unavailable(
                f"the ledger refused a replayed act ({outcome}); was this state used otherwise?"
                " Replay into an empty --state"
            ) from outcome
