"""points.json: a drop-in for the file that the map makers of 2020 read.

Source: the community's points.json (kiang/pharmacies): properties in its order, all text but the
two numbers; ``service_periods`` 21 characters, N = open, Y = closed.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import msgspec

from core.domain.snapshot import OutletRecord
from publisher.release_data import GAP, ReleaseData, Stated, Written, joined, position_of

PATH = "points.json"
MEDIA_TYPE = "application/json"
PATHS = (PATH,)

_DAYS, _PARTS = "一二三四五六日", ("上午", "下午", "晚上")
_WORDS = {"N": "看診", "Y": "休診"}
_WHY_NOT = {
    "tickets_gone": "號碼牌已發完",
    "sold_out": "已售完",
    "paused": "暫停販售",
    "closed": "已停止販售",
    "unsure": "販售情形待確認",
}
_encode = msgspec.json.Encoder().encode


def write(release: ReleaseData) -> list[Written]:
    """Write the file; the source time of all goes into the gap that each fragment has."""
    features = release.fragments(PATH, _fragment)
    body = joined(features, b",\n", b'{"type":"FeatureCollection","features":[\n', b"\n]}\n")
    dated = body.replace(GAP, release.source_time.encode())
    return [Written(PATH, MEDIA_TYPE, dated, len(features))]


def _fragment(record: OutletRecord) -> bytes:
    properties: dict[str, object] = {
        "id": record.code,
        "name": record.name,
        "phone": record.phone,
        "address": record.address,
        "mask_adult": record.counts.get("adult_mask", 0),
        "mask_child": record.counts.get("child_mask", 0),
    }
    rest = {
        "available": opening_in_words(record.service_periods),
        "note": record.note,
        "custom_note": why_not(record),
        "website": record.website,
        "county": record.county,
        "town": record.town,
        "cunli": "",
        "service_periods": record.service_periods,
    }
    return b'{"type":"Feature","properties":%b,"updated":"%b",%b,"geometry":%b}' % (
        _encode(properties)[:-1],
        GAP,
        _encode(rest)[1:],
        _encode({"type": "Point", "coordinates": position_of(record)}),
    )


@lru_cache(maxsize=4096)
def opening_in_words(service_periods: str) -> str:
    """Spell 21 characters as the community file did: 星期一上午看診、…、星期日晚上休診."""
    if len(service_periods) != len(_DAYS) * len(_PARTS):
        return ""
    slots = (f"星期{day}{part}" for part in _PARTS for day in _DAYS)
    pairs = zip(slots, service_periods, strict=True)
    return "、".join(slot + _WORDS.get(mark, "") for slot, mark in pairs)


def why_not(record: OutletRecord) -> str:
    """Say why nobody can buy there now, whatever the number; nothing where one can."""
    words = _WHY_NOT.get(record.availability, "")
    return "：".join(text for text in (words, record.availability_reason) if text) if words else ""


class _Properties(msgspec.Struct):
    id: str
    name: str
    mask_adult: int
    mask_child: int
    updated: str


class _Feature(msgspec.Struct):
    properties: _Properties


class _Collection(msgspec.Struct):
    features: list[_Feature]


_decode = msgspec.json.Decoder(_Collection).decode


def read(bodies: Mapping[str, bytes]) -> Stated:
    """Read the file back.

    Raises:
        ValueError: it is not such a file.
    """
    points = [feature.properties for feature in _decode(bodies[PATH]).features]
    times = {point.updated for point in points}
    if len(times) > 1:
        raise ValueError(f"source times differ: {', '.join(sorted(times))}")
    return Stated(
        "".join(times),
        {point.id: point.name for point in points},
        {p.id: {"adult_mask": p.mask_adult, "child_mask": p.mask_child} for p in points},
        whole=True,
        rows=len(points),
    )
