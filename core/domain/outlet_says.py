"""What an outlet says of itself (號碼牌／售完): pure, at an instant.

Whether a person can buy is judged from the register's status, the authority's stops and the
outlet's own words, in this order: gone for good, stopped, paused by the register, paused by the
outlet, sold out today, tickets gone today, buyable. What ends by itself (today, until) needs no
act: ``turns`` names the instants. The ledger's numbers are never touched by any of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from types import MappingProxyType

import msgspec

from core.domain.calendar import TAIPEI, taipei_day
from core.domain.outlets import Outlet
from core.domain.stops import Stop
from core.domain.text import Text

LONGEST_NOTE = 200
LONGEST_REASON = 60
MOST_TICKETS = 2_000
OWN_WORDS = "own"
_IN_BOTH = " / "
_TICKETS = re.compile(
    r"(?:(?P<time>[0-9]{2}:[0-9]{2}) |每日)發(?:號碼牌| (?P<count>[0-9]{1,4}) 張)"
)

PAUSE_REASONS: Mapping[str, Text] = MappingProxyType(
    {
        "no_goods": Text("口罩尚未到貨", "The masks have not arrived yet"),
        "pharmacist_away": Text("藥師休假，暫停販售", "The pharmacist is away"),
        "stocktaking": Text("盤點中，暫停販售", "Stocktaking"),
        "power_cut": Text("停電，暫停販售", "Power cut"),
        "system_fault": Text(
            "系統或讀卡機故障，暫停販售", "The system or the card reader is out of order"
        ),
        "disinfection": Text("場所清潔消毒，暫停販售", "The premises are being disinfected"),
        "crowd": Text("人潮過多，暫停販售", "Too many people are waiting"),
        OWN_WORDS: Text("其他原因（自填）", "Another reason (own words)"),
    }
)


class Tickets(msgspec.Struct, frozen=True, kw_only=True):
    """Number tickets of each day: when they are given out (``HH:MM``), how many, all gone when."""

    time: str = ""
    count: int | None = None
    gone_at: datetime | None = None


class OutletSays(msgspec.Struct, frozen=True, kw_only=True):
    """What an outlet says of itself.

    A ``note`` of None leaves the register's. ``sale_windows`` are canonical text. A day's word
    (``tickets.gone_at``, ``sold_out_at``) holds until the next Taipei midnight. ``pause_until`` is
    the first instant after the pause. ``revision`` grows with each change of any outlet.
    """

    outlet: str
    note: str | None = None
    sale_windows: str = ""
    tickets: Tickets = Tickets()
    sold_out_at: datetime | None = None
    paused_at: datetime | None = None
    pause_reason: str = ""
    pause_zh: str = ""
    pause_en: str = ""
    pause_until: datetime | None = None
    phone_hidden: bool = False
    changed_at: datetime | None = None
    revision: int = 0

    @property
    def reason(self) -> Text:
        """Why it is paused: of the list, or in its own words."""
        if self.pause_reason != OWN_WORDS and self.pause_reason in PAUSE_REASONS:
            return PAUSE_REASONS[self.pause_reason]
        return Text(self.pause_zh, self.pause_en)


class Availability(msgspec.Struct, frozen=True, kw_only=True):
    """Whether a person can buy at an instant, why not, since when and until when."""

    kind: str = "buyable"
    reason: str = ""
    since: datetime | None = None
    until: datetime | None = None


def availability_at(
    outlet: Outlet, says: OutletSays | None, stops: Sequence[Stop], at: datetime
) -> Availability:
    """Judge one instant; ``stops`` are those that concern this outlet."""
    if outlet.status == "withdrawn":
        return Availability(kind="closed", reason=outlet.status_reason)
    stopped = [stop for stop in stops if stop.holds(at)]
    if stopped:
        return _stopped(stopped)
    until = ends_with(outlet.status_until) if outlet.status_until else None
    if outlet.status == "paused" and (until is None or at < until):
        return Availability(kind="paused", reason=outlet.status_reason, until=until)
    return _own_words(says, at) if says else Availability()


def turns(outlet: Outlet, says: OutletSays | None, stops: Sequence[Stop]) -> list[datetime]:
    """Return every instant at which time alone changes something, past ones too, in order."""
    found: list[datetime | None] = [stop.until for stop in stops]
    if outlet.status == "paused" and outlet.status_until:
        found.append(ends_with(outlet.status_until))
    if says:
        found += [says.pause_until if says.paused_at else None]
        found += [_end_of_day(begun) for begun in (says.sold_out_at, says.tickets.gone_at)]
    return sorted({turn for turn in found if turn is not None})


def next_turn(
    outlet: Outlet, says: OutletSays | None, stops: Sequence[Stop], at: datetime
) -> datetime | None:
    """Return the next instant after ``at`` at which time alone changes something."""
    return next((turn for turn in turns(outlet, says, stops) if turn > at), None)


def note_of(outlet: Outlet, says: OutletSays | None) -> str:
    """Return the note in force: the outlet's own, else the register's."""
    return outlet.note if says is None or says.note is None else says.note


def tickets_in_words(tickets: Tickets) -> str:
    """Spell the tickets as they are published: ``08:30 發 100 張``; empty where none are given."""
    count = f"發 {tickets.count} 張" if tickets.count is not None else "發號碼牌"
    if not tickets.time:
        return "" if tickets.count is None else f"每日{count}"
    return f"{tickets.time} {count}"


def tickets_for_readers(tickets: str, language: str) -> str:
    """Return published tickets for readers of a language; other words stay as they are."""
    found = _TICKETS.fullmatch(tickets)
    if found is None or not language.startswith("en"):
        return tickets
    when = "each day" if found["time"] is None else f"at {found['time']}"
    if found["count"] is None:
        return f"given out {when}"
    return f"{found['count']} given out {when}"


def reason_text(reason: Text) -> str:
    """Join both languages to the one text that is published."""
    known = reason.en and reason.en != reason.zh and reason not in PAUSE_REASONS.values()
    return f"{reason.zh}{_IN_BOTH}{reason.en}" if known else reason.zh


def reason_in_words(reason: str, language: str) -> str:
    """Return a published reason for readers of a language: what the list knows is translated."""
    if not language.startswith("en"):
        return reason
    of_list = next((text.en for text in PAUSE_REASONS.values() if text.zh == reason), "")
    return of_list or reason.rpartition(_IN_BOTH)[2]


def _stopped(stopped: Sequence[Stop]) -> Availability:
    """Of several stops that hold, the first began it and the longest ends it."""
    known = [stop.until for stop in stopped if stop.until is not None]
    begun = [stop.at for stop in stopped if stop.at is not None]
    return Availability(
        kind="paused",
        reason=reason_text(stopped[0].reason),
        since=min(begun, default=None),
        until=max(known) if len(known) == len(stopped) else None,
    )


def _own_words(says: OutletSays, at: datetime) -> Availability:
    if says.paused_at and (says.pause_until is None or at < says.pause_until):
        reason = reason_text(says.reason)
        return Availability(
            kind="paused", reason=reason, since=says.paused_at, until=says.pause_until
        )
    for kind, since in (("sold_out", says.sold_out_at), ("tickets_gone", says.tickets.gone_at)):
        if since and taipei_day(since) == taipei_day(at):
            return Availability(kind=kind, since=since, until=_end_of_day(since))
    return Availability()


def _end_of_day(instant: datetime | None) -> datetime | None:
    return None if instant is None else ends_with(taipei_day(instant))


def ends_with(day: date) -> datetime:
    """Return the first instant after a Taipei day."""
    return datetime.combine(day + timedelta(days=1), time(), TAIPEI)
