"""Taipei business days, ROC years, and the two spellings of time maskmap publishes.

Taiwan keeps UTC+08:00 all year (no daylight saving since 1979), so a fixed offset is exact for
every date a programme can have.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime, timedelta, timezone

TAIPEI = timezone(timedelta(hours=8), "Asia/Taipei")
ROC_OFFSET_YEARS = 1911

_BIRTH_FORMS = (
    re.compile(r"(?P<y>[0-9]{4})-(?P<m>[0-9]{2})-(?P<d>[0-9]{2})"),
    re.compile(r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    re.compile(r"(?P<roc>[0-9]{3})(?P<m>[0-9]{2})(?P<d>[0-9]{2})"),
    re.compile(r"(?P<roc>[0-9]{1,3})/(?P<m>[0-9]{1,2})/(?P<d>[0-9]{1,2})"),
)


def taipei_day(instant: datetime) -> date:
    """Return the Taipei business day of an instant; the instant must carry an offset."""
    if instant.tzinfo is None:
        raise ValueError("a time without an offset has no Taipei day")
    return instant.astimezone(TAIPEI).date()


def roc_date(day: date) -> str:
    """Spell a day as the counter does: ``109/02/06``."""
    return f"{day.year - ROC_OFFSET_YEARS:03d}/{day.month:02d}/{day.day:02d}"


def roc_minute(instant: datetime) -> str:
    """Spell an instant as 最近購買紀錄 does: ``109/02/04 16:26``."""
    local = instant.astimezone(TAIPEI)
    return f"{roc_date(local.date())} {local:%H:%M}"


def source_time(instant: datetime) -> str:
    """Spell an instant as 來源資料時間: ``2020/02/06 08:50:01``."""
    return f"{instant.astimezone(TAIPEI):%Y/%m/%d %H:%M:%S}"


def rfc3339(instant: datetime) -> str:
    """Spell an instant for machines, whole seconds: ``2020-02-06T08:50:01+08:00``."""
    return instant.astimezone(TAIPEI).isoformat(timespec="seconds")


def parse_gregorian_day(text: str) -> date | None:
    """Read ``YYYYMMDD``; None when it is not a day of the calendar."""
    match = _BIRTH_FORMS[1].fullmatch(text.strip())
    return _day(match) if match else None


def parse_birth_date(text: str) -> date | None:
    """Read ``YYYY-MM-DD``, ``YYYYMMDD``, ROC ``YYYMMDD`` or ``YYY/MM/DD``; None when impossible.

    Full-width digits are read too: the counter's keyboard writes them.
    """
    narrow = unicodedata.normalize("NFKC", text).strip()
    for form in _BIRTH_FORMS:
        match = form.fullmatch(narrow)
        if match:
            return _day(match)
    return None


def _day(match: re.Match[str]) -> date | None:
    parts = match.groupdict()
    if parts.get("roc") and int(parts["roc"]) == 0:
        return None  # The first year of the Republic is 1 (1912).
    year = int(parts["y"]) if parts.get("y") else int(parts["roc"]) + ROC_OFFSET_YEARS
    try:
        return date(year, int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None
