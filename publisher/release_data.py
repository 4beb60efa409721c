"""What a format sees: one release's records, and the pieces of files kept from the last one.

A file is made of fragments, one an outlet. A fragment is made again only when its outlet's record
is another object than last time, so the cost of a release follows what changed. What is the same
for the whole release (source time, publishing time) is no part of a fragment: a format puts it
between the fragments while joining them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from core.domain.calendar import rfc3339, source_time
from core.domain.snapshot import OutletRecord

# Written where a fragment lacks a value of the whole release; no text can contain it, since JSON
# writes this character as an escape.
GAP = b"\0"

# The record's fields in the order in which the wide formats list them: before and after the
# numbers of the products.
WHO_AND_WHERE = (
    *("code", "name", "kind", "phone", "address"),
    *("county_code", "county", "town_code", "town"),
)
WHAT_ELSE = (
    *("availability", "availability_reason", "availability_since", "availability_until"),
    *("note", "sale_windows", "tickets", "service_periods", "website", "phone_status"),
    "changed_at",
)
# What is the same for every outlet of a release, and so is no change of any.
OF_RELEASE = frozenset({"valid_at", "published_at"})


class _Kept(NamedTuple):
    """A format's fragments of the last release, and the records they were made of."""

    records: list[OutletRecord | None]
    fragments: list[bytes]


class FragmentCache:
    """The fragments of the last release, by format."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def fragments(
        self, path: str, records: Sequence[OutletRecord], make: Callable[[OutletRecord], bytes]
    ) -> list[bytes]:
        """Return one fragment a record, in order; ``make`` is asked for those that changed."""
        kept = self._aligned(self._kept.get(path), records)
        for index, (old, new) in enumerate(zip(kept.records, records, strict=True)):
            if old is not new:
                kept.fragments[index] = make(new)
        self._kept[path] = _Kept(list(records), kept.fragments)
        return kept.fragments

    def by_code(self, path: str) -> dict[str, bytes]:
        """Return the fragments of the last release by outlet; they are never changed later."""
        kept = self._kept[path]
        codes = (record.code for record in kept.records if record)
        return dict(zip(codes, kept.fragments, strict=True))

    def _aligned(self, kept: _Kept | None, records: Sequence[OutletRecord]) -> _Kept:
        """Return what is kept in the order of the records, also after outlets came or went."""
        if kept and len(kept.records) == len(records):
            return kept
        pairs = zip(kept.records, kept.fragments, strict=True) if kept else ()
        by_code = {record.code: (record, fragment) for record, fragment in pairs if record}
        found = [by_code.get(record.code, (None, b"")) for record in records]
        return _Kept([record for record, _ in found], [fragment for _, fragment in found])


@dataclass(frozen=True, slots=True)
class ReleaseData:
    """One release, as the formats see it.

    ``records`` ascend by code and hold every published outlet; their ``valid_at`` and
    ``published_at`` are empty, since they are the same for all: ``as_of`` and ``published_at``
    here. ``products`` are the programme's, in its order.
    """

    sequence: int
    as_of: datetime
    published_at: datetime
    products: tuple[str, ...]
    records: Sequence[OutletRecord]
    cache: FragmentCache = field(default_factory=FragmentCache)

    def fragments(self, path: str, make: Callable[[OutletRecord], bytes]) -> list[bytes]:
        """Return one fragment a record, in order; see ``FragmentCache``."""
        return self.cache.fragments(path, self.records, make)

    @property
    def source_time(self) -> str:
        """The source time as the official file spells it: ``2020/02/06 08:50:01``."""
        return source_time(self.as_of)

    @property
    def valid_at(self) -> str:
        """The source time for machines (RFC 3339)."""
        return rfc3339(self.as_of)

    @property
    def published(self) -> str:
        """The publishing time for machines (RFC 3339)."""
        return rfc3339(self.published_at)


def joined(fragments: Sequence[bytes], between: bytes, head: bytes, tail: bytes) -> bytes:
    """Join the fragments of a file with its two ends, copying each byte once."""
    if not fragments:
        return head + tail
    parts = list(fragments)
    parts[0] = head + parts[0]
    parts[-1] += tail
    return between.join(parts)


class Stated(NamedTuple):
    """What a published file says, for the comparison of all formats of one release.

    ``numbers`` are pieces per product, by outlet code, in the order of the file. ``whole`` tells
    whether outlets without any stock are listed too. ``sequence`` is None where the format has no
    place for it.
    """

    source_time: str
    names: Mapping[str, str]
    numbers: Mapping[str, Mapping[str, int]]
    whole: bool
    rows: int
    sequence: int | None = None


def numbers_of(
    codes: Sequence[str], products: Sequence[str], stock: Sequence[Sequence[str]]
) -> dict[str, dict[str, int]]:
    """Put the texts of one column a product together: pieces per product, by outlet code."""
    rows = zip(*(map(int, column) for column in stock), strict=True)
    return {
        code: dict(zip(products, pieces, strict=True))
        for code, pieces in zip(codes, rows, strict=True)
    }


class Format(Protocol):
    """The shape of every module in ``publisher.formats``."""

    PATH: str
    MEDIA_TYPE: str

    def write(self, release: ReleaseData) -> tuple[bytes, int]:
        """Return the file's bytes, and how many outlets it lists."""

    def read(self, body: bytes) -> Stated:
        """Read a file of this format back, for verification.

        Raises:
            ValueError: it is not such a file.
        """
