"""Files of the snapshots: the current one from memory, what is large or old from the folder.

No path is ever made of what a client sent: a name is looked up in a verified manifest, a sequence
is a number. Everything here can be checked by a stranger: manifest, signatures and key are files
like the others.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

from aiohttp import hdrs, web

from core.domain.snapshot import FileEntry, Manifest, release_folder
from core.errors import NotFound
from core.releases import (
    BROTLI,
    CURRENT,
    GZIPPED,
    MANIFEST,
    SIGNATURE,
    entry_of,
    read_file,
    read_manifest_of,
)
from public_site.answers import BRIEFLY, FOR_EVER, codings
from public_site.beside import BESIDE, read_beside
from public_site.keys import BASE, SNAPSHOTS
from public_site.sending import Download, send, whole
from public_site.snapshots import Look, Published, Snapshots
from public_site.view import Release

routes = web.RouteTableDef()

PUBLIC_KEY, BY_TOWN = "public-key.pem", "by-town/"
_SUFFIXES = {"br": BROTLI, "gzip": GZIPPED}
_TEXT, _JSON, _PEM = "text/plain; charset=utf-8", "application/json", "application/x-pem-file"
# The addresses that the apps of 2020 asked.
ADDRESSES_OF_2020 = {
    "/resource/mask/maskdata.csv": "maskdata.csv",
    "/json/points.json": "points.json",
}


class Gone(NotFound):
    """A snapshot that was published and has been removed since."""

    code = "SNAPSHOT_GONE"


class Wanted(NamedTuple):
    """The file of a release that answers: itself or a packed copy, and as what it goes out."""

    entry: FileEntry
    media_type: str
    coding: str


@routes.get("/data/{file}")
async def current_file(request: web.Request) -> web.StreamResponse:
    """Answer a file of the current snapshot, or one that stands beside the snapshots."""
    return await _answer_current(request, request.match_info["file"])


@routes.get("/data/by-town/{file}")
async def town_file(request: web.Request) -> web.StreamResponse:
    """Answer the current outlets of one town."""
    return await _answer_current(request, f"{BY_TOWN}{request.match_info['file']}")


@routes.get("/resource/mask/maskdata.csv")
@routes.get("/json/points.json")
async def file_of_2020(request: web.Request) -> web.StreamResponse:
    """Answer the current file at the address that it had in 2020."""
    path = request.path.removeprefix(request.app[BASE])
    return await _answer_current(request, ADDRESSES_OF_2020[path])


@routes.get("/data/{sequence:[0-9]{1,10}}/{file:.+}")
async def numbered_file(request: web.Request) -> web.StreamResponse:
    """Answer a file of a snapshot by its number; it never changes."""
    snapshots = request.app[SNAPSHOTS]
    look = snapshots.look()
    sequence, name = int(request.match_info["sequence"]), request.match_info["file"]
    if sequence == look.view.sequence:
        release = look.view.release
    else:
        release = await asyncio.to_thread(_older_release, snapshots, look, sequence, name)
    found = await _choose(request, look, release, name)
    return send(request, found, FOR_EVER, _describe(release.manifest), look)


async def _answer_current(request: web.Request, name: str) -> web.StreamResponse:
    snapshots = request.app[SNAPSHOTS]
    look = snapshots.look()
    if name.removesuffix(SIGNATURE) in BESIDE:
        return await read_beside(request, name)
    found = _about_now(look.published, name)
    if found is None:
        found = await _choose(request, look, look.view.release, name)
    return send(request, found, BRIEFLY, _describe(look.view.manifest), look)


def _about_now(published: Published, name: str) -> Download | None:
    """Return one of the files that say what is current."""
    if name == CURRENT:
        return whole(published.current_body, _JSON)
    if name == f"{CURRENT}{SIGNATURE}":
        return whole(published.current_signature, _TEXT)
    if name == PUBLIC_KEY:
        return whole(published.public_key_pem, _PEM)
    return None


def _older_release(snapshots: Snapshots, look: Look, sequence: int, name: str) -> Release:
    """Read the manifest of an older release; its files are read when they are asked for.

    Raises:
        Gone: it has been removed. NotFound: there never was such a snapshot.
    """
    if not 0 < sequence < look.view.sequence:
        raise NotFound(f"there is no snapshot {sequence}", code="SNAPSHOT_UNKNOWN")
    folder = snapshots.folder
    try:
        snapshots.bring(f"{release_folder(sequence)}/{MANIFEST}")
        manifest, body = read_manifest_of(folder, sequence, snapshots.public_key())
        signature = (folder / release_folder(sequence) / f"{MANIFEST}{SIGNATURE}").read_bytes()
    except (NotFound, FileNotFoundError):
        raise _gone(look, sequence, name) from None
    return Release(manifest, body, signature, {})


def _gone(look: Look, sequence: int, name: str) -> Gone:
    return Gone(
        f"{name} of snapshot {sequence} has been removed; the current snapshot is"
        f" {look.view.sequence}, at /data/{CURRENT}; what changed since is at"
        f" /api/v1/changes?since={sequence}, for a day"
    )


async def _choose(request: web.Request, look: Look, release: Release, name: str) -> Download:
    """Find a file by name, packed where the client takes that and the release has it ready.

    Raises:
        NotFound: the release has no such file. Gone: it had.
    """
    if name == MANIFEST:
        return whole(release.manifest_body, _JSON)
    if name == f"{MANIFEST}{SIGNATURE}":
        return whole(release.manifest_signature, _TEXT)
    wanted = _wanted(release.manifest, name, _packings(request))
    try:
        body = await _body(request.app[SNAPSHOTS], look, release, wanted.entry)
    except Gone:
        # Of an old snapshot the packed copies go first.
        wanted = _wanted(release.manifest, name, ())
        body = await _body(request.app[SNAPSHOTS], look, release, wanted.entry)
    return Download(body, wanted.media_type, f'"{wanted.entry.sha256}"', wanted.coding)


async def _body(snapshots: Snapshots, look: Look, release: Release, entry: FileEntry) -> bytes:
    kept = release.files.get(entry.path)
    return kept if kept is not None else await _from_folder(snapshots, look, release, entry)


def _packings(request: web.Request) -> Sequence[str]:
    """Return how the answer may be packed; parts are parts of the plain file."""
    if hdrs.RANGE in request.headers:
        return ()
    return codings(request.headers.get(hdrs.ACCEPT_ENCODING, ""))


def _wanted(manifest: Manifest, name: str, packings: Sequence[str]) -> Wanted:
    plain = _entry(manifest, name)
    by_path = {entry.path: entry for entry in manifest.files if entry.path.startswith(name)}
    for coding in packings:
        ready = by_path.get(name + _SUFFIXES[coding])
        if ready is not None:
            return Wanted(ready, plain.media_type, coding)
    return Wanted(plain, plain.media_type, "")


async def _from_folder(
    snapshots: Snapshots, look: Look, release: Release, entry: FileEntry
) -> bytes:
    """Read a file that is not kept in memory; the last ones read are remembered for a while."""
    manifest = release.manifest
    key = ("file", manifest.sequence, entry.path)
    kept = look.published.packed.get(key)
    if kept is not None:
        return kept
    try:
        body = await asyncio.to_thread(_read_file, snapshots, manifest, entry.path)
    except NotFound:
        raise _gone(look, manifest.sequence, entry.path) from None
    return look.published.packed.keep(key, body)


def _read_file(snapshots: Snapshots, manifest: Manifest, path: str) -> bytes:
    snapshots.bring(f"{release_folder(manifest.sequence)}/{path}")
    return read_file(snapshots.folder, manifest, path)


def _entry(manifest: Manifest, name: str) -> FileEntry:
    try:
        return entry_of(manifest, name)
    except NotFound:
        raise NotFound(
            f"snapshot {manifest.sequence} has no file of that name; its files are listed"
            f" in /data/{manifest.sequence}/{MANIFEST}",
            code="FILE_UNKNOWN",
        ) from None


def _describe(manifest: Manifest) -> dict[str, str]:
    """Name the snapshot in headers, since the files themselves have no envelope."""
    return {
        "X-Snapshot": str(manifest.sequence),
        "X-As-Of": manifest.as_of,
        "X-Published-At": manifest.published_at,
    }
