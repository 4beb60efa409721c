"""The JSON interface under ``/api/v1``: open data, one snapshot in each answer."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from urllib.parse import urlencode

import msgspec
from aiohttp import web
from multidict import MultiMapping

from core.domain.outlets import valid_code
from core.errors import NotFound
from public_site import parameters
from public_site.answers import json_answer, problem
from public_site.changes import ChangesGone
from public_site.feed_status import feed_status
from public_site.keys import BASE, SETTINGS, SNAPSHOTS
from public_site.nearby import Position, nearest, nearest_json
from public_site.parameters import BadParameter, encode_cursor
from public_site.search import (
    FURTHEST_M,
    PARAMETERS,
    Query,
    moment_asked,
    read_query,
    select,
)
from public_site.snapshots import Look
from public_site.view import OUTLETS_FILE, View

routes = web.RouteTableDef()

Asked = TypeVar("Asked")

# The usual way to ask for a place; what is written otherwise is read at leisure.
_PLAIN_PLACE = re.compile(
    r"(?:(?<=&)|^)(?P<first>lat|lon)=(?P<one>-?[0-9]{1,3}(?:\.[0-9]{1,15})?)"
    r"&(?!(?P=first))(?:lat|lon)=(?P<other>-?[0-9]{1,3}(?:\.[0-9]{1,15})?)(?=&|$)"
)
DEFAULT_RADIUS_M = 3000
DEFAULT_NEAREST, MOST_NEAREST = 20, 100
DEFAULT_LIMIT, MOST_LIMIT = 100, 1000


class _List(msgspec.Struct, frozen=True):
    """A question for a list, understood."""

    query: Query
    after: str
    limit: int


class _Near(msgspec.Struct, frozen=True):
    """A question for what is near a place, understood but for the place."""

    query: Query
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
    rest = b'"outlet":%b}}' % look.view.columns.fragment(place)
    return json_answer(request, look, rest, code)


@routes.get("/api/v1/nearby")
async def nearby(request: web.Request) -> web.Response:
    """Answer the nearest outlets that a query means, with ``distance_m`` and ``direction``."""
    look = request.app[SNAPSHOTS].look()
    asked, point = read_near(request, look)
    found = nearest(look.view, asked.query, point, limit=asked.limit, radius_m=asked.radius_m)
    rest = nearest_json(look.view, point, found)
    return json_answer(request, look, rest, (asked, point), asked.query.moment)


@routes.get("/api/v1/changes")
async def changes(request: web.Request) -> web.StreamResponse:
    """Answer the outlets that changed after a snapshot, each once, as they are now."""
    snapshots, base = request.app[SNAPSHOTS], request.app[BASE]
    look = snapshots.look()
    since = parameters.whole(joined(request.query), "since", 0, 10**10 - 1, -1)
    if since < 0:
        raise BadParameter("since", "the number of a snapshot is needed, such as since=123")
    if since > look.view.sequence:
        raise NotFound(f"there is no snapshot {since} yet", code="SNAPSHOT_UNKNOWN")
    try:
        codes = snapshots.changes.since(since)
    except ChangesGone as gone:
        full = [f"{base}/api/v1/outlets", f"{base}/data/{OUTLETS_FILE}"]
        return problem(410, gone.code, f"{gone}; fetch everything anew", full=full)
    rest = look.view.answers.get(("changes", since))
    if rest is None:
        rest = look.view.answers.keep(("changes", since), _changes(look.view, since, codes, base))
    return json_answer(request, look, rest, ("changes", since))


@routes.get("/api/v1/snapshot")
async def snapshot(request: web.Request) -> web.Response:
    """Answer what the snapshot is: times, position in the ledger, rules, counts, files."""
    look = request.app[SNAPSHOTS].look()
    manifest, base = look.view.manifest, request.app[BASE]
    rules, sunset = manifest.rules, request.app[SETTINGS].sunset
    state = feed_status(look, sunset)
    rest = {
        "feed": {"status": state, "sunset": sunset},
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
    # The end comes at midnight, with no new snapshot.
    return json_answer(request, look, msgspec.json.encode(rest)[1:], ("snapshot", state), state)


def understood(
    request: web.Request, look: Look, read: Callable[[Mapping[str, str], View, datetime], Asked]
) -> Asked:
    """Return what the text of a query means, read once for each snapshot, and minute if asked."""
    memory = look.view.understood
    # As it was sent: decoded, `%2526` and `%26` would be the same.
    sent = request.rel_url.raw_query_string
    key = (read, sent, moment_asked(request.query, look.now))
    known = memory.get(key)
    if known is None:
        known = memory.keep(key, read(joined(request.query), look.view, look.now))
    return known


def _read_list(sent: Mapping[str, str], view: View, now: datetime) -> _List:
    limit = parameters.whole(sent, "limit", 1, MOST_LIMIT, DEFAULT_LIMIT)
    return _List(read_query(sent, view, now), parameters.cursor(sent), limit)


def read_near(request: web.Request, look: Look) -> tuple[_Near, Position]:
    """Read what is asked, and from where.

    Places differ, what is asked seldom: it is understood once, without the place.
    """
    text = request.rel_url.raw_query_string
    plain = _PLAIN_PLACE.search(text)
    unusual = "%" in text or "_now=" in text or text.count("lat=") + text.count("lon=") != 2
    if plain is None or unusual:
        return understood(request, look, _read_near), _read_place(joined(request.query))
    key = (_read_near, text[: plain.start()], text[plain.end() :])
    asked = look.view.understood.get(key)
    if asked is None:
        asked = _read_near(joined(request.query), look.view, look.now)
        look.view.understood.keep(key, asked)
    lat, lon = float(plain["one"]), float(plain["other"])
    if plain["first"] == "lon":
        lat, lon = lon, lat
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        return asked, _read_place(joined(request.query))
    return asked, (lat, lon)


def _read_place(sent: Mapping[str, str]) -> Position:
    point = parameters.position(sent)
    if point is None:
        raise BadParameter(
            "lat", "lat and lon are needed: degrees, such as lat=25.0478&lon=121.517"
        )
    return point


def _read_near(sent: Mapping[str, str], view: View, now: datetime) -> _Near:
    radius_m = parameters.number(sent, "radius_m", 1, FURTHEST_M) or DEFAULT_RADIUS_M
    limit = parameters.whole(sent, "limit", 1, MOST_NEAREST, DEFAULT_NEAREST)
    return _Near(read_query(sent, view, now), limit, radius_m)


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


def _changes(view: View, since: int, codes: list[str], base: str) -> bytes:
    places = sorted(view.by_code[code] for code in codes if code in view.by_code)
    removed = sorted(code for code in codes if code not in view.by_code)
    members = {"removed": removed, "next": f"{base}/api/v1/changes?since={view.sequence}"}
    outlets = _objects(view, places)
    return b'"since":%d,"outlets":[%b],%b' % (since, outlets, msgspec.json.encode(members)[1:])


def _objects(view: View, places: Sequence[int]) -> bytes:
    return b"},".join(map(view.columns.fragment, places)) + b"}" * bool(places)


def _page_of(view: View, asked: _List, sent: Mapping[str, str], base: str) -> bytes:
    places = select(view, asked.query)
    codes = view.columns.codes
    rest = places[bisect_right(places, asked.after, key=codes.__getitem__) :]
    page, more = rest[: asked.limit], len(rest) > asked.limit
    cursor = encode_cursor(codes[page[-1]]) if more else None
    same = {name: sent[name] for name in (*PARAMETERS, "limit") if sent.get(name)}
    following = f"{base}/api/v1/outlets?{urlencode({**same, 'cursor': cursor})}" if more else None
    members = {"total": len(places), "next_cursor": cursor, "next": following}
    return b'"outlets":[%b],%b' % (_objects(view, page), msgspec.json.encode(members)[1:])
