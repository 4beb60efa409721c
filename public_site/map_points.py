"""``/api/v1/map``: every outlet that a query means, in as few bytes as a map needs."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import datetime
from types import MappingProxyType

import msgspec
from aiohttp import web

from core.domain.snapshot import AVAILABILITIES, OutletRecord
from public_site.answers import gzipped, json_answer, opening
from public_site.api import understood
from public_site.keys import SNAPSHOTS
from public_site.search import Query, read_query, select
from public_site.snapshots import Look
from public_site.view import Entry, View

routes = web.RouteTableDef()

# About 11 m, less than the thickness of a marker in a town; the record has the exact position.
POSITION_DECIMALS = 4
# A fifth smaller than at the level of other answers; the country takes 15 ms, once a snapshot.
_LEVEL = 6
_AVAILABILITY = MappingProxyType({name: place for place, name in enumerate(AVAILABILITIES)})


class _Map(msgspec.Struct, frozen=True):
    """A question for the map, understood: apart from the same question for the list."""

    query: Query


@routes.get("/api/v1/map")
async def map_points(request: web.Request) -> web.Response:
    """Answer all outlets that a query means as rows of ``fields``; the numbers, not the names."""
    look = request.app[SNAPSHOTS].look()
    asked = understood(request, look, _read)
    rest = look.view.answers.get(asked)
    if rest is None:
        rest = look.view.answers.keep(asked, _rows(look.view, asked.query))
    pack_tightly(look, rest, asked)
    return json_answer(request, look, rest, asked, asked.query.moment)


def pack_tightly(look: Look, rest: bytes, key: Hashable) -> None:
    """Compress a large answer well, once for all who ask; ``json_answer`` finds it by its key."""
    packed = look.published.packed
    if packed.get((key, look.stale)) is None:
        packed.keep((key, look.stale), gzipped(opening(look) + rest, _LEVEL))


def _read(sent: Mapping[str, str], view: View, now: datetime) -> _Map:
    return _Map(read_query(sent, view, now))


def _rows(view: View, query: Query) -> bytes:
    fragments = _fragments(view)
    rows = b",".join(fragments[place] for place in select(view, query))
    members = key_to_rows(view, "code")
    return b'%b,"outlets":[%b]}' % (msgspec.json.encode(members)[1:-1], rows)


def key_to_rows(view: View, *first: str) -> dict[str, object]:
    """Return what explains rows: their fields, ``first`` ones and ``cells``, and what they mean."""
    levels = view.programme.levels
    return {
        "fields": [*first, "lat", "lon", *view.programme.product_ids, "availability"],
        "availabilities": AVAILABILITIES,
        "levels": {"plenty": levels.plenty, "some": levels.some, "few": levels.few, "none": 0},
    }


def cells(record: OutletRecord, products: tuple[str, ...]) -> tuple[float, ...]:
    """Return where an outlet is, the pieces of each product, and its availability as a number."""
    return (
        round(record.lat, POSITION_DECIMALS),
        round(record.lon, POSITION_DECIMALS),
        *(record.counts[product] for product in products),
        _AVAILABILITY[record.availability],
    )


def _fragments(view: View) -> list[bytes]:
    """Return each outlet's row; made once for each snapshot."""
    known = view.understood.get(_fragments)
    if known is None:
        products = view.programme.product_ids
        made = [_fragment(entry, products) for entry in view.entries]
        known = view.understood.keep(_fragments, made)
    return known


def _fragment(entry: Entry, products: tuple[str, ...]) -> bytes:
    return msgspec.json.encode((entry.record.code, *cells(entry.record, products)))
