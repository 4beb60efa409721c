"""Send a file: entity tag, 304, ranges, and a packed copy where one stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from core.releases import sha256_hex
from public_site.answers import is_known, prepared, problem
from public_site.serving.ready import Lasts, Ready
from public_site.snapshots import Look


@dataclass(frozen=True)
class Download:
    """A file as it goes out.

    ``tag`` is a strong entity tag: it changes with any byte. ``coding`` is how the body is packed.
    """

    body: bytes
    media_type: str
    tag: str
    coding: str = ""


def whole(body: bytes, media_type: str) -> Download:
    """Return a file that has no packed copy."""
    return Download(body, media_type, f'"{sha256_hex(body)}"')


def send(
    request: web.Request,
    found: Download,
    cache: str,
    about: Mapping[str, str],
    look: Look | None = None,
) -> web.StreamResponse:
    """Answer with a file, or with the part of it that is asked for.

    With ``look`` the answer is remembered for its address as long as that snapshot is served.
    """
    headers = {
        **about,
        "ETag": found.tag,
        "Cache-Control": cache,
        "Vary": "Accept-Encoding",
        "Accept-Ranges": "bytes",
    }
    headers["Content-Type"] = found.media_type
    if found.coding:
        headers["Content-Encoding"] = found.coding
    elif (part := _range_of(request, found)) is not None:
        return _part(request, found, headers, part)
    lasts = Lasts.NOT if look is None else Lasts.MINUTE
    return prepared(request, Ready(200, headers, found.body), lasts, look)


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
