"""One snapshot, ready to answer: built once beside the old one, never changed afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from core.domain.geography import towns_by_code
from core.domain.outlets import KINDS
from core.domain.programme import Programme, from_document
from core.domain.snapshot import Manifest, OutletRecord
from core.releases import Untrusted
from public_site.bounded import BoundedCache
from public_site.folding import fold
from public_site.grid import Grid

OUTLETS_FILE = "outlets.geojson"
_MOST_PAGE_BYTES = 48 * 2**20
_MOST_ANSWER_BYTES = 32 * 2**20
_MOST_QUERIES = 20_000

_RECORD_FIELDS = frozenset(field.name for field in msgspec.structs.fields(OutletRecord))


class Entry(msgspec.Struct, frozen=True):
    """One outlet: what templates read, what a search reads, what the API sends."""

    record: OutletRecord
    text: str
    fragment: bytes


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


def build_view(release: Release) -> View:
    """Build the index of a release from its verified bytes.

    Raises:
        Untrusted: the release is signed, but is not what a snapshot must be.
    """
    try:
        programme = from_document(release.manifest.rules.document)
        collection = msgspec.json.decode(release.files[OUTLETS_FILE], type=_Collection)
        entries = sorted(
            (_entry(feature, programme) for feature in collection.features),
            key=lambda entry: entry.record.code,
        )
    except KeyError as error:
        raise Untrusted(f"release {release.manifest.sequence} lacks {error}") from None
    except msgspec.DecodeError as error:
        raise Untrusted(f"{OUTLETS_FILE}: {error}") from None
    _refuse_impossible(entries)
    return View(
        release=release,
        programme=programme,
        entries=entries,
        by_code={entry.record.code: place for place, entry in enumerate(entries)},
        by_county=_grouped(entry.record.county_code for entry in entries),
        by_town=_grouped(entry.record.town_code for entry in entries),
        grid=Grid([(entry.record.lat, entry.record.lon) for entry in entries]),
    )


def _entry(feature: _Feature, programme: Programme) -> Entry:
    lon, lat = feature.geometry.coordinates
    properties: dict[str, Any] = msgspec.json.decode(feature.properties)
    known = {name: value for name, value in properties.items() if name in _RECORD_FIELDS}
    known["counts"] = {p: properties[p] for p in programme.product_ids}
    known["levels"] = {p: properties[f"{p}_level"] for p in programme.product_ids}
    record = msgspec.convert(known | {"lon": lon, "lat": lat}, OutletRecord)
    # The fields of the GeoJSON, byte for byte, and the point beside them.
    fragment = b'%b,"lon":%b,"lat":%b}' % (
        bytes(feature.properties).rstrip()[:-1],
        msgspec.json.encode(lon),
        msgspec.json.encode(lat),
    )
    return Entry(record=record, text=_search_text(record), fragment=fragment)


def _search_text(record: OutletRecord) -> str:
    """Join what free text looks at; the line breaks keep a word from spanning two fields."""
    town = towns_by_code().get(record.town_code)
    english = f"{town.town_en}\n{town.county_en}\n{town.town_en}" if town else ""
    kind = KINDS[record.kind].zh if record.kind in KINDS else ""
    fields = (record.name, record.address, record.code, f"{record.county}{record.town}", kind)
    return "\n".join([*map(fold, fields), *map(fold, english.split("\n"))])


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
