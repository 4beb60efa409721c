"""Ask the links one after another until one knows the door; keep the most exact answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from publisher.geocode.asking import Answer, Asked
from publisher.geocode.judging import refusal
from publisher.geocode.links import Link


@dataclass(frozen=True, slots=True)
class Found:
    """What came of one outlet: the best answer, and what was not taken (source, reason)."""

    asked: Asked
    answer: Answer | None
    refused: tuple[tuple[str, str], ...]


async def find(links: Sequence[Link], asked: Asked) -> Found:
    """Ask link after link; a door ends it, a road is kept while a later link may know the door."""
    best: Answer | None = None
    refused: list[tuple[str, str]] = []
    for link in links:
        location = await link.locate(asked)
        if location is None:
            continue
        precision = link.grade(asked.address, location)
        reason = refusal(asked, location, precision)
        if reason:
            refused.append((link.name, reason))
            continue
        answer = Answer(
            link.name, round(location.longitude, 6), round(location.latitude, 6), precision
        )
        best = answer if answer.beats(best) else best
        if answer.precision == "rooftop":
            break
    return Found(asked, best, tuple(refused))
