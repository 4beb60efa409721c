"""The outlet's own page (號碼牌／售完): what an outlet says of itself, field by field.

Each act names only the fields it changes, and is judged inside the transaction that writes it: two
tills at work change different fields side by side, and of one field the last word stands. Who must
not overwrite what somebody else wrote names the revision he has seen. Nothing said here touches
the ledger's numbers or the outlet's own sale.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from core.actions.desk import audit_row, free_text
from core.clock import Clock
from core.domain.calendar import TAIPEI, taipei_day
from core.domain.outlet_says import (
    LONGEST_NOTE,
    LONGEST_REASON,
    MOST_TICKETS,
    OWN_WORDS,
    PAUSE_REASONS,
    OutletSays,
    Tickets,
    ends_with,
)
from core.domain.sale_windows import (
    LONGEST_WINDOWS,
    SaleWindow,
    format_windows,
    minute_of,
    parse_windows,
    time_of,
)
from core.errors import Conflict, Invalid, NotFound
from core.ports import AuditRow, Ledger, OutletStates

LONGEST_PAUSE = timedelta(days=366)
_FIELDS = (
    *("note", "sale_windows", "tickets", "sold_out"),
    *("paused", "pause_reason", "pause_reason_zh", "pause_reason_en", "pause_until"),
    "phone_hidden",
)
_PAUSE = ("paused", "pause_reason", "pause_reason_zh", "pause_reason_en", "pause_until")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a request asks for: only the fields it names. ``revision`` is the one it has seen."""

    fields: Mapping[str, Any]
    revision: int | None = None


async def say_of_outlet(
    states: OutletStates, ledger: Ledger, clock: Clock, *, by: str, outlet: str, wanted: Wanted
) -> OutletSays:
    """Change what an outlet says of itself; what is the same already writes nothing.

    Raises:
        NotFound: this institution is not an outlet of the register.
        Invalid: a field cannot be understood; nothing is changed.
        Conflict: somebody changed it since the revision that was seen.
    """
    if await ledger.outlet(outlet) is None:
        raise NotFound("this institution is not an outlet of the register")
    now = clock()

    def change(before: OutletSays) -> tuple[OutletSays, AuditRow]:
        if wanted.revision is not None and wanted.revision != before.revision:
            raise Conflict("somebody changed what this outlet says meanwhile; look at it again")
        after = changed(before, wanted.fields, now)
        row = audit_row("outlet_says", by=by, outlet=outlet, fields=sorted(wanted.fields))
        return (before if after == before else replace(after, changed_at=now)), row

    return await states.change_outlet_says(outlet, change, now)


def changed(before: OutletSays, fields: Mapping[str, Any], now: datetime) -> OutletSays:
    """Apply fields to what an outlet says; pure.

    Raises:
        Invalid: a field is unknown or cannot be understood.
    """
    unknown = sorted(fields.keys() - set(_FIELDS))
    if unknown:
        raise Invalid(f"unknown field; there are {', '.join(_FIELDS)}")
    after = before
    if "note" in fields:
        note = fields["note"]
        after = replace(after, note=None if note is None else free_text(note, LONGEST_NOTE))
    if "sale_windows" in fields:
        after = replace(after, sale_windows=canonical_windows(fields["sale_windows"] or ""))
    if "tickets" in fields:
        after = replace(after, tickets=_tickets(before.tickets, fields["tickets"], now))
    if "sold_out" in fields:
        after = replace(after, sold_out_at=_today(before.sold_out_at, fields["sold_out"], now))
    if "phone_hidden" in fields:
        after = replace(after, phone_hidden=bool(fields["phone_hidden"]))
    return _paused(after, fields, now) if fields.keys() & set(_PAUSE) else after


def canonical_windows(asked: str | Sequence[Mapping[str, Any]]) -> str:
    """Return sale windows in the canonical form, from their text or from rows.

    A row is ``{days: [1…7], start: "09:00", end: "11:00", pieces?: 50}``; 1 is Monday.

    Raises:
        Invalid: a part is no window, or there are too many.
    """
    if isinstance(asked, str):
        windows = parse_windows(asked)
        if asked.strip() and not windows:
            raise Invalid("sale_windows: write them as 一至五 09:00-11:00 50片; 六 10:00-12:00")
    else:
        windows = tuple(map(_window, asked))
    text = format_windows(sorted(set(windows), key=_order))
    if len(text) > LONGEST_WINDOWS:
        raise Invalid("sale_windows: too many; join days that have the same hours")
    return text


