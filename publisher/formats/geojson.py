"""outlets.geojson: every outlet as a feature (RFC 7946), one a line.

Properties are flat, and named as in the record; the numbers of a product stand under its id. The
members ``snapshot``, ``as_of`` and ``published_at`` of the collection name the release.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from core.domain.calendar import source_time
from core.domain.snapshot import OutletRecord
from publisher.release_data import ReleaseData, Stated, Written, joined, numbers_in, position_of
from publisher.times import parse_rfc3339

PATH = "outlets.geojson"
MEDIA_TYPE = "application/geo+json"

PATHS = (PATH,)

_encode = msgspec.json.Encoder().encode
# Where an outlet's object ends and its position begins; no text can hold a bare quote.
_POSITION = b',"lon":'


def write(release: ReleaseData) -> list[Written]:
    """Write the file; a feature ends with the release's two times, which join the features."""
    features = release.fragments_of_objects(PATH, _fragment)
    times = {"valid_at": release.valid_at, "published_at": release.published}
    tail = b",%b}}" % _encode(times)[1:-1]
    members = {
        "type": "FeatureCollection",
        "snapshot": release.sequence,
        "as_of": release.valid_at,
        "published_at": release.published,
    }
    head = b'%b,"features":[\n' % _encode(members)[:-1]
    end = tail + b"\n]}\n" if features else b"]}\n"
    return [Written(PATH, MEDIA_TYPE, joined(features, tail + b",\n", head, end), len(features))]


def _fragment(record: OutletRecord, said: bytes) -> bytes:
    """Return a feature up to the release's times: its properties are the object but the point."""
    feature = {
        "type": "Feature",
        "id": record.code,
        "geometry": {"type": "Point", "coordinates": position_of(record)},
    }
    return b'%b,"properties":%b' % (_encode(feature)[:-1], said[: said.rindex(_POSITION)])


class _Feature(msgspec.Struct):
    properties: dict[str, object]


class _Collection(msgspec.Struct):
    snapshot: int
    as_of: str
    features: list[_Feature]


_decode = msgspec.json.Decoder(_Collection).decode


def read(bodies: Mapping[str, bytes]) -> Stated:
    """Read the file back.

    Raises:
        ValueError: it is not such a file.
    """
    collection = _decode(bodies[PATH])
    names: dict[str, str] = {}
    numbers: dict[str, dict[str, int]] = {}
    for feature in collection.features:
        code = str(feature.properties["code"])
        names[code] = str(feature.properties["name"])
        numbers[code] = numbers_in(feature.properties)
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
