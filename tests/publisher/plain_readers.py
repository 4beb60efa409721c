"""The formats of a release, read as a stranger would: with csv, json and pyarrow, not our readers.

Each reader returns pieces by outlet code: adult and child. A format that nobody reads here is a
fault of the test that uses these.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import brotli
import pyarrow.parquet as pq

Numbers = dict[str, tuple[int, int]]
ADULT, CHILD = "adult_mask", "child_mask"
# What lists no number of every outlet: changes (tried apart), lists of files, news.
NUMBERLESS = {"changes.ndjson", "feeds.json", "outlet_information.json", "restocks.atom"}


def _pairs(rows: Iterable[Mapping[str, Any]], code: str, adult: str, child: str) -> Numbers:
    return {str(row[code]): (int(row[adult]), int(row[child])) for row in rows}


def _csv(code: str, adult: str, child: str) -> Callable[[bytes], Numbers]:
    def read(body: bytes) -> Numbers:
        rows = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
        return _pairs(rows, code, adult, child)

    return read


def _features(code: str, adult: str, child: str) -> Callable[[bytes], Numbers]:
    def read(body: bytes) -> Numbers:
        rows = (one["properties"] for one in json.loads(body)["features"])
        return _pairs(rows, code, adult, child)

    return read


def _lines(body: bytes) -> Numbers:
    return _pairs(map(json.loads, body.decode().split("\n")[:-1]), "code", ADULT, CHILD)


def _status(body: bytes) -> Numbers:
    return _pairs(json.loads(body)["data"]["outlets"], "outlet_id", ADULT, CHILD)


def _parquet(body: bytes) -> Numbers:
    rows = pq.read_table(io.BytesIO(body), columns=["code", ADULT, CHILD]).to_pylist()
    return _pairs(rows, "code", ADULT, CHILD)


def _shard(body: bytes) -> Numbers:
    return _pairs(json.loads(body)["outlets"], "code", ADULT, CHILD)


READERS: dict[str, Callable[[bytes], Numbers]] = {
    "maskdata.csv": _csv("醫事機構代碼", "成人口罩剩餘數", "兒童口罩剩餘數"),
    "maskdata-all.csv": _csv("code", ADULT, CHILD),
    "outlets.geojson": _features("code", ADULT, CHILD),
    "points.json": _features("id", "mask_adult", "mask_child"),
    "outlets.ndjson": _lines,
    "outlet_status.json": _status,
    "outlets.parquet": _parquet,
    "by-town/": _shard,
}
UNPACK: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.decompress, ".br": brotli.decompress}


def numbers_in(bodies: Mapping[str, bytes]) -> dict[str, Numbers]:
    """Return what each format says, by the name of the format.

    Raises:
        AssertionError: a packed copy holds something else, or a file has no reader here.
    """
    said: dict[str, Numbers] = {}
    for path, body in bodies.items():
        plain, dot, ending = path.rpartition(".")
        if dot + ending in UNPACK:
            assert UNPACK[dot + ending](body) == bodies[plain], path
            continue
        if path in NUMBERLESS:
            continue
        name = f"{path.partition('/')[0]}/" if "/" in path else path
        assert name in READERS, f"nobody reads {path} as a stranger would: add a reader"
        said.setdefault(name, {}).update(READERS[name](body))
    return said
