"""What is near a place: the search, and the answer made of pieces that lie ready."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, cos, pi, radians, sin

from msgspec.structs import replace

from core.domain.geography import DIRECTIONS
from public_site.search import Query, select
from public_site.strips import Nearest
from public_site.view import View

# Nearer than this there is no direction to walk in.
_HERE_M = 0.05
_DEGREES = 180 / pi
_WAYS = [
    b',"bearing_deg":%d,"direction":"%b"},'
    % (bearing, DIRECTIONS[round(bearing / 45) % 8].en.encode())
    for bearing in range(360)
]
Position = tuple[float, float]


def nearest(
    view: View, query: Query, point: Position, *, limit: int, radius_m: float
) -> list[tuple[float, int]]:
    """Return the nearest outlets that a query means as ``(distance_m, place)``, nearest first."""
    return _index_of(view, query).nearest(*point, limit=limit, radius_m=radius_m)


def nearest_json(view: View, point: Position, found: Sequence[tuple[float, int]]) -> bytes:
    """Return the member ``outlets``: each with how far it is (to the decimetre), and where."""
    pieces, vectors = view.pieces, view.strips.vectors
    phi, lam = radians(point[0]), radians(point[1])
    if not found:
        return b'"outlets":[]}'
    # Where east and north point from here; what an outlet's vector has of each gives its bearing.
    east_x, east_y = -sin(lam), cos(lam)
    north_x, north_y, north_z = -sin(phi) * cos(lam), -sin(phi) * sin(lam), cos(phi)
    parts = [b'"outlets":[']
    for distance_m, place in found:
        x, y, z = vectors[place]
        bearing = atan2(x * east_x + y * east_y, x * north_x + y * north_y + z * north_z)
        way = round(bearing * _DEGREES) % 360 if distance_m > _HERE_M else 0
        parts += (pieces[place], b"%.1f" % distance_m, _WAYS[way])
    parts[-1] = parts[-1].removesuffix(b",")
    parts.append(b"]}")
    return b"".join(parts)


def _index_of(view: View, query: Query) -> Nearest:
    """Return an index of exactly the outlets that a query means.

    What most people ask for lies ready; other queries without a text of the asker's own are few,
    so their indexes are remembered.
    """
    known: Nearest | None = view.indexes.get(query)
    if known is not None:
        return known
    found = _ready(view, query)
    if found is None:
        found = view.strips.only(_mask(view, query))
    if query.words or query.codes or query.bbox:
        return found
    return view.indexes.keep(query, found)


def _ready(view: View, query: Query) -> Nearest | None:
    """Return the index that was made with the view, if the query asks for nothing else."""
    if replace(query, product="", in_stock=False, availability="") != Query():
        return None
    product = query.product if query.in_stock else ""
    return view.stocked.get((query.in_stock, product, query.availability))


def _mask(view: View, query: Query) -> bytearray:
    mask = bytearray(len(view.columns))
    for place in select(view, query):
        mask[place] = 1
    return mask
