"""by-town/<town code>.json: the outlets of one town, for telephones; see the folder as shards.

A file is the last release's while no outlet of the town is another, so ``changed_in`` and
``as_of`` name the release that last wrote it. Outlets whose town nobody knows are in
``unknown.json``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from core.domain.snapshot import OutletRecord
from publisher.release_data import ReleaseData, Stated, Town, Written, joined, numbers_in

FOLDER = "by-town/"
MEDIA_TYPE = "application/json"
PATHS = (FOLDER,)
UNKNOWN = "unknown"

_PLACE = ("town_code", "town", "county_code", "county")
_encode = msgspec.json.Encoder().encode


def path_of(town_code: str) -> str:
    """Return the name of a town's file."""
    return f"{FOLDER}{town_code or UNKNOWN}.json"


def write(release: ReleaseData) -> list[Written]:
    """Write one file a town; none of them is made before it is known to be needed."""
    objects = release.objects()
    return [
        Written(
            path_of(code),
            MEDIA_TYPE,
            # The town is bound now, not when the file is made.
            lambda town=town: _body(release, town, objects),  # type: ignore[misc]
            len(town.places),
            town.version,
        )
        for code, town in release.towns().items()
    ]


def _body(release: ReleaseData, town: Town, objects: Sequence[bytes]) -> bytes:
    head = _head(release.records[town.places[0]])
    about = {**head, "changed_in": release.sequence, "as_of": release.valid_at}
    outlets = [objects[place] for place in town.places]
    return joined(outlets, b",\n", b'%b,"outlets":[\n' % _encode(about)[:-1], b"\n]}\n")


def _head(record: OutletRecord) -> dict[str, str]:
    """Return what all outlets of a town share; nothing for those whose town is not known."""
    return {name: getattr(record, name) if record.town_code else "" for name in _PLACE}


class _Shard(msgspec.Struct):
    town_code: str
    changed_in: int
    outlets: list[dict[str, object]]


_decode = msgspec.json.Decoder(_Shard).decode


def read(bodies: Mapping[str, bytes]) -> Stated:
    """Read the files back, as one.

    Raises:
        ValueError: one is not such a file, or has an outlet of another town.
    """
    outlets = {str(outlet["code"]): outlet for outlet in _outlets(bodies)}
    ascending = sorted(outlets)
    return Stated(
        "",
        {code: str(outlets[code]["name"]) for code in ascending},
        {code: numbers_in(outlets[code]) for code in ascending},
        whole=True,
        rows=len(outlets),
    )


def _outlets(bodies: Mapping[str, bytes]) -> Iterator[dict[str, object]]:
    for path, body in bodies.items():
        shard = _decode(body)
        if path != path_of(shard.town_code):
            raise ValueError(f"{path} says that it is of town {shard.town_code!r}")
        codes = [str(outlet["code"]) for outlet in shard.outlets]
        if codes != sorted(set(codes)):
            raise ValueError(f"{path}: its outlets do not ascend by code")
        if any(outlet["town_code"] != shard.town_code for outlet in shard.outlets):
            raise ValueError(f"{path} has an outlet of another town")
        yield from shard.outlets