def _order(window: SaleWindow) -> tuple[list[int], int, int, int]:
    return sorted(window.days), window.start, window.end, window.pieces or 0


def _window(row: Mapping[str, Any]) -> SaleWindow:
    days = frozenset(day - 1 for day in row["days"])
    start, end, pieces = minute_of(row["start"]), minute_of(row["end"]), row.get("pieces")
    if not days or not days <= frozenset(range(7)):
        raise Invalid("sale_windows: choose at least one day, 1 (Monday) to 7 (Sunday)")
    if start is None or end is None or start >= end:
        raise Invalid("sale_windows: a window begins before it ends, as HH:MM")
    if pieces is not None and not 0 < pieces < 1_000_000:
        raise Invalid("sale_windows: pieces are a number above 0, or left out")
    return SaleWindow(days, start, end, pieces)


def _tickets(before: Tickets, asked: Mapping[str, Any] | None, now: datetime) -> Tickets:
    if asked is None:
        return Tickets()
    after = before
    if "time" in asked:
        minute = minute_of(asked["time"]) if asked["time"] else None
        if asked["time"] and minute is None:
            raise Invalid("tickets.time: write it as HH:MM")
        after = replace(after, time="" if minute is None else time_of(minute))
    if "count" in asked:
        count = asked["count"]
        if count is not None and not 0 < count <= MOST_TICKETS:
            raise Invalid(f"tickets.count: 1 to {MOST_TICKETS}, or left out")
        after = replace(after, count=count)
    if "gone" in asked:
        after = replace(after, gone_at=_today(before.gone_at, asked["gone"], now))
    return after


def _today(before: datetime | None, wanted: bool, now: datetime) -> datetime | None:
    """Say a day's word, or take it back; said twice it began when it was said first."""
    if not wanted:
        return None
    return before if before and taipei_day(before) == taipei_day(now) else now


def _paused(before: OutletSays, fields: Mapping[str, Any], now: datetime) -> OutletSays:
    """Begin, change or end a pause; one that is over by itself begins anew."""
    over = before.pause_until is not None and before.pause_until <= now
    is_paused = before.paused_at is not None and not over
    if not fields.get("paused", is_paused):
        return replace(
            before, paused_at=None, pause_reason="", pause_zh="", pause_en="", pause_until=None
        )
    code, zh, en = _reason(before if is_paused else OutletSays(outlet=before.outlet), fields)
    until = before.pause_until if is_paused else None
    if "pause_until" in fields:
        until = _until(fields["pause_until"], now)
    return replace(
        before,
        paused_at=before.paused_at if is_paused else now,
        pause_reason=code,
        pause_zh=zh,
        pause_en=en,
        pause_until=until,
    )


def _reason(before: OutletSays, fields: Mapping[str, Any]) -> tuple[str, str, str]:
    """Return the reason's code and its own words; a text that is no code is own words."""
    code = fields.get("pause_reason", before.pause_reason) or ""
    zh, en = fields.get("pause_reason_zh", before.pause_zh), fields.get("pause_reason_en")
    if code and code not in PAUSE_REASONS:
        code, zh = OWN_WORDS, code
    if not code and zh:
        code = OWN_WORDS
    if not code:
        raise Invalid(f"pause_reason: say why: one of {', '.join(PAUSE_REASONS)}, or own words")
    if code != OWN_WORDS:
        return code, "", ""
    own = free_text(zh or "", LONGEST_REASON)
    if not own:
        raise Invalid("pause_reason_zh: say in your own words why")
    return code, own, free_text(before.pause_en if en is None else en, LONGEST_REASON)


def _until(text: str | None, now: datetime) -> datetime | None:
    """Read when a pause ends: a day (through its end) or an instant (Taipei, unless it says).

    Raises:
        Invalid: it is neither, is over already, or is more than a year away.
    """
    if not text:
        return None
    try:
        if len(text) == len("2020-02-06"):
            until = ends_with(date.fromisoformat(text))
        else:
            until = datetime.fromisoformat(text).replace(microsecond=0)
            until = until if until.tzinfo else until.replace(tzinfo=TAIPEI)
    except (ValueError, OverflowError):
        raise Invalid("pause_until: write YYYY-MM-DD or YYYY-MM-DDTHH:MM") from None
    if not now < until <= now + LONGEST_PAUSE:
        raise Invalid("pause_until: it must lie ahead, by a year at most")
    return until
