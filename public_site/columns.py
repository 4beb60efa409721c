"""What a release says of its outlets, as columns over the bytes of its own file.

Nothing of an outlet is copied that stands in ``outlets.geojson`` anyway: its record is read, and
its part of an answer cut out, where the file says it. So a million outlets need little more than
the file itself; and telling what changed since the release before is comparing two pieces of bytes.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import eq, gt
from typing import Any

import msgspec

from core.domain.snapshot import OutletRecord
from core.releases import Untrusted

# With this the publisher's file begins what is the same for every outlet of a release.
_TIMES = b',"valid_at":'
_OF_RELEASE = {"valid_at", "published_at"}
_RECORD_FIELDS = {field.name for field in msgspec.structs.fields(OutletRecord)} - _OF_RELEASE

# So many bytes tell the beginning of an outlet's properties; long needles are found slowly.
_TELLING_BYTES = 24
_Shared = dict[str, str]


class _Point(msgspec.Struct, frozen=True, gc=False):
    coordinates: tuple[float, float]


class _Feature(msgspec.Struct, frozen=True, gc=False):
    geometry: _Point
    properties: msgspec.Raw


class _Collection(msgspec.Struct, frozen=True):
    features: list[_Feature]


class Columns:
    """The outlets of one release; each is named by its place, ascending by code.

    ``starts`` and ``ends`` are where an outlet's properties stand in ``body`` (without the closing
    brace), ``told`` where that ends which is no time of the release. ``tails`` are its longitude
    and latitude as the interface sends them.
    """

    __slots__ = (
        "availability",
        "body",
        "codes",
        "counties",
        "counts",
        "ends",
        "points",
        "products",
        "starts",
        "tails",
        "told",
        "towns",
    )

    def __init__(self, body: bytes, products: tuple[str, ...], size: int) -> None:
        self.body, self.products = body, products
        self.starts, self.told, self.ends = (array("Q", bytes(8 * size)) for _ in range(3))
        self.points: list[tuple[float, float]] = [(0.0, 0.0)] * size
        self.tails: list[bytes] = [b""] * size
        self.codes, self.counties, self.towns, self.availability = ([""] * size for _ in range(4))
        self.counts = {product: array("q", bytes(8 * size)) for product in products}

    def __len__(self) -> int:
        return len(self.codes)

    def put(self, place: int, facts: Any, point: tuple[float, float], shared: _Shared) -> None:
        """Write one outlet's columns; equal texts are kept once."""
        self.points[place] = point
        numbers = msgspec.json.encode(point[1]), msgspec.json.encode(point[0])
        self.tails[place] = b',"lon":%b,"lat":%b' % numbers
        self.codes[place] = facts.code
        self.counties[place] = shared.setdefault(facts.county_code, facts.county_code)
        self.towns[place] = shared.setdefault(facts.town_code, facts.town_code)
        self.availability[place] = shared.setdefault(facts.availability, facts.availability)
        for product, numbers_of in self.counts.items():
            numbers_of[place] = getattr(facts, product)

    def take(self, place: int, known: Columns, before: int) -> None:
        """Take over what another release said of an outlet, and says again."""
        self.points[place], self.tails[place] = known.points[before], known.tails[before]
        self.codes[place], self.counties[place] = known.codes[before], known.counties[before]
        self.towns[place] = known.towns[before]
        self.availability[place] = known.availability[before]
        for product, numbers in self.counts.items():
            numbers[place] = known.counts[product][before]

    def copy(self, known: Columns) -> bool:
        """Begin as another release was, if it has as many outlets: most will not have changed."""
        if len(known) != len(self):
            return False
        self.points, self.tails = known.points.copy(), known.tails.copy()
        self.codes, self.counties = known.codes.copy(), known.counties.copy()
        self.towns, self.availability = known.towns.copy(), known.availability.copy()
        self.counts = {product: numbers[:] for product, numbers in known.counts.items()}
        return True

    def fragment(self, place: int) -> bytes:
        """Return an outlet's JSON object without its closing brace, as the interface sends it."""
        return self.body[self.starts[place] : self.ends[place]] + self.tails[place]

    def core(self, place: int) -> bytes:
        """Return what is said of an outlet, without the times that are the release's own."""
        return self.body[self.starts[place] : self.told[place]] + self.tails[place] + b"}"

    def record(self, place: int) -> OutletRecord:
        """Read an outlet's record; it leaves out the times that are the release's own."""
        said = msgspec.json.decode(self.body[self.starts[place] : self.ends[place]] + b"}")
        known = {name: value for name, value in said.items() if name in _RECORD_FIELDS}
        known["counts"] = {product: said[product] for product in self.products}
        known["levels"] = {product: said[f"{product}_level"] for product in self.products}
        lat, lon = self.points[place]
        return msgspec.convert(known | {"lon": lon, "lat": lat}, OutletRecord)

    def stocked(self, product: str = "") -> Sequence[bool]:
        """Tell for each place whether pieces are left: of one product, or of any."""
        chosen = [self.counts[product]] if product else list(self.counts.values())
        return list(map(any, zip(*chosen, strict=True))) if chosen else [False] * len(self)

    def buyable(self) -> Sequence[bool]:
        """Tell for each place whether nothing stands in the way of buying."""
        return [said == "buyable" for said in self.availability]


