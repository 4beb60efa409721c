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
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple, Protocol

import msgspec

from core.domain.calendar import rfc3339, source_time
from core.domain.programme import Product
from core.domain.snapshot import OutletRecord
from publisher.restocks import Restock

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
# The key under which the cache keeps each outlet's object, which several formats share.
OBJECT = "object"
# Of more outlets than these nothing but the objects is kept: memory is dearer than making anew.
MOST_KEPT = 100_000

_SOURCE = ("coordinate_source", "coordinate_precision")
_DECIMALS = 6
_first, _last = attrgetter(*WHO_AND_WHERE, *_SOURCE), attrgetter(*WHAT_ELSE)
_encode = msgspec.json.Encoder().encode


def position_of(record: OutletRecord) -> tuple[float, float]:
    """Return longitude and latitude as published: degrees with six decimals, some 10 cm."""
    return round(record.lon, _DECIMALS), round(record.lat, _DECIMALS)


def outlet_object(record: OutletRecord, products: Sequence[str]) -> bytes:
    """Encode one outlet as the site's API and every JSON format of ours say it.

    The two times of the release are left out; ``lon`` and ``lat`` stand last.
    """
    said: dict[str, object] = dict(zip((*WHO_AND_WHERE, *_SOURCE), _first(record), strict=True))
    for product in products:
        said[product] = record.counts.get(product, 0)
        said[f"{product}_level"] = record.levels.get(product, "none")
    said.update(zip(WHAT_ELSE, _last(record), strict=True))
    said["lon"], said["lat"] = position_of(record)
    return _encode(said)


class Town(NamedTuple):
    """The places of one town's outlets in the records; ``version`` grows when any is another."""

    places: Sequence[int]
    version: int


class _Kept(NamedTuple):
    """A format's fragments, the codes in their order, and which records they were made of."""

    generation: int
    codes: Sequence[str]
    fragments: list[bytes]


class FragmentCache:
    """What was made of the records of the last release, by format, and what changed since.

    Each release of other records begins a new generation; a record remembers the one in which it
    came, so that a format makes only the fragments that are older than their record.
    """

    def __init__(self) -> None:
        self._generation = 0
        self._records: Sequence[OutletRecord] = ()
        self._codes: list[str] = []
        self._came: dict[str, int] = {}
        self._changed: list[int] = []
        self._kept: dict[str, _Kept] = {}
        self._towns: dict[str, Town] = {}

    def fragments(
        self, path: str, records: Sequence[OutletRecord], make: Callable[[int], bytes]
    ) -> list[bytes]:
        """Return one fragment a record, in order; ``make`` is asked for those that changed.

        ``make`` takes a record's place. The list is the cache's own: do not change it.
        """
        self._move_to(records)
        if path != OBJECT and len(records) > MOST_KEPT:
            return [*map(make, range(len(records)))]
        kept = self._kept.get(path, _Kept(0, (), []))
        if kept.codes is self._codes:
            fragments, stale = kept.fragments, self._stale_since(kept.generation)
        else:
            fragments, stale = self._aligned(kept)
        for place in stale:
            fragments[place] = make(place)
        self._kept[path] = _Kept(self._generation, self._codes, fragments)
        return fragments

    def by_code(self, path: str) -> dict[str, bytes]:
        """Return the fragments of the last release by outlet; they are never changed later."""
        kept = self._kept[path]
        return dict(zip(kept.codes, kept.fragments, strict=True))

    def towns(self, records: Sequence[OutletRecord]) -> Mapping[str, Town]:
        """Return the outlets of each town, by its code; empty where no town is known."""
        self._move_to(records)
        return self._towns

    def _move_to(self, records: Sequence[OutletRecord]) -> None:
        """Begin a new generation if these are other records."""
        if records is self._records:
            return
        self._generation += 1
        old, codes = self._records, [record.code for record in records]
        same_places = codes == self._codes
        if same_places:
            pairs = enumerate(zip(old, records, strict=True))
            self._changed = [place for place, (was, now) in pairs if was is not now]
        else:
            known = dict(zip(self._codes, old, strict=True))
            changed = (known.get(record.code) is not record for record in records)
            self._changed = [place for place, new in enumerate(changed) if new]
            self._codes = codes
        for place in self._changed:
            self._came[codes[place]] = self._generation
        self._regroup(old, records, same_places)
        self._records = records

    def _regroup(
        self, old: Sequence[OutletRecord], now: Sequence[OutletRecord], same_places: bool
    ) -> None:
        """Tell which towns hold other records than before."""
        changed = self._changed
        if same_places and all(old[n].town_code == now[n].town_code for n in changed):
            for code in {now[place].town_code for place in changed}:
                self._towns[code] = Town(self._towns[code].places, self._generation)
            return
        places: dict[str, list[int]] = {}
        for place, record in enumerate(now):
            places.setdefault(record.town_code, []).append(place)
        self._towns = {code: Town(places[code], self._generation) for code in sorted(places)}

    def _stale_since(self, generation: int) -> Sequence[int]:
        if generation == self._generation:
            return ()
        if generation == self._generation - 1:
            return self._changed
        came = self._came
        return [place for place, code in enumerate(self._codes) if came[code] > generation]

    def _aligned(self, kept: _Kept) -> tuple[list[bytes], list[int]]:
        """Put what is kept into the order of the records, after outlets came or went."""
        known = dict(zip(kept.codes, kept.fragments, strict=True))
        fragments = [known.get(code, b"") for code in self._codes]
        came = self._came
        stale = [
            place
            for place, code in enumerate(self._codes)
            if code not in known or came[code] > kept.generation
        ]
        return fragments, stale


