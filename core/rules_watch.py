"""The rules in use of a program that runs for days: taken up from the folder without a restart.

A new file takes effect at once where it leaves today's block as it is, else at the next Taipei
midnight: nobody's rules change while he stands in the queue. A damaged file changes nothing; the
last good rules stay, and an alarm says so. What is in use is kept in the state folder, so that a
program that restarts in the afternoon judges the day as its neighbours do.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import msgspec

from core.clock import Clock
from core.domain.calendar import taipei_day
from core.domain.programme import Programme, from_document
from core.errors import Invalid
from core.log import get_logger
from core.rules import MASKS, load_programmes
from core.settings import Settings

LOOK_EVERY = timedelta(seconds=1)
KEPT = "rules-in-use.json"
_log = get_logger(__name__)

Seen = tuple[tuple[str, int, int, int], ...]


class Rules(Protocol):
    """Rules that may change at a midnight."""

    def programme_at(self, instant: datetime) -> Programme:
        """Return the programme that an act of this instant is judged by."""


def programme_of(rules: Programme | Rules, instant: datetime) -> Programme:
    """Return the programme of an instant, of rules that stay as of rules that change."""
    return rules if isinstance(rules, Programme) else rules.programme_at(instant)


@dataclass(frozen=True, slots=True)
class Pending:
    """Rules that wait for a midnight: they are in force from the beginning of ``day``."""

    programme: Programme
    day: date


class Kept(msgspec.Struct, frozen=True):
    """What the state folder remembers: which rules were in use, on which day, from where."""

    day: date
    folder: str
    programme: dict[str, object]


class RulesInUse:
    """The mask programme of this process, followed through its folder.

    Raises:
        Invalid: the folder is faulty, and no good rules are remembered.
    """

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._folder, self._pin, self._clock = settings.rules_folder, settings.rules_of, clock
        # A pinned programme is the operator's word, which no memory overrides.
        self._memory = None if self._pin else settings.state / KEPT
        self._lock = threading.Lock()
        self._hash: tuple[Programme, str] | None = None
        self.damaged = False
        self.pending: Pending | None = None
        now = clock()
        self._looked_at, self._seen = now, self._files()
        self._day = taipei_day(now)
        self._current = self._begin()

    @property
    def programme(self) -> Programme:
        """The programme of this moment."""
        return self.programme_at(self._clock())

    def programme_at(self, instant: datetime) -> Programme:
        """Return the programme that an act of this instant is judged by.

        The folder is looked at once a second at most; any thread may ask.
        """
        due = abs(instant - self._looked_at) >= LOOK_EVERY
        if (due or self.pending is not None) and self._lock.acquire(blocking=False):
            try:
                self._pass_midnight(taipei_day(instant))
                if due:
                    self._look(instant)
            finally:
                self._lock.release()
        # Another thread may be passing midnight at this very moment.
        waiting = self.pending
        if waiting is not None and waiting.day <= taipei_day(instant):
            return waiting.programme
        return self._current

    def in_words(self) -> dict[str, object]:
        """Return what ``/readyz`` shows: programme, block, hash, and what waits or is damaged."""
        programme = self.programme
        shown = described(programme, self._day)
        if self._hash is None or self._hash[0] is not programme:
            self._hash = (programme, programme.rules_hash())
        shown["hash"] = self._hash[1]
        if self.pending is not None:
            waits = described(self.pending.programme, self.pending.day)
            shown["pending"] = {
                "from": self.pending.day.isoformat(),
                "block": waits["block"],
                "hash": self.pending.programme.rules_hash(),
            }
        if self.damaged:
            shown["damaged"] = True
        return shown

    def _begin(self) -> Programme:
        """Return what is in force at the start: the folder's, or what the day began with."""
        kept = self._remembered()
        try:
            found = self._read()
        except Invalid as fault:
            if kept is None:
                raise
            self._alarm(fault)
            return kept[1]
        if kept is not None and kept[0] == self._day and not _same_today(kept[1], found, self._day):
            self.pending = Pending(found, self._day + timedelta(days=1))
            return kept[1]
        return found

    def _pass_midnight(self, day: date) -> None:
        if day <= self._day:
            return
        self._day = day
        if self.pending is not None and day >= self.pending.day:
            self._current, self.pending = self.pending.programme, None
            _log.info("rules_in_force", day=day.isoformat(), hash=self._current.rules_hash())
        self.keep()

    def _look(self, instant: datetime) -> None:
        self._looked_at = instant
        seen = self._files()
        if seen == self._seen:
            return
        self._seen = seen
        try:
            found = self._read()
        except Invalid as fault:
            self._alarm(fault)
            return
        self.damaged = False
        self._take_up(found)

    def _take_up(self, found: Programme) -> None:
        if found == self._current:
            self.pending = None
        elif _same_today(self._current, found, self._day):
            self._current, self.pending = found, None
            _log.info("rules_taken_up", hash=found.rules_hash())
            self.keep()
        else:
            self.pending = Pending(found, self._day + timedelta(days=1))
            waits_for = self.pending.day.isoformat()
            _log.info("rules_pending", hash=found.rules_hash(), day=waits_for)

    def _read(self) -> Programme:
        """Read the folder.

        Raises:
            Invalid: anything in it is faulty, or the masks are missing.
        """
        programmes = load_programmes(self._folder, self._pin)
        if MASKS not in programmes:
            raise Invalid(f"rules: there is no programme {MASKS!r} in {self._folder}")
        return programmes[MASKS]

    def _files(self) -> Seen:
        """Return what tells whether the folder's files changed."""
        found = []
        for path in sorted(self._folder.glob("*.toml")):
            try:
                stat = path.stat()
            except OSError:
                continue
            found.append((path.name, stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return tuple(found)

    def _alarm(self, fault: Invalid) -> None:
        self.damaged = True
        _log.error("alarm_rules_damaged", fault=str(fault))

    def _remembered(self) -> tuple[date, Programme] | None:
        """Return day and programme that the state folder remembers of this rules folder."""
        if self._memory is None:
            return None
        try:
            kept = msgspec.json.decode(self._memory.read_bytes(), type=Kept)
            if kept.folder != str(self._folder):
                return None
            return kept.day, from_document(kept.programme)
        except (OSError, msgspec.DecodeError, Invalid):
            return None

    def keep(self) -> None:
        """Remember what is in use today; a disk that cannot is no reason to stop selling."""
        if self._memory is None:
            return
        kept = Kept(self._day, str(self._folder), self._current.document())
        try:
            self._memory.parent.mkdir(parents=True, exist_ok=True)
            fresh = self._memory.with_name(f".{KEPT}.{os.getpid()}.new")
            fresh.write_bytes(msgspec.json.encode(kept))
            fresh.replace(self._memory)
        except OSError as fault:
            _log.warning("rules_not_kept", fault=type(fault).__name__)


def described(programme: Programme, day: date) -> dict[str, object]:
    """Return programme, block of a day, and whether it is pinned."""
    block = programme.block_on(day)
    return {
        "programme": programme.id,
        "block": block.effective.isoformat() if block else None,
        "pinned": programme.pinned,
    }


def in_use(rules: Programme | RulesInUse, now: Callable[[], datetime]) -> dict[str, object]:
    """Return what ``/readyz`` shows of rules that follow a folder, or of one programme."""
    if isinstance(rules, RulesInUse):
        return rules.in_words()
    return described(rules, taipei_day(now())) | {"hash": rules.rules_hash()}


def _same_today(old: Programme, new: Programme, day: date) -> bool:
    """Tell whether nothing that counts today differs."""
    return old.block_on(day) == new.block_on(day) and old.product == new.product
