"""The published record and the manifest: the one seam between secret and public.

The record has no field for a person, so no person can cross. Every output format is made from
``OutletRecord``; the site reads nothing else.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from core.domain.outlets import Precision

DISCLAIMER_ZH = "口罩數量以藥局實際存量為主，線上查詢之數量僅供參考"
STALE_AFTER_TTL = 3
PHONE_HIDDEN = "hidden"
AVAILABILITIES = ("buyable", "tickets_gone", "sold_out", "paused", "closed", "unsure")


class OutletRecord(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One outlet as everybody sees it.

    ``counts`` are the ledger's pieces per product at the snapshot's position, never altered;
    ``levels`` name them. ``lon``/``lat`` are WGS 84 degrees; an outlet without coordinates has
    its town's centre and ``coordinate_precision`` ``town``. Times are RFC 3339 with +08:00:
    ``changed_at`` when a number last changed, ``valid_at`` the instant the numbers are true for.
    ``availability_until`` is the first instant at which it ends by itself. ``phone`` is empty while
    the outlet hides it, and ``phone_status`` says so.
    """

    code: str
    name: str
    kind: str
    phone: str
    address: str
    county_code: str
    county: str
    town_code: str
    town: str
    lon: float
    lat: float
    coordinate_source: str
    coordinate_precision: Precision
    counts: dict[str, int]
    levels: dict[str, str]
    availability: str = "buyable"
    availability_reason: str = ""
    availability_since: str = ""
    availability_until: str = ""
    note: str = ""
    sale_windows: str = ""
    tickets: str = ""
    service_periods: str = ""
    website: str = ""
    phone_status: str = ""
    changed_at: str = ""
    valid_at: str = ""
    published_at: str = ""


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One file of a release. ``path`` is relative to the release's folder."""

    path: str
    media_type: str
    bytes: int
    sha256: str
    rows: int


class RulesInForce(msgspec.Struct, frozen=True, kw_only=True):
    """The rules the release was made under.

    ``document`` is the whole programme (``core.domain.programme.from_document`` reads it), so
    that a reader can judge any day without asking anyone. ``words`` are the rules in force in
    plain sentences per language.
    """

    programme: str
    block: str
    pinned: bool
    hash: str
    words: dict[str, list[str]]
    document: dict[str, object]


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What one release contains. Signed over its exact bytes with Ed25519."""

    sequence: int
    as_of: str
    published_at: str
    ttl_s: int
    ledger_position: str
    state_position: str
    previous: str
    audit_head: str
    audit_position: str
    rules: RulesInForce
    counts: dict[str, int]
    files: list[FileEntry]
    disclaimer: str = DISCLAIMER_ZH


class Current(msgspec.Struct, frozen=True, kw_only=True):
    """``current.json``: which release is the newest, and when the publisher last looked."""

    sequence: int
    manifest: str
    sha256: str
    checked_at: str
    ttl_s: int


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """``courses/YYYY-MM-DD.json``: how the stock of each outlet went through one Taipei day.

    A point is ``[slot, pieces of each product at the end of that slot]``. Slots of ``slot_s``
    seconds count from 00:00; the first point has slot -1, the numbers at 00:00; only slots in
    which a number changed follow, of those that had passed at ``as_of``. The day is complete when
    ``as_of`` lies on a later day.
    """

    date: str
    as_of: str
    ledger_position: str
    slot_s: int
    products: list[str]
    outlets: dict[str, list[list[int]]]


class HistoryFile(msgspec.Struct, frozen=True, kw_only=True):
    """One file of the history or of its daily roll-ups.

    ``path`` is relative to the snapshot folder; ``complete`` tells that the day is over, so that
    the file will never change. ``source`` is ``ledger``, or ``backfill`` for a day that was taken
    from files published before there was a ledger.
    """

    path: str
    media_type: str
    bytes: int
    sha256: str
    rows: int
    day: str
    complete: bool
    source: str = "ledger"


class HistoryIndex(msgspec.Struct, frozen=True, kw_only=True):
    """``history/index.json``: every file of the history, and up to which release it reaches."""

    as_of: str
    sequence: int
    ledger_position: str
    files: list[HistoryFile]


class LongCourse(msgspec.Struct, frozen=True, kw_only=True):
    """``courses/long.json``: each outlet's roll-ups of the last days that are over.

    A row is ``[index into days, opening, received, sold, closing, minute of the day at which it
    was sold out (-1: it was not), minutes in stock]``. A day on which an outlet had nothing and
    nothing came has no row.
    """

    as_of: str
    days: list[str]
    products: list[str]
    outlets: dict[str, dict[str, list[list[int]]]]


def is_stale(checked_at: datetime, now: datetime, ttl_s: int) -> bool:
    """Tell whether the publisher has been silent for more than three times the time to live."""
    return (now - checked_at).total_seconds() > STALE_AFTER_TTL * ttl_s


def release_folder(sequence: int) -> str:
    """Return the folder of a release: ten digits."""
    return f"{sequence:010d}"