@dataclass(frozen=True, slots=True)
class ReleaseData:
    """One release, as the formats see it.

    ``records`` ascend by code and hold every published outlet; their ``valid_at`` and
    ``published_at`` are empty, since they are the same for all: ``as_of`` and ``published_at``
    here. ``products`` are the programme's, in its order. ``ttl_s`` are the seconds until the
    next look. ``public_url`` is where the public reaches the site, without a slash at its end;
    empty where the operator does not say. ``goods`` say what the products are called.
    ``restocks`` are the newest arrivals of anything anywhere, the last one first.
    """

    sequence: int
    as_of: datetime
    published_at: datetime
    products: tuple[str, ...]
    records: Sequence[OutletRecord]
    cache: FragmentCache = field(default_factory=FragmentCache)
    ttl_s: int = 30
    public_url: str = ""
    goods: Sequence[Product] = ()
    restocks: Sequence[Restock] = ()

    def objects(self) -> list[bytes]:
        """Return each outlet as one flat JSON object without the release's times, in order."""
        return self.fragments(OBJECT, lambda record: outlet_object(record, self.products))

    def towns(self) -> Mapping[str, Town]:
        """Return where each town's outlets stand in ``records``; see ``FragmentCache``."""
        return self.cache.towns(self.records)

    def fragments(self, path: str, make: Callable[[OutletRecord], bytes]) -> list[bytes]:
        """Return one fragment a record, in order; see ``FragmentCache``."""
        records = self.records
        return self.cache.fragments(path, records, lambda place: make(records[place]))

    def fragments_of_objects(
        self, path: str, make: Callable[[OutletRecord, bytes], bytes]
    ) -> list[bytes]:
        """Return one fragment a record that is made of its object too."""
        records, objects = self.records, self.objects()
        return self.cache.fragments(
            path, records, lambda place: make(records[place], objects[place])
        )

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
    whether outlets without any stock are listed too. ``source_time`` is empty, ``sequence`` is
    None, and a name or a number is missing where the format has no place for it.
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


def numbers_in(said: Mapping[str, object]) -> dict[str, int]:
    """Pick what has a level beside it from an outlet's object: pieces by product."""
    counted = ((name, said[name]) for name in _with_level(tuple(said)))
    return {name: value for name, value in counted if isinstance(value, int)}


@lru_cache(maxsize=16)
def _with_level(names: tuple[str, ...]) -> tuple[str, ...]:
    """Pick the names that stand beside their level; the outlets of a file have the same names."""
    return tuple(name for name in names if f"{name}_level" in names)


class Written(NamedTuple):
    """One file that a format writes. ``rows`` are the outlets it lists.

    ``body`` may be made later, for a file with a ``version``: where the last release has the same
    file in the same version, it is taken from there and never made. A binary file (``packs`` is
    False) has no packed copies beside it.
    """

    path: str
    media_type: str
    body: bytes | Callable[[], bytes]
    rows: int
    version: int | None = None
    packs: bool = True


class Format(Protocol):
    """The shape of every module in ``publisher.formats``.

    ``PATHS`` are the names of the files that it writes; one that ends in a slash is a folder of
    any number of files.
    """

    PATHS: tuple[str, ...]

    def write(self, release: ReleaseData) -> list[Written]:
        """Return the files, whole."""

    def read(self, bodies: Mapping[str, bytes]) -> Stated:
        """Read its files back, by path, for verification.

        Raises:
            ValueError: they are not such files.
        """
