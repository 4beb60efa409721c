"""Runs in .venv-peers: PostGIS behind the aiohttp that the site uses, for the same question.

`/nearest?lat=&lon=`: the nearest 20 with stock, by great circle on the sphere. The features are
ready bytes, joined, as ours are.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator

import asyncpg
import uvloop
from aiohttp import web

POOL = web.AppKey("pool", asyncpg.Pool)
FEATURES = web.AppKey("features", dict)
_ALL = "select code, name, address, adult_mask, child_mask, st_x(g) lon, st_y(g) lat from outlets"
_NEAREST = (
    "select code from outlets where adult_mask + child_mask > 0"
    " order by g::geography <-> st_setsrid(st_makepoint($1, $2), 4326)::geography limit 20"
)
# The site's own record has more fields: the same number of bytes goes out for each outlet.
_FILL = "x" * 550


async def nearest(request: web.Request) -> web.Response:
    """Answer the nearest 20."""
    lat, lon = float(request.query["lat"]), float(request.query["lon"])
    async with request.app[POOL].acquire() as connection:
        rows = await connection.fetch(_NEAREST, lon, lat)
    features = request.app[FEATURES]
    body = b'{"outlets":[%b]}' % b",".join(features[row[0]] for row in rows)
    return web.Response(body=body, content_type="application/json")


async def opened(app: web.Application) -> AsyncIterator[None]:
    """Open the pool and prepare every outlet's bytes."""
    app[POOL] = await asyncpg.create_pool(sys.argv[1], min_size=8, max_size=8)
    rows = await app[POOL].fetch(_ALL)
    app[FEATURES] = {row["code"]: json.dumps(dict(row) | {"more": _FILL}).encode() for row in rows}
    yield
    await app[POOL].close()


if __name__ == "__main__":
    application = web.Application()
    application.cleanup_ctx.append(opened)
    application.router.add_get("/nearest", nearest)
    asyncio.set_event_loop(loop := uvloop.new_event_loop())
    web.run_app(
        application, host="127.0.0.1", port=int(sys.argv[2]), loop=loop, access_log=None, print=None
    )
