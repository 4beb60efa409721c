"""One snapshot, ready to answer: built once beside the old one, never changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from core.domain.programme import Programme, from_document
from core.domain.snapshot import Manifest, OutletRecord
from core.releases import Untrusted
from public_site.bounded import BoundedCache
from public_site.folding import search_text
from public_site.grid import Grid

OUTLETS_FILE = "outlets.geojson"
_MOST_PAGE_BYTES = 48 * 2**20
_MOST_ANSWER_BYTES = 32 * 2**20
_MOST_QUERIES = 20_000

# With this the publisher's file begins what is the same for every outlet of a release.
_TIMES = b',"valid_at":'
_OF_RELEASE = {"valid_at", "published_at"}
_RECORD_FIELDS = {field.name for field in msgspec.structs.fields(OutletRecord)} - _OF_RELEASE


class Entry(msgspec.Struct, frozen=True):
    """One outlet: what templates read, what a search reads, what the API sends.

    ``record`` leaves out the two times that are the same for all of a release. ``core`` is what
    the release says of the outlet without them, to tell whether anything changed.
    """

    record: OutletRecord
    text: str
    fragment: bytes
    core: bytes


@dataclass(frozen=True)
class Release:
    """The verified bytes of one release. ``files`` are by path, relative to its folder."""

    manifest: Manifest
    manifest_body: bytes
    manifest_signature: bytes
    files: Mapping[str, bytes]


class _Point(msgspec.Struct, frozen=True):
    coordinates: tuple[float, float]


class _Feature(msgspec.Struct, frozen=True):
    geometry: _Point
    properties: msgspec.Raw


class _Collection(msgspec.Struct, frozen=True):
    features: list[_Feature]


@dataclass(frozen=True)
class View:
    """The index over one release. ``entries`` ascend by code; places in it name outlets.

    ``pages`` and ``answers`` are remembered by what was asked, however it was written;
    ``understood`` remembers what the text of a query means.
    """

    release: Release
    programme: Programme
    entries: Sequence[Entry]
    by_code: Mapping[str, int]
    by_county: Mapping[str, Sequence[int]]
    by_town: Mapping[str, Sequence[int]]
    grid: Grid
    pages: BoundedCache[Any] = field(
        default_factory=lambda: BoundedCache(_MOST_PAGE_BYTES, lambda page: page.size)
    )
    answers: BoundedCache[bytes] = field(
        default_factory=lambda: BoundedCache(_MOST_ANSWER_BYTES, len)
    )
    understood: BoundedCache[Any] = field(
        default_factory=lambda: BoundedCache(_MOST_QUERIES, lambda query: 1)
    )

    @property
    def manifest(self) -> Manifest:
        """The release's manifest."""
        return self.release.manifest

    @property
    def sequence(self) -> int:
        """The number of the release."""
        return self.release.manifest.sequence


def build_view(release: Release, known: View | None = None) -> View:
    """Build the index of a release from its verified bytes.

    What is said of most outlets is what ``known``, the view before, was built from; their parts
    are taken from there, so the cost follows what changed.

    Raises:
        Untrusted: the release is signed, but is not what a snapshot must be.
    """
    try:
        programme = from_document(release.manifest.rules.document)
        collection = msgspec.json.decode(release.files[OUTLETS_FILE], type=_Collection)
        before = _entries_before(known, programme)
        entries = sorted(
            (_entry(feature, programme, before) for feature in collection.features),
            key=lambda entry: entry.record.code,
        )
    except KeyError as error:
        raise Untrusted(f"release {release.manifest.sequence} lacks {error}") from None
    except msgspec.DecodeError as error:
        raise Untrusted(f"{OUTLETS_FILE}: {error}") from None
    _refuse_impossible(entries)
    points = [(entry.record.lat, entry.record.lon) for entry in entries]
    same_points = known is not None and known.grid.holds(points)
    return View(
        release=release,
        programme=programme,
        entries=entries,
        by_code={entry.record.code: place for place, entry in enumerate(entries)},
        by_county=_grouped(entry.record.county_code for entry in entries),
        by_town=_grouped(entry.record.town_code for entry in entries),
        grid=known.grid.forgetful() if known and same_points else Grid(points),
    )


def _entries_before(known: View | None, programme: Programme) -> Mapping[bytes, Entry]:
    """Return the entries of the view before by what was said of them, unless products changed."""
    if known is None or known.programme.product_ids != programme.product_ids:
        return {}
    return {entry.core: entry for entry in known.entries}


def _entry(feature: _Feature, programme: Programme, before: Mapping[bytes, Entry]) -> Entry:
    # The fields of the GeoJSON, byte for byte, and the point beside them.
    fields = bytes(feature.properties).rstrip()[:-1]
    lon, lat = feature.geometry.coordinates
    point = b',"lon":%b,"lat":%b}' % (msgspec.json.encode(lon), msgspec.json.encode(lat))
    core = fields[: fields.rfind(_TIMES)] + point if _TIMES in fields else fields + point
    same = before.get(core)
    if same is not None:
        return Entry(record=same.record, text=same.text, fragment=fields + point, core=core)
    record = _record(msgspec.json.decode(feature.properties), lon, lat, programme)
    return Entry(record=record, text=search_text(record), fragment=fields + point, core=core)


def _record(
    properties: Mapping[str, Any], lon: float, lat: float, programme: Programme
) -> OutletRecord:
    known = {name: value for name, value in properties.items() if name in _RECORD_FIELDS}
    known["counts"] = {product: properties[product] for product in programme.product_ids}
    known["levels"] = {product: properties[f"{product}_level"] for product in programme.product_ids}
    return msgspec.convert(known | {"lon": lon, "lat": lat}, OutletRecord)


def _refuse_impossible(entries: Sequence[Entry]) -> None:
    for entry in entries:
        if min(entry.record.counts.values(), default=0) < 0:
            raise Untrusted(f"outlet {entry.record.code} has less than nothing in stock")
    if len({entry.record.code for entry in entries}) != len(entries):
        raise Untrusted("an outlet stands in the snapshot twice")


def _grouped(codes: Any) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for place, code in enumerate(codes):
        groups.setdefault(code, []).append(place)
    return groups
