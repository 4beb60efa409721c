"""The one clock. Everything that needs the time is handed a ``Clock``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from core.domain.calendar import TAIPEI

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present instant with Taipei's offset."""
    return datetime.now(TAIPEI)
