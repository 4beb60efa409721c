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
# What divides a fragment, and what ends it. A code has no quotes, so the first is the true one;
# the times stand last, so the last is.
_PROPERTIES, _TIMES = b',"properties":', b',"valid_at":'
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
        return _encode(feature)[:-1] + _PROPERTIES + _encode(properties)[:-1]

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


def features_of(body: bytes) -> dict[str, bytes]:
    """Return the fragments of a written file by code: what each says without the release's times.

    Raises:
        ValueError: it is not such a file.
    """
    lines = body.split(b"\n")[1:-2]
    fragments = [line[: line.rfind(_TIMES)] for line in lines]
    found = {_decode_id(fragment + b"}}").id: fragment for fragment in fragments}
    if len(found) != len(_decode(body).features):
        raise ValueError("its features do not stand one a line")
    return found


def outlet_object(fragment: bytes) -> bytes:
    """Return what a fragment says as one flat object: its properties, then ``lon`` and ``lat``."""
    head, _, properties = fragment.partition(_PROPERTIES)
    lon, lat = head[head.rindex(b"[") + 1 : head.rindex(b"]")].split(b",")
    return b'%b,"lon":%b,"lat":%b}' % (properties, lon, lat)


def _position(record: OutletRecord) -> list[float]:
    return [round(record.lon, _DECIMALS), round(record.lat, _DECIMALS)]


class _Feature(msgspec.Struct):
    properties: dict[str, object]


class _Collection(msgspec.Struct):
    snapshot: int
    as_of: str
    features: list[_Feature]


class _Named(msgspec.Struct):
    id: str


_decode = msgspec.json.Decoder(_Collection).decode
_decode_id = msgspec.json.Decoder(_Named).decode


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
