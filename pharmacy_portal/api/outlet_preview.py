"""How the public sees this outlet at this moment: the same words and shapes as the site's.

The portal knows nothing of the site; a test compares the words with the site's own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from core.domain.calendar import TAIPEI, rfc3339
from core.domain.outlet_says import (
    Availability,
    OutletSays,
    availability_at,
    note_of,
    reason_in_words,
    tickets_for_readers,
    tickets_in_words,
)
from core.domain.outlets import Outlet
from core.domain.programme import Programme
from core.domain.sale_windows import parse_windows, windows_in_words
from core.domain.stops import Stop
from pharmacy_portal.words import say

_LEVELS = {
    "plenty": "level_plenty",
    "some": "level_some",
    "few": "level_few",
    "none": "level_none",
}
_WHY_NOT = {
    "tickets_gone": "availability_tickets_gone",
    "sold_out": "availability_sold_out",
    "paused": "availability_paused",
    "closed": "availability_closed",
}


def preview(
    outlet: Outlet,
    says: OutletSays,
    stops: Sequence[Stop],
    at: datetime,
    stock: Mapping[str, int],
    programme: Programme,
    language: str,
) -> dict[str, Any]:
    """Return the row of the public list for this outlet; ``stops`` are those that concern it."""
    judged = availability_at(outlet, says, stops, at)
    numbers = [_number(product.id, stock, programme, language) for product in programme.product]
    fullest = max(numbers, key=lambda number: number["pieces"])
    blocked = judged.kind != "buyable"
    windows = parse_windows(says.sale_windows)
    return {
        "name": outlet.name,
        "availability": judged.kind,
        "shape": "cannot" if blocked else fullest["level"],
        "word": say(_WHY_NOT[judged.kind], language) if blocked else fullest["word"],
        "reason": reason_in_words(judged.reason, language),
        "since": rfc3339(judged.since) if judged.since else None,
        "until": rfc3339(judged.until) if judged.until else None,
        "spell": _spell(judged, at, language),
        "numbers": numbers,
        "note": note_of(outlet, says),
        "sale_windows": windows_in_words(windows).in_language(language),
        "tickets": tickets_for_readers(tickets_in_words(says.tickets), language),
        "phone": "" if says.phone_hidden else outlet.phone,
        "phone_hidden": says.phone_hidden,
    }


def _number(
    product: str, stock: Mapping[str, int], programme: Programme, language: str
) -> dict[str, Any]:
    pieces = stock.get(product, 0)
    level = programme.levels.of(pieces)
    return {
        "id": product,
        "pieces": pieces,
        "level": level,
        "word": say(_LEVELS[level], language),
    }


def _spell(judged: Availability, at: datetime, language: str) -> str:
    """Say since when and until when, as short as today allows."""
    parts = []
    if judged.since:
        parts.append(say("since_time", language, time=_moment(judged.since, at)))
    if judged.until:
        parts.append(say("until_time", language, time=_moment(judged.until, at)))
    return say("between", language).join(parts)


def _moment(instant: datetime, at: datetime) -> str:
    local = instant.astimezone(TAIPEI)
    same_day = local.date() == at.astimezone(TAIPEI).date()
    return f"{local:%H:%M}" if same_day else f"{local.month}/{local.day} {local:%H:%M}"
