"""An address with a slash too many at its end leads to the page without it.

The web server's own middleware also tries every unknown address without its last letter, and takes
``%2F`` for a slash; this one does neither.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler
from yarl import URL


@web.middleware
async def without_last_slash(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Lead on where the address without its last slash is one.

    Raises:
        HTTPPermanentRedirect: to that address, with the same query, on this site.
    """
    path, mark, query = request.raw_path.partition("?")
    unknown = request.match_info.http_exception is not None
    if unknown and path.endswith("/") and not path.startswith("//"):
        shorter = path[:-1]
        meant = request.clone(rel_url=URL(shorter or "/", encoded=True))
        if (await request.app.router.resolve(meant)).http_exception is None:
            raise web.HTTPPermanentRedirect(shorter + mark + query)
    return await handler(request)
