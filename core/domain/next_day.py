"""Who has bought on a day: when may they buy again? Told by last digit, without any identity.

The answer is that of ``core.domain.eligibility`` for one earlier purchase of the whole quota; a
test compares the two. The check at the counter decides.
"""

from __future__ import annotations

from datetime import date, timedelta

from core.domain.eligibility import weekday_reason
from core.domain.programme import Group, Programme

_DAYS_OF_WEEK = 7


def next_day(
    programme: Programme,
    digit: int | None,
    bought: date | None,
    first_day: date,
    group_id: str | None = None,
) -> date | None:
    """Return the first day, not before ``first_day``, on which a last digit may buy again.

    ``digit`` None is a letter; ``bought`` None is nobody's purchase; ``group_id`` None are those
    who are left over: adults. None where no block that is known opens the window again. Each day
    is judged by its own block.
    """
    last = programme.block[-1]
    days = max((last.effective - first_day).days, 0) + (last.window.days or 0) + _DAYS_OF_WEEK
    for day in (first_day + timedelta(days=n) for n in range(days + 1)):
        block = programme.block_on(day)
        if block is None or (bought is not None and block.window.holds(bought, day)):
            continue
        named = [group for group in block.group if group.id == group_id]
        group: Group = named[0] if named else block.group[-1]
        if weekday_reason(group, digit, day) is None:
            return day
    return None
