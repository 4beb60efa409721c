"""The JSON interface under ``/api/v1``: open data, one snapshot in each answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from aiohttp import web
from multidict import MultiMapping

from core.domain.geography import DIRECTIONS, bearing_deg
from core.domain.outlets import valid_code
from core.errors import NotFound
from public_site import parameters
from public_site.answers import json_answer
from public_site.keys import BASE, SNAPSHOTS
from public_site.parameters import BadParameter, encode_cursor
from public_site.search import (
    FURTHEST_M,
    PARAMETERS,
    Query,
    moment_asked,
    read_query,
    select,
    wanted,
)
from public_site.snapshots import Look
from public_site.view import View

routes = web.RouteTableDef()

Asked = TypeVar("Asked")

_DIRECTIONS = [name.en.encode() for name in DIRECTIONS]
DEFAULT_RADIUS_M = 3000
DEFAULT_NEAREST, MOST_NEAREST = 20, 100
DEFAULT_LIMIT, MOST_LIMIT = 100, 1000


class _List(msgspec.Struct, frozen=True):
    """A question for a list, understood."""

    query: Query
    after: str
    limit: int


class _Near(msgspec.Struct, frozen=True):
    """A question for what is near, understood."""

    query: Query
    point: tuple[float, float]
    limit: int
    radius_m: float


@routes.get("/api/v1/outlets")
async def list_outlets(request: web.Request) -> web.Response:
    """Answer the outlets that a query means, ascending by code, a page at a time."""
    look = request.app[SNAPSHOTS].look()
    asked = understood(request, look, _read_list)
    rest = look.view.answers.get(asked)
    if rest is None:
        base, sent = request.app[BASE], joined(request.query)
        rest = look.view.answers.keep(asked, _page_of(look.view, asked, sent, base))
    return json_answer(request, look, rest, asked, asked.query.moment)


@routes.get("/api/v1/outlets/{code}")
async def one_outlet(request: web.Request) -> web.Response:
    """Answer one outlet as the member ``outlet``."""
    look = request.app[SNAPSHOTS].look()
    code = request.match_info["code"]
    place = look.view.by_code.get(code)
    if place is None:
        raise unknown_outlet(code)
    fragment = look.view.entries[place].fragment
    return json_answer(request, look, b'"outlet":%b}' % fragment, code)


@routes.get("/api/v1/nearby")
async def nearby(request: web.Request) -> web.Response:
    """Answer the nearest outlets that a query means, with ``distance_m`` and ``direction``."""
    look = request.app[SNAPSHOTS].look()
    asked = understood(request, look, _read_near)
    rest = look.view.answers.get(asked)
    if rest is None:
        found = nearest(
            look.view, asked.query, asked.point, limit=asked.limit, radius_m=asked.radius_m
        )
        rest = look.view.answers.keep(asked, _nearest_json(look.view, asked.point, found))
    return json_answer(request, look, rest, asked, asked.query.moment)


@routes.get("/api/v1/snapshot")
async def snapshot(request: web.Request) -> web.Response:
    """Answer what the snapshot is: times, position in the ledger, rules, counts, files."""
    look = request.app[SNAPSHOTS].look()
    manifest, base = look.view.manifest, request.app[BASE]
    rules = manifest.rules
    rest = {
        "ttl_s": manifest.ttl_s,
        "ledger_position": manifest.ledger_position,
        "state_position": manifest.state_position,
        "previous": manifest.previous,
        "audit_head": manifest.audit_head,
        "audit_position": manifest.audit_position,
        "manifest": f"{base}/data/{look.published.current.manifest}",
        "sha256": look.published.current.sha256,
        "rules": {
            "programme": rules.programme,
            "block": rules.block,
            "pinned": rules.pinned,
            "hash": rules.hash,
            "words": rules.words,
        },
        "counts": manifest.counts,
        "files": [
            {**msgspec.to_builtins(entry), "url": f"{base}/data/{manifest.sequence}/{entry.path}"}
            for entry in manifest.files
        ],
        "disclaimer": manifest.disclaimer,
    }
    return json_answer(request, look, msgspec.json.encode(rest)[1:], "snapshot")


def nearest(
    view: View, query: Query, point: tuple[float, float], *, limit: int, radius_m: float
) -> list[tuple[float, int]]:
    """Return the nearest outlets that a query means as ``(distance_m, place)``."""
    lat, lon = point
    return view.grid.nearest(
        lat, lon, limit=limit, radius_m=radius_m, wanted=wanted(view, query), name=query
    )


def understood(
    request: web.Request, look: Look, read: Callable[[Mapping[str, str], View, datetime], Asked]
) -> Asked:
    """Return what the text of a query means, read once for each snapshot, and minute if asked."""
    memory = look.view.understood
    key = (read, request.query_string, moment_asked(request.query, look.now))
    known = memory.get(key)
    if known is None:
        known = memory.keep(key, read(joined(request.query), look.view, look.now))
    return known


def _read_list(sent: Mapping[str, str], view: View, now: datetime) -> _List:
    limit = parameters.whole(sent, "limit", 1, MOST_LIMIT, DEFAULT_LIMIT)
    return _List(read_query(sent, view, now), parameters.cursor(sent), limit)


def _read_near(sent: Mapping[str, str], view: View, now: datetime) -> _Near:
    point = parameters.position(sent)
    if point is None:
        raise BadParameter(
            "lat", "lat and lon are needed: degrees, such as lat=25.0478&lon=121.517"
        )
    radius_m = parameters.number(sent, "radius_m", 1, FURTHEST_M) or DEFAULT_RADIUS_M
    limit = parameters.whole(sent, "limit", 1, MOST_NEAREST, DEFAULT_NEAREST)
    return _Near(read_query(sent, view, now), point, limit, radius_m)


def joined(query: MultiMapping[str]) -> dict[str, str]:
    """Return the parameters as one text each; a repeated one becomes a list with commas.

    Empty ones, which forms send, are left out.
    """
    found: dict[str, str] = {}
    for name, value in query.items():
        if value:
            found[name] = f"{found[name]},{value}" if name in found else value
    return found


def unknown_outlet(code: str) -> NotFound:
    """Return the error for a code that the snapshot does not have."""
    if valid_code(code):
        return NotFound(f"no outlet has the code {code}", code="OUTLET_UNKNOWN")
    return NotFound(
        "an outlet's code has ten characters, such as 5901012345", code="OUTLET_UNKNOWN"
    )


def _page_of(view: View, asked: _List, sent: Mapping[str, str], base: str) -> bytes:
    places = select(view, asked.query)
    rest = [place for place in places if view.entries[place].record.code > asked.after]
    page, more = rest[: asked.limit], len(rest) > asked.limit
    cursor = encode_cursor(view.entries[page[-1]].record.code) if more else None
    same = {name: sent[name] for name in (*PARAMETERS, "limit") if sent.get(name)}
    following = f"{base}/api/v1/outlets?{urlencode({**same, 'cursor': cursor})}" if more else None
    members = {"total": len(places), "next_cursor": cursor, "next": following}
    outlets = b",".join(view.entries[place].fragment for place in page)
    return b'"outlets":[%b],%b' % (outlets, msgspec.json.encode(members)[1:])


def _nearest_json(
    view: View, point: tuple[float, float], found: Sequence[tuple[float, int]]
) -> bytes:
    return b'"outlets":[%b]}' % b",".join(_with_way(view, point, d, p) for d, p in found)


def _with_way(view: View, point: tuple[float, float], distance_m: float, place: int) -> bytes:
    """Return an outlet's object with how far it is (metres, to the decimetre) and where."""
    entry = view.entries[place]
    bearing = bearing_deg(*point, entry.record.lat, entry.record.lon)
    return b'%b,"distance_m":%.1f,"bearing_deg":%d,"direction":"%b"}' % (
        entry.fragment[:-1],
        distance_m,
        round(bearing) % 360,
        _DIRECTIONS[round(bearing / 45) % 8],
    )
