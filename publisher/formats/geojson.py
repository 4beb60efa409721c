"""outlets.geojson: every outlet as a feature (RFC 7946), one a line.

Properties are flat, and named as in the record; the numbers of a product stand under its id. The
members ``snapshot``, ``as_of`` and ``published_at`` of the collection name the release.
"""

from __future__ import annotations

from operator import attrgetter

import msgspec

from core.domain.calendar import source_time
from core.domain.snapshot import OutletRecord
from publisher.release_data import WHAT_ELSE, WHO_AND_WHERE, ReleaseData, Stated, joined
from publisher.times import parse_rfc3339

PATH = "outlets.geojson"
MEDIA_TYPE = "application/geo+json"

_FIRST = (*WHO_AND_WHERE, "coordinate_source", "coordinate_precision")
_DECIMALS = 6
_first, _last = attrgetter(*_FIRST), attrgetter(*WHAT_ELSE)
_encode = msgspec.json.Encoder().encode


def write(release: ReleaseData) -> tuple[bytes, int]:
    """Write the file; a feature ends with the release's two times, which join the features."""
    products = release.products

    def fragment(record: OutletRecord) -> bytes:
        properties: dict[str, object] = dict(zip(_FIRST, _first(record), strict=True))
        for product in products:
            properties[product] = record.counts.get(product, 0)
            properties[f"{product}_level"] = record.levels.get(product, "none")
        properties.update(zip(WHAT_ELSE, _last(record), strict=True))
        point = {"type": "Point", "coordinates": _position(record)}
        feature = {"type": "Feature", "id": record.code, "geometry": point}
        return b'%b,"properties":%b' % (_encode(feature)[:-1], _encode(properties)[:-1])

    features = release.fragments(PATH, fragment)
    times = {"valid_at": release.valid_at, "published_at": release.published}
    tail = b",%b}" % _encode(times)[1:]
    members = {
        "type": "FeatureCollection",
        "snapshot": release.sequence,
        "as_of": release.valid_at,
        "published_at": release.published,
    }
    head = b'%b,"features":[\n' % _encode(members)[:-1]
    end = tail + b"\n]}\n" if features else b"]}\n"
    return joined(features, tail + b",\n", head, end), len(features)


def _position(record: OutletRecord) -> list[float]:
    return [round(record.lon, _DECIMALS), round(record.lat, _DECIMALS)]


class _Feature(msgspec.Struct):
    properties: dict[str, object]


class _Collection(msgspec.Struct):
    snapshot: int
    as_of: str
    features: list[_Feature]


_decode = msgspec.json.Decoder(_Collection).decode


def read(body: bytes) -> Stated:
    """Read the file back.

    Raises:
        ValueError: it is not such a file.
    """
    collection = _decode(body)
    names: dict[str, str] = {}
    numbers: dict[str, dict[str, int]] = {}
    for feature in collection.features:
        code = str(feature.properties["code"])
        names[code] = str(feature.properties["name"])
        numbers[code] = _numbers(feature.properties)
        if feature.properties["valid_at"] != collection.as_of:
            raise ValueError(f"{code} is valid at another time than the file")
    return Stated(
        source_time(parse_rfc3339(collection.as_of)),
        names,
        numbers,
        whole=True,
        rows=len(collection.features),
        sequence=collection.snapshot,
    )


def _numbers(properties: dict[str, object]) -> dict[str, int]:
    """Pick what has a level beside it: the products."""
    return {
        name: value
        for name, value in properties.items()
        if f"{name}_level" in properties and isinstance(value, int)
    }
