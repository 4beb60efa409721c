"""Our own style sheet, script and pictures, under addresses that name their content."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from core.errors import NotFound
from core.releases import sha256_hex
from public_site.answers import FOR_EVER, accepts_gzip, gzipped, prepared
from public_site.serving.ready import Ready

routes = web.RouteTableDef()

_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}
_BRIEFLY = "public, max-age=300, must-revalidate"
_ROBOTS = b"User-agent: *\nAllow: /\nDisallow: /*?*lat=\nDisallow: /metrics\n"


_FOLDER = Path(__file__).parent / "static"


class StaticFile:
    """A file as it goes out."""

    def __init__(self, body: bytes, media_type: str) -> None:
        self.body = body
        # Once at the start, so as tightly as can be.
        self.packed = gzipped(body, 9)
        self.version = sha256_hex(body)[:12]
        self.media_type = media_type


def _read() -> dict[str, StaticFile]:
    """Read our files; the style sheet is one, put together from its parts in their order.

    ``dist`` holds what npm has built (the map); the site works without it.
    """
    sheet = b"".join(part.read_bytes() for part in sorted((_FOLDER / "css").glob("*.css")))
    paths = [*_FOLDER.iterdir(), *(_FOLDER / "dist").glob("*")]
    files = {
        path.name: StaticFile(path.read_bytes(), _TYPES[path.suffix])
        for path in sorted(paths)
        if path.suffix in _TYPES
    }
    return files | {"site.css": StaticFile(sheet, _TYPES[".css"])}


_FILES = _read()


def address(name: str) -> str:
    """Return the address of a file; it changes with the content, so it may be kept for ever."""
    return f"/static/{name}?v={_FILES[name].version}"


def exists(name: str) -> bool:
    """Tell whether there is such a file: what npm builds may be missing."""
    return name in _FILES


@routes.get("/static/{name}")
async def static_file(request: web.Request) -> web.StreamResponse:
    """Answer one of our own files."""
    file = _FILES.get(request.match_info["name"])
    if file is None:
        raise NotFound("there is no such file", code="FILE_UNKNOWN")
    packed = accepts_gzip(request)
    exact = request.query.get("v") == file.version
    headers = {
        "ETag": f'"{file.version}{"-gz" if packed else ""}"',
        "Cache-Control": FOR_EVER if exact else _BRIEFLY,
        "Vary": "Accept-Encoding",
    }
    headers["Content-Type"] = f"{file.media_type}; charset=utf-8"
    if packed:
        headers["Content-Encoding"] = "gzip"
    return prepared(request, Ready(200, headers, file.packed if packed else file.body))


@routes.get("/favicon.ico")
async def favicon(request: web.Request) -> web.Response:
    """Answer the picture of the site for browsers that ask at the old address."""
    icon = _FILES["favicon.svg"]
    return web.Response(
        body=icon.body, content_type=icon.media_type, headers={"Cache-Control": _BRIEFLY}
    )


@routes.get("/robots.txt")
async def robots(request: web.Request) -> web.Response:
    """Tell search engines that all is open but positions."""
    return web.Response(
        body=_ROBOTS, content_type="text/plain", headers={"Cache-Control": _BRIEFLY}
    )
