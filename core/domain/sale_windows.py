"""Sale windows (販售時段): when an outlet sells, and how many pieces each time.

The record keeps a text. Its canonical form is ``一至五 09:00-11:00 50片; 六 10:00-12:00``: days of
the week, hours of Taipei (the end is the first minute outside), pieces where they are known. A
text that does not parse is free text: it is shown as it is and is no window.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby

import msgspec

from core.domain.text import Text

MINUTES_A_DAY = 24 * 60
_DAYS = "一二三四五六日"
_DAYS_EN = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_EVERY_DAY = frozenset(range(7))
LONGEST_WINDOWS = 500
_WINDOW = re.compile(
    r"(?P<days>[^0-9:]+?) ?(?P<start>[0-9]{1,2}:[0-9]{2})-(?P<end>[0-9]{1,2}:[0-9]{2})"
    r"(?: (?P<pieces>[0-9]{1,6}) ?片)?"
)
_TIME = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_DAY_NAME = re.compile(r"(?:星期|禮拜|[週周])(?=[一二三四五六日])")
_RANGE = re.compile(r"(?:至|到|-|~|–|—)")


class SaleWindow(msgspec.Struct, frozen=True):
    """Days (0 = Monday), minutes since midnight ``start`` ≤ t < ``end``; ``pieces`` or None."""

    days: frozenset[int]
    start: int
    end: int
    pieces: int | None = None

    def holds(self, moment: datetime) -> bool:
        """Tell whether a moment of Taipei time lies inside."""
        minute = moment.hour * 60 + moment.minute
        return moment.weekday() in self.days and self.start <= minute < self.end


@lru_cache(maxsize=8192)
def parse_windows(text: str) -> tuple[SaleWindow, ...]:
    """Read windows, canonical or nearly so; none where any part is something else."""
    if len(text) > LONGEST_WINDOWS:
        return ()
    plain = _DAY_NAME.sub("", unicodedata.normalize("NFKC", text).replace("天", "日"))
    parts = [" ".join(part.split()) for part in re.split(r"[;\n]", plain)]
    windows = [_window(part) for part in parts if part]
    return tuple(window for window in windows if window) if all(windows) else ()


def format_windows(windows: Sequence[SaleWindow]) -> str:
    """Spell windows in the canonical form."""
    return "; ".join(
        f"{_days_zh(window.days)} {_hours(window, '-')}"
        + (f" {window.pieces}片" if window.pieces is not None else "")
        for window in windows
    )


def windows_in_words(windows: Sequence[SaleWindow]) -> Text:
    """Spell windows for people: 週一至五 09:00–11:00 50片; Mon–Fri 09:00–11:00, 50 pieces."""
    chinese, english = [], []
    for window in windows:
        hours = _hours(window, "–")
        pieces = "" if window.pieces is None else f"{window.pieces}"
        days = _days_zh(window.days)
        chinese.append(f"{days if days == '每日' else '週' + days} {hours}")
        english.append(f"{_days_en(window.days)} {hours}")
        if pieces:
            chinese[-1] += f" {pieces}片"
            english[-1] += f", {pieces} piece{'' if window.pieces == 1 else 's'}"
    return Text("；".join(chinese), "; ".join(english))


def _window(text: str) -> SaleWindow | None:
    found = _WINDOW.fullmatch(_RANGE.sub("-", text).replace(" -", "-").replace("- ", "-"))
    if found is None:
        return None
    days, start, end = _days(found["days"]), minute_of(found["start"]), minute_of(found["end"])
    if not days or start is None or end is None or start >= end:
        return None
    return SaleWindow(days, start, end, int(found["pieces"]) if found["pieces"] else None)


def minute_of(text: str) -> int | None:
    """Read ``HH:MM`` as minutes since midnight, 24:00 too; None where it is something else."""
    if not _TIME.fullmatch(text):
        return None
    hours, minutes = map(int, text.split(":"))
    total = hours * 60 + minutes
    return total if minutes < 60 and total <= MINUTES_A_DAY else None


def time_of(minute: int) -> str:
    """Spell minutes since midnight as ``HH:MM``."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _days(text: str) -> frozenset[int]:
    """Read 一至五, 一、三、五, 每日; nothing where it is something else."""
    text = text.strip()
    if text in ("每日", "每天"):
        return _EVERY_DAY
    found: set[int] = set()
    for part in re.split(r"[、,]", text):
        first, _, last = part.partition("-")
        names = (first, last or first)
        if any(len(name) != 1 or name not in _DAYS for name in names):
            return frozenset()
        low, high = map(_DAYS.index, names)
        found |= set(range(low, high + 1)) if low <= high else set()
    return frozenset(found)


def _hours(window: SaleWindow, between: str) -> str:
    return between.join(map(time_of, (window.start, window.end)))


def _days_zh(days: frozenset[int]) -> str:
    if days == _EVERY_DAY:
        return "每日"
    return "、".join(
        f"{_DAYS[low]}至{_DAYS[high]}" if high - low > 1 else "、".join(_DAYS[low : high + 1])
        for low, high in _runs(days)
    )


def _days_en(days: frozenset[int]) -> str:
    if days == _EVERY_DAY:
        return "daily"
    return ", ".join(
        f"{_DAYS_EN[low]}–{_DAYS_EN[high]}"
        if high - low > 1
        else ", ".join(_DAYS_EN[low : high + 1])
        for low, high in _runs(days)
    )


def _runs(days: frozenset[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last day of each unbroken run."""
    for _, run in groupby(enumerate(sorted(days)), key=lambda pair: pair[1] - pair[0]):
        numbers = [day for _, day in run]
        yield numbers[0], numbers[-1]
