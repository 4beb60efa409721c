"""Draw a day's stock as a step line: geometry only, for the templates to put into SVG.

Across, a day is 1 440 units (minutes) that the picture stretches to any width; upwards the line
has its own pixels and begins at zero. Places of labels are percentages across and pixels down, so
that letters keep their size on every screen, and no style attribute is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

DAY_S = 86_400
MINUTES = 1440
# Pixels: room for labels above the line, the line itself, and the hours below it.
ABOVE, HIGH, BELOW = 24, 112, 24
HEIGHT = ABOVE + HIGH + BELOW
HOURS = (0, 6, 12, 18, 24)
# Two labels closer than this (percent of the width of a phone) would touch.
_APART = 16.0
_NEAR_THE_END = 100.0 - _APART

Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True)
class Line:
    """Pieces over a day: ``steps`` are ``(second of the day, pieces from then on)``, the first
    at 0; ``end`` is the second up to which they are known."""

    steps: Sequence[tuple[int, int]]
    end: int

    @property
    def first(self) -> int:
        """Pieces at 00:00."""
        return self.steps[0][1]

    @property
    def last(self) -> int:
        """Pieces at the end."""
        return self.steps[-1][1]

    @property
    def highest(self) -> int:
        """Most pieces of the day."""
        return max(pieces for _, pieces in self.steps)


@dataclass(frozen=True)
class Event:
    """Goods came, or the last piece went. ``pieces`` is the rise, net of what was sold."""

    kind: Literal["arrival", "sold_out"]
    second: int
    pieces: int


@dataclass(frozen=True)
class Label:
    """Words in a picture: ``x`` percent, ``y`` pixels of the base line."""

    x: float
    y: float
    anchor: Anchor
    kind: Literal["opening", "arrival", "now", "hour"]
    value: int


@dataclass(frozen=True)
class Chart:
    """One line as a picture. ``path`` and ``area`` are in minutes × percent of the highest."""

    path: str
    area: str
    labels: Sequence[Label]
    hours: Sequence[Label]
    end_x: float
    end_y: float


def events_of(line: Line, fewest: int) -> Iterator[Event]:
    """Yield what a reader wants to know, in order of time.

    A rise of fewer than ``fewest`` pieces is taken for sales that were put right.
    """
    before = line.first
    for second, pieces in line.steps[1:]:
        if pieces - before >= fewest:
            yield Event("arrival", second, pieces - before)
        elif before > 0 and pieces == 0:
            yield Event("sold_out", second, before)
        before = pieces


def draw(line: Line, highest: int, arrivals: Sequence[Event]) -> Chart:
    """Draw a line with its opening, its arrivals and its end named; ``highest`` ends the scale."""
    end_x, end_y = _x(line.end), _y(line.last, highest)
    labels = [*_arrival_labels(line, highest, arrivals, end_x)]
    if all(label.x > 2 * _APART for label in labels) and end_x > _APART:
        labels.insert(0, Label(0.0, _y(line.first, highest) - 8, "start", "opening", line.first))
    labels.append(_now(line, end_x, end_y))
    return Chart(
        path=_path(line, highest),
        area=f"{_path(line, highest)}V100H0Z",
        labels=labels,
        hours=[
            Label(_x(hour * 3600), HEIGHT - 6, _anchor_of(hour), "hour", hour) for hour in HOURS
        ],
        end_x=end_x,
        end_y=end_y,
    )


def _arrival_labels(
    line: Line, highest: int, arrivals: Sequence[Event], end_x: float
) -> Iterator[Label]:
    """Yield a label beside each rise, on its left, where the line is lower."""
    taken = -_APART
    for event in arrivals:
        x = _x(event.second)
        top = next(pieces for second, pieces in line.steps if second == event.second)
        if x - taken < _APART or (end_x > _NEAR_THE_END and end_x - x < _APART):
            continue
        taken = x
        side: Anchor = "end" if x > _APART else "start"
        yield Label(
            round(x - 1, 2) if side == "end" else x,
            _high(top, highest),
            side,
            "arrival",
            event.pieces,
        )


def _now(line: Line, end_x: float, end_y: float) -> Label:
    """Name the present number: right of the line where there is room, else above it."""
    if end_x <= _NEAR_THE_END:
        above_zero = min(end_y + 5, ABOVE + HIGH - 6)
        return Label(round(end_x + 2, 2), above_zero, "start", "now", line.last)
    return Label(end_x, end_y - 10, "end", "now", line.last)


def _path(line: Line, highest: int) -> str:
    """Spell the steps as an SVG path: across at the old height, then up or down."""
    parts = [f"M0 {_percent(line.first, highest)}"]
    for second, pieces in line.steps[1:]:
        parts.append(f"H{second // 60}V{_percent(pieces, highest)}")
    return "".join([*parts, f"H{line.end // 60}"])


def _percent(pieces: int, highest: int) -> str:
    return f"{100 - 100 * pieces / max(highest, 1):.1f}".removesuffix(".0")


def _x(second: int) -> float:
    return round(100 * second / DAY_S, 2)


def _y(pieces: int, highest: int) -> float:
    return round(ABOVE + HIGH * (1 - pieces / max(highest, 1)), 1)


def _high(pieces: int, highest: int) -> float:
    return max(12.0, _y(pieces, highest) + 5)


def _anchor_of(hour: int) -> Anchor:
    if hour == HOURS[0]:
        return "start"
    return "end" if hour == HOURS[-1] else "middle"
