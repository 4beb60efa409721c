"""Builders of days' courses, signed like the publisher's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

import msgspec

from core.domain.calendar import rfc3339
from publisher.signing import sign
from tests.public_site.releases import NOW, Folder

Points = Sequence[Sequence[int]]

TODAY = NOW.date()
CODE = "5901012345"
# Opens with nothing, 200 and 50 come by 08:10, the children's go by 09:30.
MORNING: Points = [[-1, 0, 0], [48, 200, 50], [50, 180, 30], [56, 150, 0], [61, 130, 0]]
# The day before: what was left went by 09:00, goods came by 11:00, and were gone by 15:20.
A_FULL_DAY: Points = [[-1, 12, 3], [53, 0, 0], [65, 194, 50], [80, 60, 9], [91, 0, 0]]


def write_course(
    folder: Folder,
    outlets: Mapping[str, Points],
    day: date = TODAY,
    *,
    at: datetime | None = None,
    signature: bytes | None = None,
    **changes: object,
) -> bytes:
    """Write a signed course of a day and return its bytes; today's is as of now."""
    if at is None:
        over = NOW.replace(hour=0, minute=0, second=1) + timedelta(days=1)
        at = NOW if day == TODAY else over - (TODAY - day)
    body = msgspec.json.encode(
        {
            "date": day.isoformat(),
            "as_of": rfc3339(at),
            "ledger_position": "10",
            "slot_s": 600,
            "products": ["adult_mask", "child_mask"],
            "outlets": outlets,
        }
        | changes
    )
    place = folder.root / "courses" / f"{day}.json"
    place.parent.mkdir(exist_ok=True)
    place.write_bytes(body)
    signed = signature if signature is not None else f"{sign(folder.key, body)}\n".encode()
    place.with_name(place.name + ".sig").write_bytes(signed)
    return body
