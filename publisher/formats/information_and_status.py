"""outlet_information.json and outlet_status.json: what seldom changes, and what changes all day.

After the General Bikeshare Feed Specification: an envelope of ``last_updated``, ``ttl`` and
``version`` around ``data``, and a list of the feeds, ``feeds.json``, with addresses relative to it.
The information is written anew only when some of it is other; its ``last_updated`` then says when.
The status has no value that the information has, but ``outlet_id``.

Source: GBFS 3.0, gbfs.json, station_information.json, station_status.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter

import msgspec

from core.domain.calendar import source_time
from core.domain.snapshot import OutletRecord
from publisher.release_data import (
    ReleaseData,
    Stated,
    Written,
    joined,
    numbers_in,
    position_of,
)
from publisher.times import parse_rfc3339

INFORMATION, STATUS, FEEDS = "outlet_information.json", "outlet_status.json", "feeds.json"
MEDIA_TYPE = "application/json"
PATHS = (INFORMATION, STATUS, FEEDS)
VERSION = "1.0"

_KNOWN = (
    *("name", "kind", "phone", "phone_status", "address"),
    *("county_code", "county", "town_code", "town", "coordinate_source", "coordinate_precision"),
    *("service_periods", "website"),
)
_SAID = (
    *("availability", "availability_reason", "availability_since", "availability_until"),
    *("note", "sale_windows", "tickets", "changed_at"),
)
_known, _said = attrgetter(*_KNOWN), attrgetter(*_SAID)
_encode = msgspec.json.Encoder().encode


def write(release: ReleaseData) -> list[Written]:
    """Write the three files; two of them are mostly the last release's."""
    products = release.products
    known = release.fragments(INFORMATION, _information)
    said = release.fragments(STATUS, lambda record: _status(record, products))
    # Bytes remember their hash, so this looks at those only that were made anew.
    version, rows = hash((release.ttl_s, tuple(known))), len(known)
    return [
        Written(INFORMATION, MEDIA_TYPE, lambda: _feed(release, known), rows, version),
        Written(STATUS, MEDIA_TYPE, _feed(release, said), len(said)),
        Written(FEEDS, MEDIA_TYPE, lambda: _list_of_feeds(release), 0, release.ttl_s),
    ]


def _information(record: OutletRecord) -> bytes:
    lon, lat = position_of(record)
    values = zip(_KNOWN, _known(record), strict=True)
    return _encode({"outlet_id": record.code, **dict(values), "lon": lon, "lat": lat})


def _status(record: OutletRecord, products: tuple[str, ...]) -> bytes:
    said: dict[str, object] = {"outlet_id": record.code}
    for product in products:
        said[product] = record.counts.get(product, 0)
        said[f"{product}_level"] = record.levels.get(product, "none")
    return _encode(said | dict(zip(_SAID, _said(record), strict=True)))


def _envelope(release: ReleaseData) -> dict[str, object]:
    return {"last_updated": release.valid_at, "ttl": release.ttl_s, "version": VERSION}


def _feed(release: ReleaseData, outlets: list[bytes]) -> bytes:
    head = b'%b,"data":{"outlets":[\n' % _encode(_envelope(release))[:-1]
    return joined(outlets, b",\n", head, b"\n]}}\n")


def _list_of_feeds(release: ReleaseData) -> bytes:
    feeds = [{"name": path.partition(".")[0], "url": path} for path in (INFORMATION, STATUS)]
    return _encode({**_envelope(release), "data": {"feeds": feeds}}) + b"\n"


class _Outlets(msgspec.Struct):
    outlets: list[dict[str, object]]


class _Feed(msgspec.Struct):
    last_updated: str
    ttl: int
    version: str
    data: _Outlets


class _Address(msgspec.Struct):
    name: str
    url: str


class _Addresses(msgspec.Struct):
    feeds: list[_Address]


class _ListOfFeeds(msgspec.Struct):
    data: _Addresses


_decode_feed = msgspec.json.Decoder(_Feed).decode
_decode_list = msgspec.json.Decoder(_ListOfFeeds).decode


def read(bodies: Mapping[str, bytes]) -> Stated:
    """Read the files back: names from the information, numbers from the status.

    Raises:
        ValueError: one is not such a file, or they tell of other outlets.
    """
    listed = {feed.url for feed in _decode_list(bodies[FEEDS]).data.feeds}
    if listed != {INFORMATION, STATUS}:
        raise ValueError(f"{FEEDS} lists {', '.join(sorted(listed))}")
    known, status = _decode_feed(bodies[INFORMATION]), _decode_feed(bodies[STATUS])
    names = {str(outlet["outlet_id"]): str(outlet["name"]) for outlet in known.data.outlets}
    numbers = {str(outlet["outlet_id"]): numbers_in(outlet) for outlet in status.data.outlets}
    if list(names) != list(numbers):
        raise ValueError(f"{INFORMATION} and {STATUS} list other outlets")
    return Stated(
        source_time(parse_rfc3339(status.last_updated)),
        names,
        numbers,
        whole=True,
        rows=len(status.data.outlets),
    )
