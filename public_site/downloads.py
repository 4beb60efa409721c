"""Files of the snapshots: the current one from memory, older ones from their folder.

No path is ever made of what a client sent: a name is looked up in a verified manifest, a sequence
is a number. Everything here can be checked by a stranger: manifest, signatures and key are files
like the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from core.domain.snapshot import FileEntry, Manifest, release_folder
from core.errors import NotFound
from core.releases import (
    CURRENT,
    MANIFEST,
    SIGNATURE,
    entry_of,
    read_file,
    read_manifest_of,
    sha256_hex,
)
from public_site.answers import BRIEFLY, FOR_EVER, accepts_gzip, is_known, prepared, problem
from public_site.keys import BASE, SNAPSHOTS
from public_site.serving.ready import Lasts, Ready
from public_site.snapshots import Look, Snapshots
from public_site.view import Release

routes = web.RouteTableDef()

PUBLIC_KEY = "public-key.pem"
_PACKED = ".gz"
_TEXT, _JSON, _PEM = "text/plain; charset=utf-8", "application/json", "application/x-pem-file"
# The addresses that the apps of 2020 asked.
ADDRESSES_OF_2020 = {
    "/resource/mask/maskdata.csv": "maskdata.csv",
    "/json/points.json": "points.json",
}


class Gone(NotFound):
    """A snapshot that was published and has been removed since."""

    code = "SNAPSHOT_GONE"


@dataclass(frozen=True)
class Download:
    """A file as it goes out. ``tag`` is a strong entity tag: it changes with any byte."""

    body: bytes
    media_type: str
    tag: str
    packed: bool = False


@routes.get("/data/{file}")
async def current_file(request: web.Request) -> web.StreamResponse:
    """Answer a file of the current snapshot."""
    return _answer_current(request, request.match_info["file"])


@routes.get("/resource/mask/maskdata.csv")
@routes.get("/json/points.json")
async def file_of_2020(request: web.Request) -> web.StreamResponse:
    """Answer the current file at the address that it had in 2020."""
    path = request.path.removeprefix(request.app[BASE])
    return _answer_current(request, ADDRESSES_OF_2020[path])


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
    found = _choose(request, release, name)
    return _send(request, look, found, FOR_EVER, _describe(release.manifest))


def _answer_current(request: web.Request, name: str) -> web.StreamResponse:
    look = request.app[SNAPSHOTS].look()
    found = _about_now(request, look, name)
    if found is None:
        found = _choose(request, look.view.release, name)
    return _send(request, look, found, BRIEFLY, _describe(look.view.manifest))


def _about_now(request: web.Request, look: Look, name: str) -> Download | None:
    """Return one of the files that stand beside the releases, not in one."""
    published = look.published
    if name == CURRENT:
        return Download(published.current_body, _JSON, _tag(published.current_body))
    if name == f"{CURRENT}{SIGNATURE}":
        return Download(published.current_signature, _TEXT, _tag(published.current_signature))
    if name == PUBLIC_KEY:
        body = published.public_key_pem
        return Download(body, _PEM, _tag(body))
    return None


def _older_release(snapshots: Snapshots, look: Look, sequence: int, name: str) -> Release:
    """Read the one file that is asked for, with its manifest, from an older release.

    Raises:
        Gone: it has been removed. NotFound: there never was such a snapshot.
    """
    if not 0 < sequence < look.view.sequence:
        raise NotFound(f"there is no snapshot {sequence}", code="SNAPSHOT_UNKNOWN")
    folder = snapshots.folder
    gone = Gone(
        f"{name} of snapshot {sequence} has been removed; the current snapshot is"
        f" {look.view.sequence}, at /data/{CURRENT}; what changed since is at"
        f" /api/v1/changes?since={sequence}, for a day"
    )
    try:
        manifest, body = read_manifest_of(folder, sequence, snapshots.public_key())
        signature = (folder / release_folder(sequence) / f"{MANIFEST}{SIGNATURE}").read_bytes()
    except (NotFound, FileNotFoundError):
        raise gone from None
    files = _files_left(folder, manifest, {name, name + _PACKED})
    if name not in files and any(entry.path == name for entry in manifest.files):
        raise gone
    return Release(manifest, body, signature, files)


def _files_left(folder: Path, manifest: Manifest, names: Set[str]) -> dict[str, bytes]:
    """Read those of the files that the release had and still has."""
    files = {}
    for entry in manifest.files:
        if entry.path in names:
            with contextlib.suppress(NotFound):
                files[entry.path] = read_file(folder, manifest, entry.path)
    return files


def _choose(request: web.Request, release: Release, name: str) -> Download:
    """Find a file by name, packed where the client takes that and the release has it ready.

    Raises:
        NotFound: the release has no such file.
    """
    if name == MANIFEST:
        return Download(release.manifest_body, _JSON, _tag(release.manifest_body))
    if name == f"{MANIFEST}{SIGNATURE}":
        return Download(release.manifest_signature, _TEXT, _tag(release.manifest_signature))
    plain = _entry(release, name)
    if accepts_gzip(request) and "Range" not in request.headers:
        ready = next((e for e in release.manifest.files if e.path == name + _PACKED), None)
        if ready is not None and ready.path in release.files:
            body = release.files[ready.path]
            return Download(body, plain.media_type, f'"{ready.sha256}"', packed=True)
    return Download(release.files[name], plain.media_type, f'"{plain.sha256}"')


def _entry(release: Release, name: str) -> FileEntry:
    try:
        return entry_of(release.manifest, name)
    except NotFound:
        raise NotFound(
            f"snapshot {release.manifest.sequence} has no file of that name; its files are listed"
            f" in /data/{release.manifest.sequence}/{MANIFEST}",
            code="FILE_UNKNOWN",
        ) from None


def _send(
    request: web.Request, look: Look, found: Download, cache: str, about: Mapping[str, str]
) -> web.StreamResponse:
    headers = {
        **about,
        "ETag": found.tag,
        "Cache-Control": cache,
        "Vary": "Accept-Encoding",
        "Accept-Ranges": "bytes",
    }
    headers["Content-Type"] = found.media_type
    if found.packed:
        headers["Content-Encoding"] = "gzip"
    elif (part := _range_of(request, found)) is not None:
        return _part(request, found, headers, part)
    return prepared(request, Ready(200, headers, found.body), Lasts.MINUTE, look)


def _part(
    request: web.Request, found: Download, headers: dict[str, str], part: range
) -> web.StreamResponse:
    """Answer the range that is asked for; nothing where the client has the file already."""
    size = len(found.body)
    if is_known(request, found.tag):
        return prepared(request, Ready(200, headers))
    if part.start >= part.stop:
        answer = problem(416, "RANGE_INVALID", f"the file has {size} bytes; ask for some of these")
        answer.headers["Content-Range"] = f"bytes */{size}"
        return answer
    headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
    return prepared(request, Ready(206, headers, found.body[part.start : part.stop]))


def _range_of(request: web.Request, found: Download) -> range | None:
    """Return the bytes asked for; None where no range, or none that can be used, is named."""
    if "Range" not in request.headers:
        return None
    if request.headers.get("If-Range", found.tag) != found.tag:
        return None
    try:
        asked = request.http_range
    except ValueError:
        return None
    return range(*asked.indices(len(found.body))[:2])


def _describe(manifest: Manifest) -> dict[str, str]:
    """Name the snapshot in headers, since the files themselves have no envelope."""
    return {
        "X-Snapshot": str(manifest.sequence),
        "X-As-Of": manifest.as_of,
        "X-Published-At": manifest.published_at,
    }


def _tag(body: bytes) -> str:
    return f'"{sha256_hex(body)}"'
