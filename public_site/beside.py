"""Files that stand beside the snapshots: the catalogue, schemas, the history and its roll-ups.

Each is signed itself, or named with its hash by the signed index of the history. What was verified
is remembered until the file is replaced; nothing is sent that was not.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aiohttp import hdrs, web

from core.domain.snapshot import HistoryFile
from core.errors import NotFound
from core.releases import (
    GZIPPED,
    HISTORY_INDEX,
    PACKED,
    SIGNATURE,
    Untrusted,
    read_history_index,
    read_listed,
    read_signed,
    sha256_hex,
)
from public_site.answers import BRIEFLY, FOR_EVER, codings, gzipped
from public_site.bounded import BoundedCache
from public_site.fingerprint import Fingerprint, fingerprint
from public_site.sending import Download, send, whole
from public_site.snapshots import Snapshots

routes = web.RouteTableDef()

DATASET = "dataset.jsonld"
_JSON, _LINKED, _TEXT = "application/json", "application/ld+json", "text/plain; charset=utf-8"
BESIDE: Mapping[str, str] = {
    "datapackage.json": _JSON,
    "dcat.jsonld": _LINKED,
    DATASET: _LINKED,
    "outlet.schema.json": "application/schema+json",
    "daily.schema.json": _JSON,
    HISTORY_INDEX: _JSON,
}
_MOST_BYTES = 32 * 2**20


class Verified(NamedTuple):
    """A file as it was when it was verified, with the line that is its signature."""

    seen: Fingerprint
    body: bytes
    packed: bytes
    signature: bytes


class Glance(NamedTuple):
    """What stands beside the snapshots now, for the page that lists it.

    ``names`` are the signed files that are there and good; ``days`` the files of the days that
    are over, the newest day first.
    """

    names: tuple[str, ...]
    dataset: bytes
    days: Mapping[str, Sequence[HistoryFile]]


class Beside:
    """The files beside the snapshots of one folder, each verified once."""

    def __init__(self, snapshots: Snapshots) -> None:
        self._snapshots = snapshots
        self._signed: dict[str, Verified] = {}
        self._listed: dict[str, HistoryFile] = {}
        self._bodies: BoundedCache[bytes] = BoundedCache(_MOST_BYTES, len)

    def signed(self, name: str) -> Verified:
        """Return a signed file; blocks.

        Raises:
            NotFound: it is not there yet. Untrusted: it is not signed by the key trusted here.
        """
        path = self._snapshots.folder / name
        seen = fingerprint(path, path.with_name(path.name + SIGNATURE))
        kept = self._signed.get(name)
        if kept is None or kept.seen != seen:
            body, signature = read_signed(path, self._snapshots.public_key())
            kept = Verified(seen, body, gzipped(body), signature + b"\n")
            self._signed[name] = kept
        return kept

    def glance(self) -> Glance:
        """Return what there is; what is missing or not good is left out. Blocks."""
        good: dict[str, bytes] = {}
        for name in BESIDE:
            with contextlib.suppress(NotFound, Untrusted):
                good[name] = self.signed(name).body
        days: dict[str, list[HistoryFile]] = {}
        for file in self._index().values() if HISTORY_INDEX in good else ():
            if file.complete and not file.path.endswith(PACKED):
                days.setdefault(file.day, []).append(file)
        newest_first = dict(sorted(days.items(), reverse=True))
        return Glance(tuple(good), good.get(DATASET, b""), newest_first)

    def listed(self, path: str) -> tuple[HistoryFile, bytes]:
        """Return a file that the index of the history names; blocks.

        Raises:
            NotFound: the index names no such file. Untrusted: the file or the index is not good.
        """
        try:
            file = self._index().get(path)
        except NotFound:
            file = None
        if file is None:
            raise NotFound(
                f"the history has no file {path}; its files are listed in /data/{HISTORY_INDEX}",
                code="FILE_UNKNOWN",
            )
        kept = self._bodies.get(file.sha256)
        if kept is None:
            self._snapshots.bring(path)
            kept = self._bodies.keep(file.sha256, read_listed(self._snapshots.folder, file))
        return file, kept

    def _index(self) -> Mapping[str, HistoryFile]:
        known = self._signed.get(HISTORY_INDEX)
        if self.signed(HISTORY_INDEX) is not known or not self._listed:
            try:
                index = read_history_index(self._snapshots.folder, self._snapshots.public_key())
            except (NotFound, Untrusted):
                self._signed.pop(HISTORY_INDEX, None)  # so that it is read again
                raise
            self._listed = {file.path: file for file in index.files}
        return self._listed


BESIDE_FILES = web.AppKey("beside", Beside)


async def read_beside(request: web.Request, name: str) -> web.StreamResponse:
    """Answer a signed file, or its signature."""
    plain = name.removesuffix(SIGNATURE)
    try:
        found = await asyncio.to_thread(_of(request).signed, plain)
    except NotFound:
        raise NotFound(f"{plain} has not been published yet", code="FILE_UNKNOWN") from None
    if name != plain:
        return send(request, whole(found.signature, _TEXT), BRIEFLY, {})
    if hdrs.RANGE in request.headers or "gzip" not in _codings(request):
        return send(request, whole(found.body, BESIDE[name]), BRIEFLY, {})
    tag = f'"{sha256_hex(found.packed)}"'
    return send(request, Download(found.packed, BESIDE[name], tag, "gzip"), BRIEFLY, {})


@routes.get(f"/data/{HISTORY_INDEX}")
@routes.get(f"/data/{HISTORY_INDEX}{SIGNATURE}")
async def history_index(request: web.Request) -> web.StreamResponse:
    """Answer which files the history has, or the signature of that."""
    name = HISTORY_INDEX + (SIGNATURE if request.path.endswith(SIGNATURE) else "")
    return await read_beside(request, name)


@routes.get("/data/history/{partition}/{file}")
async def history_file(request: web.Request) -> web.StreamResponse:
    """Answer a part of the history; the partition is ``date=YYYY-MM-DD``."""
    asked = request.match_info
    return await _listed(request, f"history/{asked['partition']}/{asked['file']}")


@routes.get("/data/daily/{file}")
async def daily_file(request: web.Request) -> web.StreamResponse:
    """Answer the roll-up of a day."""
    return await _listed(request, f"daily/{request.match_info['file']}")


async def _listed(request: web.Request, path: str) -> web.StreamResponse:
    """Answer a day's history or roll-up; once the day is over it never changes."""
    beside = _of(request)
    file, body = await asyncio.to_thread(beside.listed, path)
    found = Download(body, file.media_type, f'"{file.sha256}"')
    if hdrs.RANGE not in request.headers and "gzip" in _codings(request):
        try:
            packed, body = await asyncio.to_thread(beside.listed, path + GZIPPED)
            found = Download(body, file.media_type, f'"{packed.sha256}"', "gzip")
        except NotFound:
            pass
    cache = FOR_EVER if file.complete else BRIEFLY
    return send(request, found, cache, {})


def _codings(request: web.Request) -> tuple[str, ...]:
    return codings(request.headers.get(hdrs.ACCEPT_ENCODING, ""))


def _of(request: web.Request) -> Beside:
    return request.app[BESIDE_FILES]
