"""Whether an outlet is open: the 21 parts of its week, read by Taipei time."""

from __future__ import annotations

from datetime import date, datetime

from core.domain.calendar import TAIPEI
from core.domain.sale_windows import parse_windows
from core.domain.snapshot import OutletRecord

OPEN, CLOSED = "N", "Y"
DAYS = 7
# First hour and the hour after the last, of morning, afternoon and evening.
PARTS = ((8, 12), (12, 18), (18, 22))
# With these nobody is served, whatever the week says.
_SHUT = ("paused", "closed")


def known_periods(record: OutletRecord) -> bool:
    """Tell whether the opening periods can be read."""
    periods = record.service_periods
    return len(periods) == len(PARTS) * DAYS and set(periods) <= {OPEN, CLOSED}


def closed_on(record: OutletRecord, day: date) -> bool:
    """Tell whether the outlet is known to be closed all day."""
    if not known_periods(record):
        return False
    return OPEN not in record.service_periods[day.weekday() :: DAYS]


def open_at(record: OutletRecord, moment: datetime) -> bool:
    """Tell whether the outlet is known to be open; unknown periods are not."""
    local = moment.astimezone(TAIPEI)
    part = next((n for n, (first, end) in enumerate(PARTS) if first <= local.hour < end), None)
    if part is None or record.availability in _SHUT or not known_periods(record):
        return False
    return record.service_periods[part * DAYS + local.weekday()] == OPEN


def selling_at(record: OutletRecord, moment: datetime) -> bool:
    """Tell whether the moment lies in one of the outlet's sale windows."""
    if record.availability in _SHUT or not record.sale_windows:
        return False
    local = moment.astimezone(TAIPEI)
    return any(window.holds(local) for window in parse_windows(record.sale_windows))
