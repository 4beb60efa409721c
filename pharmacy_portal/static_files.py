"""The portal's own style sheet and scripts, held in memory under their exact names."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

FOLDER = Path(__file__).parent / "static"
STYLE_SHEET = "portal.css"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class StaticFile:
    """One file: its bytes, media type and entity tag."""

    body: bytes
    content_type: str
    etag: str


def load_static_files() -> dict[str, StaticFile]:
    """Read every file of the folder; a request can name nothing else.

    The parts in ``css/`` become one style sheet, in the order of their names.
    """
    files = {path.name: path.read_bytes() for path in sorted(FOLDER.iterdir()) if path.suffix}
    files[STYLE_SHEET] = b"".join(p.read_bytes() for p in sorted((FOLDER / "css").iterdir()))
    return {name: _file(name, body) for name, body in files.items() if Path(name).suffix in _TYPES}


def _file(name: str, body: bytes) -> StaticFile:
    return StaticFile(body, _TYPES[Path(name).suffix], hashlib.sha256(body).hexdigest()[:20])


def static_response(request: web.Request, file: StaticFile) -> web.Response:
    """Answer with a file, or 304 where the browser has it; browsers ask each time."""
    tags = request.if_none_match or ()
    headers = {"ETag": f'"{file.etag}"', "Cache-Control": "no-cache"}
    if any(tag.value == file.etag for tag in tags):
        return web.Response(status=304, headers=headers)
    return web.Response(body=file.body, headers={**headers, "Content-Type": file.content_type})
