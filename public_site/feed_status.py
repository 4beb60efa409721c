"""Whether the feed lives: the same words on the page, in the interface, and for machines."""

from __future__ import annotations

from datetime import date
from typing import Literal

from core.domain.calendar import taipei_day
from public_site.snapshots import Look

FeedStatus = Literal["active", "stale", "ended"]


def feed_status(look: Look, sunset: date | None) -> FeedStatus:
    """Tell whether data are published (``active``), late (``stale``), or over (``ended``).

    The day of the sunset is the last one with data.
    """
    if sunset is not None and taipei_day(look.now) > sunset:
        return "ended"
    return "stale" if look.stale else "active"
