"""Days and instants as people type them; without an offset they are Taipei times."""

from __future__ import annotations

from datetime import date, datetime, time

import click

from core.domain.calendar import TAIPEI

_DAY = len("2020-02-06")


class Instant(click.ParamType):
    """An ISO time, or a date: that whole day, so its last instant (or its first, ``begins``)."""

    name = "TIME"

    def __init__(self, *, begins: bool = False) -> None:
        self._of_day = time() if begins else time.max

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Return an instant with an offset."""
        if isinstance(value, datetime):
            return value
        text = str(value)
        try:
            if len(text) == _DAY:
                return datetime.combine(date.fromisoformat(text), self._of_day, TAIPEI)
            instant = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r}: write 2020-02-06T10:30, or 2020-02-06 for the day", param, ctx)
        return instant if instant.tzinfo else instant.replace(tzinfo=TAIPEI)


class Day(click.ParamType):
    """An ISO date."""

    name = "DATE"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> date:
        """Return a Taipei day."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{str(value)!r}: write a date as 2020-02-06", param, ctx)
