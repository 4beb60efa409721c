"""The shapes of the interface's answers, for the OpenAPI document. A test compares the two.

An outlet's members are those of ``core.domain.dictionary``, with its words.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct, defstruct

from core.domain.dictionary import ALSO, API, ENVELOPE, RECORD, Field
from core.domain.geography import DIRECTIONS
from core.domain.outlets import CODE
from core.domain.snapshot import OutletRecord
from public_site.announcements import Announcement
from public_site.feed_status import FeedStatus

TIME = {"format": "date-time"}
_EXACT: dict[str, Any] = {
    "snapshot": Annotated[int, Meta(ge=0)],
    "as_of": Annotated[str, Meta(extra_json_schema=TIME)],
    "published_at": Annotated[str, Meta(extra_json_schema=TIME)],
    "checked_at": Annotated[str, Meta(extra_json_schema=TIME)],
    "valid_at": Annotated[str, Meta(extra_json_schema=TIME)],
    "stale": bool,
    "code": Annotated[str, Meta(pattern=f"^{CODE.pattern}$")],
    "lon": Annotated[float, Meta(ge=-180, le=180)],
    "lat": Annotated[float, Meta(ge=-90, le=90)],
    "distance_m": Annotated[float, Meta(ge=0)],
    "bearing_deg": Annotated[int, Meta(ge=0, le=359)],
    "direction": Literal[tuple(name.en for name in DIRECTIONS)],
}
_PIECES = Annotated[int, Meta(ge=0)]


class Problem(Struct):
    """What went wrong and what to do (RFC 9457, application/problem+json)."""

    type: str
    title: str
    status: Annotated[int, Meta(ge=400, le=599)]
    code: Annotated[str, Meta(description="stable; see the list of codes")]
    detail: str
    full: Annotated[
        list[str], Meta(description="CHANGES_GONE only: where everything can be fetched")
    ] = []


class File(Struct):
    """One file of a snapshot."""

    path: str
    media_type: str
    bytes: Annotated[int, Meta(ge=0)]
    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
    rows: Annotated[int, Meta(ge=0)]
    url: str


class Feed(Struct):
    """Whether the data are kept up, and the last day on which they are, if one is planned."""

    status: FeedStatus
    sunset: date | None


class Rules(Struct):
    """The rules in force, and the same in words for each language."""

    programme: str
    block: str
    pinned: bool
    hash: str
    words: dict[str, list[str]]


class Announcements(Struct):
    """The announcements, newest first."""

    announcements: list[Announcement]


def shapes(products: tuple[str, ...]) -> dict[str, type]:
    """Return the type of every answer by name; ``products`` are the served programme's."""
    outlet = defstruct("Outlet", _outlet_fields(products))
    way = [_described(field) for field in ALSO if API in field.files]
    near = defstruct("NearOutlet", way, bases=(outlet,))
    cells = len(products) + 4  # code, lat, lon, availability
    # A tuple would say more; schemathesis 4 misreads `prefixItems` beside `items: false`.
    told = Meta(min_length=cells, max_length=cells, description="in the order of `fields`")
    row = Annotated[list[str | float], told]
    on = Annotated[str | None, Meta(description="null on the last page")]
    outlets, numbers = ("outlets", list[outlet]), dict[str, int]
    answers = {
        "Outlets": [outlets, ("total", int), ("next_cursor", on), ("next", on)],
        "OneOutlet": [("outlet", outlet)],
        "Nearby": [("outlets", list[near])],
        "Map": [
            *(("fields", list[str]), ("availabilities", list[str]), ("levels", numbers)),
            ("outlets", list[row]),
        ],
        "Changes": [("since", int), outlets, ("removed", list[str]), ("next", str)],
        "Snapshot": _snapshot_fields(),
    }
    opening = [_described(field) for field in ENVELOPE]
    made = {name: defstruct(name, [*opening, *rest]) for name, rest in answers.items()}
    return made | {"Problem": Problem, "Announcements": Announcements}


def _outlet_fields(products: tuple[str, ...]) -> list[tuple[str, Any]]:
    """Return an outlet's members: the record's, flat, with the words of the dictionary."""
    described = {field.name: field for field in RECORD}
    own = {field.name: field.type for field in msgspec.structs.fields(OutletRecord)}
    found: list[tuple[str, Any]] = []
    for name in own:
        if name == "counts":
            found += [(product, _PIECES) for product in products]
        elif name == "levels":
            found += [(f"{product}_level", _level()) for product in products]
        else:
            found.append(_described(described[name]))
    return found


def _level() -> Any:
    return Literal[tuple(next(field for field in RECORD if field.name.endswith("_level")).allowed)]


def _described(field: Field) -> tuple[str, Any]:
    """Return a member with its type and its words."""
    kind = Literal[tuple(field.allowed)] if field.allowed else _EXACT.get(field.name, str)
    words = f"{field.meaning.en} · {field.meaning.zh}"
    return field.name, Annotated[kind, Meta(description=words)]


def _snapshot_fields() -> list[tuple[str, Any]]:
    texts = ("ledger_position", "state_position", "previous", "audit_head", "audit_position")
    return [
        ("feed", Feed),
        (
            "ttl_s",
            Annotated[int, Meta(ge=1, description="seconds until the publisher looks again")],
        ),
        *((name, str) for name in texts),
        ("manifest", str),
        ("sha256", str),
        ("rules", Rules),
        ("counts", dict[str, int]),
        ("files", list[File]),
        ("disclaimer", str),
    ]
