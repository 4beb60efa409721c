"""Make responses: entity tags, 304, gzip, cache and CORS headers in one place.

Every tag here stands for exactly the bytes' meaning: it holds the snapshot's number, when the
publisher last looked, and whether the data are stale, since all three are in the body. Tags are
weak, because the same answer may go out compressed or not.
"""

from __future__ import annotations

import zlib
from collections.abc import Hashable, Mapping
from functools import lru_cache

import msgspec
from aiohttp import hdrs, web

from public_site.serving.policy import CORS as CORS
from public_site.serving.ready import Lasts, Prepared, Ready
from public_site.snapshots import Look

# Long enough for a cache in front to carry a crowd, short enough to be seen as "now".
BRIEFLY = "public, max-age=2, must-revalidate"
FOR_EVER = "public, max-age=31536000, immutable"
NEVER = "no-store"
# Below this a compressed answer still fills one packet.
_WORTH_PACKING_BYTES = 1400
_GZIP = 16 + zlib.MAX_WBITS
JSON = "application/json"
_JSON_UTF8 = f"{JSON}; charset=utf-8"

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS",
    "Access-Control-Allow-Headers": "If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",
}


def envelope(look: Look) -> dict[str, object]:
    """Return the five members that open every answer."""
    manifest = look.view.manifest
    return {
        "snapshot": manifest.sequence,
        "as_of": manifest.as_of,
        "published_at": manifest.published_at,
        "checked_at": look.published.current.checked_at,
        "stale": look.stale,
    }


def opening(look: Look) -> bytes:
    """Return the five members as the beginning of a JSON object, up to the next member."""
    kept = look.published.packed.get(("opening", look.stale))
    if kept is None:
        made = msgspec.json.encode(envelope(look))[:-1] + b","
        kept = look.published.packed.keep(("opening", look.stale), made)
    return kept


def tag_of(look: Look, variant: str = "") -> str:
    """Return the entity tag of an answer made from this look."""
    current = look.published.current
    return f'W/"{current.sequence}-{current.checked_at}{"-stale" if look.stale else ""}{variant}"'


def json_answer(
    request: web.Request, look: Look, rest: bytes, key: Hashable, moment: str = ""
) -> Prepared:
    """Answer with the five members and ``rest`` (members, up to the closing brace).

    ``key`` names the answer among all those of this snapshot; ``moment`` is what changes in it
    with the clock alone: the minute it speaks of, or a state. The answer is remembered for its
    address until the minute is over, or the snapshot is: it may depend on nothing else.
    """
    headers = {
        "ETag": tag_of(look, moment and f"-{moment}"),
        "Cache-Control": BRIEFLY,
        "Vary": "Accept-Encoding",
        "Content-Type": _JSON_UTF8,
    }
    body = opening(look) + rest
    if len(body) > _WORTH_PACKING_BYTES and accepts_gzip(request):
        headers["Content-Encoding"] = "gzip"
        body = _packed(look, body, (key, look.stale))
    return prepared(request, Ready(200, headers, body), Lasts.MINUTE, look)


def prepared(
    request: web.Request,
    ready: Ready,
    lasts: Lasts = Lasts.NOT,
    look: Look | None = None,
) -> Prepared:
    """Answer with ready bytes; with 304 if the client has them already.

    ``lasts`` says how long the same address may be answered the same, as long as ``look`` is what
    is published: see ``Lasts``.
    """
    known = ready.status == 200 and ready.etag and is_known(request, ready.etag)
    return Prepared(ready, 304 if known else ready.status, lasts, look)


def _packed(look: Look, body: bytes, key: Hashable) -> bytes:
    kept = look.published.packed.get(key)
    return kept if kept is not None else look.published.packed.keep(key, gzipped(body))


def gzipped(body: bytes, level: int = 1) -> bytes:
    """Compress, quickly by default; the header has no time, so equal bodies give equal bytes."""
    return zlib.compress(body, level, _GZIP)


def is_known(request: web.Request, tag: str) -> bool:
    """Tell whether the client already has this (If-None-Match, weak comparison)."""
    sent = request.headers.get(hdrs.IF_NONE_MATCH)
    if sent is None:
        return False
    if sent == tag:
        return True
    opaque = tag.removeprefix("W/")
    return sent.strip() == "*" or opaque in (
        one.strip().removeprefix("W/") for one in sent.split(",")
    )


def accepts_gzip(request: web.Request) -> bool:
    """Tell whether the client takes gzip."""
    return takes_gzip(request.headers.get(hdrs.ACCEPT_ENCODING, ""))


def takes_gzip(accepted: str) -> bool:
    """Tell whether a header `Accept-Encoding` allows gzip."""
    return "gzip" in codings(accepted)


@lru_cache(maxsize=256)
def codings(accepted: str) -> tuple[str, ...]:
    """Return the codings that a header `Accept-Encoding` allows, the smallest answer first."""
    weights = dict(map(_coding, accepted.lower().split(",")))
    anything = weights.get("*", 0.0)
    return tuple(name for name in ("br", "gzip") if weights.get(name, anything) > 0)


def _coding(part: str) -> tuple[str, float]:
    name, _, parameters = part.partition(";")
    _, _, weight = parameters.replace(" ", "").partition("q=")
    try:
        return name.strip(), float(weight) if weight else 1.0
    except ValueError:
        return name.strip(), 0.0


def problem(status: int, code: str, detail: str, **more: object) -> web.Response:
    """Answer with what went wrong and what to do (RFC 9457)."""
    titles: Mapping[int, str] = {
        400: "The request cannot be understood",
        403: "This is not allowed",
        404: "There is no such thing",
        405: "This is not possible here",
        408: "The request did not arrive in time",
        409: "This contradicts what is there",
        410: "It was here and has been removed",
        413: "The request is too large",
        414: "The address is too long",
        415: "This kind of body is not read here",
        416: "There is no such part of the file",
        500: "A fault of ours; it has been noted",
        503: "Nothing can be answered at the moment",
    }
    body = {
        "type": "about:blank",
        "title": titles.get(status, "The request failed"),
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }
    return web.Response(
        status=status,
        body=msgspec.json.encode(body),
        content_type="application/problem+json",
        charset="utf-8",
        headers={"Cache-Control": NEVER},
    )
