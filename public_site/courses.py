"""The days' courses beside the releases: verified once, kept as bytes, one outlet decoded a page.

The publisher writes ``courses/YYYY-MM-DD.json`` for each of the last Taipei days. A file that is
missing, damaged, or not signed by the key that this site trusts has no course: pages say so and
stay. What was good before stays until something good takes its place.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import msgspec
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from core.domain.calendar import taipei_day
from core.errors import MaskmapError, NotFound
from core.log import get_logger
from core.releases import COURSES as FOLDER
from core.releases import SIGNATURE, Untrusted, course_days, read_signed, sha256_hex
from public_site.answers import gzipped
from public_site.fingerprint import Fingerprint, fingerprint
from public_site.in_background import in_background
from public_site.long_days import PATH as LONG
from public_site.long_days import LongDays, load_long_days

POLL_S = 1.0
RETRY_POLLS = 10
MOST_DAYS = 8
# A nation of 6 500 outlets needs about 2 MB a day; what is far larger is not read at all.
MOST_BYTES = 64 * 2**20

Points = list[tuple[int, ...]]
"""``(slot, pieces of each product at the end of that slot)``, ascending; slot -1 is 00:00."""

log = get_logger(__name__)


class _File(msgspec.Struct, frozen=True):
    """``core.domain.snapshot.Course``, but each outlet's points stay bytes until a page asks."""

    date: date
    as_of: str
    ledger_position: str
    slot_s: int
    products: tuple[str, ...]
    outlets: dict[str, msgspec.Raw]


@dataclass(frozen=True)
class DayCourse:
    """One day, verified. ``body`` and ``signature`` are what strangers may check themselves."""

    day: date
    as_of: str
    complete: bool
    slot_s: int
    products: tuple[str, ...]
    body: bytes
    packed: bytes
    signature: bytes
    sha256: str
    outlets: Mapping[str, msgspec.Raw]

    def points_of(self, code: str) -> Points:
        """Return an outlet's points; none where it has no course, or one that makes no sense."""
        raw = self.outlets.get(code)
        if raw is None:
            return []
        try:
            points = msgspec.json.decode(raw, type=Points)
        except msgspec.DecodeError:
            return []
        return points if _sensible(points, len(self.products)) else []


def _sensible(points: Points, products: int) -> bool:
    slots = [point[0] for point in points if len(point) == products + 1 and min(point[1:]) >= 0]
    return len(slots) == len(points) and slots[:1] == [-1] and slots == sorted(set(slots))


class Courses:
    """Holds the courses that are good, and takes new ones as they are written."""

    def __init__(self, folder: Path, public_key: Callable[[], Ed25519PublicKey]) -> None:
        self.folder = folder
        self.days: Mapping[date, DayCourse] = {}
        self.version = 0
        self._public_key = public_key
        self.long: LongDays | None = None
        self._seen: dict[date, Fingerprint] = {}
        self._seen_long: Fingerprint = ()
        self._refused: dict[date, str] = {}
        self._polls = 0

    def of(self, day: date) -> DayCourse | None:
        """Return the course of a day, if there is a good one."""
        return self.days.get(day)

    async def poll(self) -> None:
        """Look at the snapshot folder once; read what has changed, off the event loop.

        What was refused is tried again now and then: its cause may heal without a new file.
        """
        await self._poll_long()
        self._polls += 1
        if self._polls % RETRY_POLLS == 0:
            self._seen = {day: seen for day, seen in self._seen.items() if day not in self._refused}
        found = _listed(self.folder)
        changed = {day: seen for day, seen in found.items() if self._seen.get(day) != seen}
        if not changed and found.keys() == self._seen.keys():
            return
        read = await asyncio.to_thread(self._read, sorted(changed))
        kept = {day: course for day, course in self.days.items() if day in found}
        if read or len(kept) < len(self.days):
            self.days = dict(sorted((kept | read).items()))
            self.version += 1
        self._seen = found
        self._refused = {day: error for day, error in self._refused.items() if day in found}

    async def _poll_long(self) -> None:
        """Read the last weeks anew if they were replaced; what was good stays otherwise."""
        path = self.folder / LONG
        seen = fingerprint(path, path.with_name(path.name + SIGNATURE))
        if seen == self._seen_long:
            return
        self._seen_long = seen
        try:
            self.long = await asyncio.to_thread(load_long_days, self.folder, self._public_key())
            self.version += 1
        except (NotFound, FileNotFoundError):
            pass
        except MaskmapError as error:
            log.warning("the last weeks are refused", error=str(error))
        except OSError as error:
            log.warning("the last weeks cannot be read now", error=str(error))
            self._seen_long = ()

    def _read(self, days: list[date]) -> dict[date, DayCourse]:
        good: dict[date, DayCourse] = {}
        for day in days:
            try:
                good[day] = load(self.folder / FOLDER / f"{day}.json", day, self._public_key())
                self._refused.pop(day, None)
            except (MaskmapError, OSError) as error:
                if self._refused.get(day) != str(error):
                    log.warning("course of a day refused", day=str(day), error=str(error))
                self._refused[day] = str(error)
        return good

    async def watch(self) -> None:
        """Poll for ever."""
        while True:
            try:
                await self.poll()
            except Exception:  # the outermost loop: logged; nothing may end the watch
                log.exception("watching the courses failed")
            await asyncio.sleep(POLL_S)

    @contextlib.asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch in the background; the site need not wait for the first look."""
        async with in_background(self.watch(), "watch courses"):
            yield


COURSES = web.AppKey("courses", Courses)


def load(path: Path, day: date, public_key: Ed25519PublicKey) -> DayCourse:
    """Read and verify the course of a day.

    Raises:
        NotFound, OSError: it cannot be read.
        Untrusted: it is not signed by this key, is not of this day, or is no course.
    """
    if path.stat().st_size > MOST_BYTES:
        raise Untrusted(f"{path} has more than {MOST_BYTES} bytes")
    body, signature = read_signed(path, public_key)
    try:
        file = msgspec.json.decode(body, type=_File)
        complete = taipei_day(datetime.fromisoformat(file.as_of)) > day
    except ValueError as error:
        raise Untrusted(f"{path}: {error}") from None
    if file.date != day or file.slot_s <= 0:
        raise Untrusted(f"{path} says that it is of {file.date}, in slots of {file.slot_s} s")
    return DayCourse(
        day=day,
        as_of=file.as_of,
        complete=complete,
        slot_s=file.slot_s,
        products=file.products,
        body=body,
        packed=gzipped(body),
        signature=signature + b"\n",
        sha256=sha256_hex(body),
        outlets=file.outlets,
    )


def _listed(folder: Path) -> dict[date, Fingerprint]:
    """Return the newest days in a snapshot folder, each with what changes when its files do."""
    paths = {day: folder / FOLDER / f"{day}.json" for day in course_days(folder)[-MOST_DAYS:]}
    return {
        day: fingerprint(path, path.with_name(path.name + SIGNATURE)) for day, path in paths.items()
    }
