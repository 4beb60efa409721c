"""A proposed place as the authority sees it: how far, whereto, a picture, what is doubtful."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians

from core.domain.outlets import Outlet
from core.domain.positions import Move, Point, move_of
from core.domain.proposals import Proposal
from pharmacy_portal.words.steward import PAGE

WIDTH, HEIGHT, EDGE = 280, 180, 34
_METRES_A_DEGREE = 111_195.0
_BARS_M = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True)
class Picture:
    """Both points in pixels, north up, and a bar of a round length."""

    before: tuple[int, int]
    after: tuple[int, int]
    bar: str
    bar_px: int
    width: int = WIDTH
    height: int = HEIGHT


@dataclass(frozen=True)
class ShownMove:
    """A move in one language."""

    words: str
    source: str
    before: Point | None
    after: Point
    doubts_before: list[str]
    doubts_after: list[str]
    picture: Picture | None


def shown_move(outlet: Outlet, proposal: Proposal, language: str) -> ShownMove | None:
    """Show a proposed place beside the register's; None where it is about something else."""
    if proposal.kind != "position":
        return None
    move = move_of(outlet, float(proposal.value["lon"]), float(proposal.value["lat"]))
    known = (*move.doubts, *(move.before.doubts if move.before else ()))
    return ShownMove(
        words=_words(move, language),
        source=outlet.coordinate_source,
        before=move.before,
        after=move.after,
        doubts_before=[doubt.in_language(language) for doubt in known],
        doubts_after=[doubt.in_language(language) for doubt in move.after.doubts],
        picture=_picture(move.before, move.after, move.distance_m) if move.before else None,
    )


def _words(move: Move, language: str) -> str:
    if move.before is None:
        return PAGE["st_from_nowhere"].in_language(language)
    if move.towards is None:
        return PAGE["st_stays"].in_language(language)
    said = PAGE["st_moves"].in_language(language)
    return said.format(
        towards=move.towards.in_language(language), distance=_length(move.distance_m)
    )


def _length(metres: float) -> str:
    return f"{metres:.0f} m" if metres < 1000 else f"{metres / 1000:.1f} km"


def _picture(before: Point, after: Point, distance_m: float) -> Picture:
    """Draw both points on a plane about their middle; the nearer they are the larger."""
    east_m = (after.lon - before.lon) * _METRES_A_DEGREE * cos(radians(before.lat))
    north_m = (after.lat - before.lat) * _METRES_A_DEGREE
    room = min(
        (WIDTH - 2 * EDGE) / max(abs(east_m), 1e-9), (HEIGHT - 2 * EDGE) / max(abs(north_m), 1e-9)
    )
    px_a_metre = min(room, (WIDTH - 2 * EDGE) / 20)
    right, up = east_m * px_a_metre / 2, north_m * px_a_metre / 2
    middle_x, middle_y = WIDTH / 2, HEIGHT / 2
    bar_m = next((m for m in reversed(_BARS_M) if m * px_a_metre <= WIDTH / 2), _BARS_M[0])
    return Picture(
        before=(round(middle_x - right), round(middle_y + up)),
        after=(round(middle_x + right), round(middle_y - up)),
        bar=_length(bar_m),
        bar_px=round(bar_m * px_a_metre),
    )