def read_columns(
    body: bytes, products: tuple[str, ...], known: Columns | None = None
) -> tuple[Columns, Mapping[int, int]]:
    """Read the file; return also which places are said to be the same in ``known``, and where.

    Raises:
        Untrusted: less than nothing is in stock somewhere, or an outlet stands there twice.
        KeyError, msgspec.DecodeError: it is not such a file.
    """
    features = msgspec.json.decode(body, type=_Collection).features
    columns = Columns(body, products, len(features))
    same: Mapping[int, int] = _fill(
        columns, features, known if known and known.products == products else None
    )
    _refuse_impossible(columns)
    if any(map(gt, columns.codes, columns.codes[1:])):
        columns, same = _sorted(columns, same)
    if any(map(eq, columns.codes, columns.codes[1:])):
        raise Untrusted("an outlet stands in the snapshot twice")
    return columns, same


def _fill(columns: Columns, features: Sequence[_Feature], known: Columns | None) -> dict[int, int]:
    """Fill the columns in the order of the file."""
    body, end, before = columns.body, 0, 0
    decode = _decoder(columns.products)
    shared: dict[str, str] = {}
    same: dict[int, int] = {}
    in_place = known is not None and columns.copy(known)
    for place, feature in enumerate(features):
        fields = bytes(feature.properties)
        start = _find(body, fields, end)
        end = start + len(fields)
        stop = body.rindex(b"}", start, end)
        times = body.rfind(_TIMES, start, stop)
        told = times if times >= 0 else stop
        columns.starts[place], columns.told[place], columns.ends[place] = start, told, stop
        lon, lat = feature.geometry.coordinates
        taken = known is not None and _is_same(known, before, body[start:told], (lat, lon))
        if not taken:
            facts = decode(fields)
            if known is not None and (before := bisect_left(known.codes, facts.code)) != place:
                taken = _is_same(known, before, body[start:told], (lat, lon))
            if not taken:
                columns.put(place, facts, (lat, lon), shared)
        if taken and known is not None:
            same[place] = before
            if not (in_place and before == place):
                columns.take(place, known, before)
        before += 1
    return same


def _find(body: bytes, fields: bytes, start: int) -> int:
    """Return where in the file an outlet's properties stand; searched by their first bytes."""
    start = body.index(fields[:_TELLING_BYTES], start)
    while not body.startswith(fields, start):
        start = body.index(fields[:_TELLING_BYTES], start + 1)
    return start


def _is_same(known: Columns, place: int, said: bytes, point: tuple[float, float]) -> bool:
    """Tell whether exactly this was said at a place before."""
    return (
        place < len(known)
        and known.body[known.starts[place] : known.told[place]] == said
        and known.points[place] == point
    )


@lru_cache(maxsize=8)
def _decoder(products: tuple[str, ...]) -> Callable[[bytes], Any]:
    """Return what reads those properties that are columns here; the products are data."""
    texts = [(name, str) for name in ("code", "county_code", "town_code", "availability")]
    numbers = [(product, int) for product in products]
    facts = msgspec.defstruct("Facts", [*texts, *numbers], frozen=True, gc=False)
    return msgspec.json.Decoder(facts).decode


def _refuse_impossible(columns: Columns) -> None:
    for numbers in columns.counts.values():
        if min(numbers, default=0) < 0:
            code = columns.codes[next(place for place, n in enumerate(numbers) if n < 0)]
            raise Untrusted(f"outlet {code} has less than nothing in stock")


def _sorted(columns: Columns, same: Mapping[int, int]) -> tuple[Columns, Mapping[int, int]]:
    """Put a file that does not ascend by code into that order."""
    order = sorted(range(len(columns)), key=columns.codes.__getitem__)
    fresh = Columns(columns.body, columns.products, len(columns))
    for place, old in enumerate(order):
        fresh.take(place, columns, old)
        fresh.starts[place], fresh.ends[place] = columns.starts[old], columns.ends[old]
        fresh.told[place] = columns.told[old]
    return fresh, {place: same[old] for place, old in enumerate(order) if old in same}
