"""Small samples of each format, dated, for a first look and for tests of programs."""

from __future__ import annotations

from functools import cache

from aiohttp import web

from core.errors import NotFound
from core.releases import sha256_hex
from core.resources import data_path
from public_site.answers import is_known

routes = web.RouteTableDef()

_TYPES = {
    ".atom": "application/atom+xml",
    ".csv": "text/csv; charset=utf-8",
    ".geojson": "application/geo+json",
    ".json": "application/json",
    ".ndjson": "application/x-ndjson",
}
_A_DAY = "public, max-age=86400"


@cache
def all_samples() -> dict[str, bytes]:
    """Return every sample by its name, such as ``maskdata-sample-2020-02-06.csv``."""
    paths = sorted(data_path("sandbox/samples").iterdir())
    return {path.name: path.read_bytes() for path in paths if path.suffix in _TYPES}


@routes.get("/data/samples/{name}")
async def sample(request: web.Request) -> web.Response:
    """Answer a sample.

    Raises:
        NotFound: there is none of that name.
    """
    name = request.match_info["name"]
    body = all_samples().get(name)
    if body is None:
        raise NotFound(f"the samples are {', '.join(all_samples())}", code="FILE_UNKNOWN")
    headers = {"ETag": f'"{sha256_hex(body)}"', "Cache-Control": _A_DAY}
    if is_known(request, headers["ETag"]):
        return web.Response(status=304, headers=headers)
    headers["Content-Type"] = _TYPES[f".{name.rpartition('.')[2]}"]
    return web.Response(body=body, headers=headers)
