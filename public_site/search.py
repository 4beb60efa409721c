"""Which outlets a query means: the same selection for pages and API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from core.domain.geography import load_towns, normalise_address
from core.domain.outlets import KINDS
from core.domain.snapshot import AVAILABILITIES
from public_site import parameters
from public_site.folding import words_of
from public_site.parameters import BadParameter
from public_site.view import Entry, View

MOST_CODES = 200
FURTHEST_M = 50_000
# The names in the address of a search, the same for pages and API.
PARAMETERS = (
    "county",
    "town",
    "kind",
    "q",
    "product",
    "in_stock",
    "availability",
    "bbox",
    "codes",
)


class Query(msgspec.Struct, frozen=True):
    """What somebody looks for. Hashable, and equal for every way to write the same query."""

    county: str = ""
    town: str = ""
    kind: str = ""
    words: tuple[str, ...] = ()
    product: str = ""
    in_stock: bool = False
    availability: str = ""
    bbox: tuple[float, float, float, float] | None = None
    codes: tuple[str, ...] = ()


def read_query(query: Mapping[str, str], view: View) -> Query:
    """Read a query from the parameters of a request.

    Raises:
        BadParameter: a value cannot be understood.
    """
    county = _county_code(parameters.text(query, "county"), view)
    return Query(
        county=county,
        town=_town_codes(parameters.text(query, "town"), county, view),
        kind=parameters.one_of(query, "kind", tuple(KINDS)),
        words=words_of(parameters.text(query, "q")),
        product=parameters.one_of(query, "product", view.programme.product_ids),
        in_stock=parameters.flag(query, "in_stock"),
        availability=parameters.one_of(query, "availability", AVAILABILITIES),
        bbox=parameters.box(query, "bbox"),
        codes=parameters.codes(query, "codes", MOST_CODES),
    )


def select(view: View, query: Query) -> list[int]:
    """Return the places of the outlets that a query means, ascending by code."""
    return list(filter(_test(view, query), _base(view, query)))


def wanted(view: View, query: Query) -> Callable[[int], bool]:
    """Return the test whether a query means the outlet at a place.

    There are few queries without a text of the asker's own, so their answers are remembered.
    """
    if query.words or query.codes or query.bbox:
        return _test(view, query)
    known = view.understood.get(query)
    if known is None:
        known = view.understood.keep(query, frozenset(select(view, query)).__contains__)
    return known


def in_stock(entry: Entry, product: str = "") -> bool:
    """Tell whether pieces are left: of one product, or of any."""
    counts = entry.record.counts
    return counts[product] > 0 if product else any(counts.values())


def can_buy_now(entry: Entry, product: str = "") -> bool:
    """Tell whether pieces are left and nothing stands in the way."""
    return entry.record.availability == "buyable" and in_stock(entry, product)


def _base(view: View, query: Query) -> Sequence[int]:
    """Return the smallest list that surely holds every match, ascending."""
    if query.codes:
        return [view.by_code[code] for code in query.codes if code in view.by_code]
    if query.town:
        return sorted(p for town in query.town.split(",") for p in view.by_town.get(town, ()))
    if query.county:
        return view.by_county.get(query.county, ())
    return range(len(view.entries))


def _test(view: View, query: Query) -> Callable[[int], bool]:
    """Return one test made of those that the query asks for."""
    tests = _tests(query)
    entries = view.entries
    return lambda place: all(test(entries[place]) for test in tests)


def _tests(query: Query) -> list[Callable[[Entry], bool]]:
    tests: list[Callable[[Entry], bool]] = []
    if query.codes:
        tests.append(lambda entry: entry.record.code in query.codes)
    if query.county:
        tests.append(lambda entry: entry.record.county_code == query.county)
    if query.town:
        towns = frozenset(query.town.split(","))
        tests.append(lambda entry: entry.record.town_code in towns)
    if query.kind:
        tests.append(lambda entry: entry.record.kind == query.kind)
    if query.availability:
        tests.append(lambda entry: entry.record.availability == query.availability)
    if query.in_stock:
        tests.append(lambda entry: in_stock(entry, query.product))
    if query.bbox:
        tests.append(lambda entry: _inside(entry, query.bbox))
    if query.words:
        tests.append(lambda entry: all(word in entry.text for word in query.words))
    return tests


def _inside(entry: Entry, bbox: tuple[float, float, float, float] | None) -> bool:
    assert bbox is not None
    west, south, east, north = bbox
    return west <= entry.record.lon <= east and south <= entry.record.lat <= north


def _county_code(text: str, view: View) -> str:
    """Find a county by its code, its name in either spelling, or its English name."""
    if not text or text in view.by_county:
        return text
    name = normalise_address(text)
    for town in load_towns():
        if name in (town.county_code, town.county_zh) or text.lower() == town.county_en.lower():
            return town.county_code
    for places in view.by_county.values():
        record = view.entries[places[0]].record
        if normalise_address(record.county) == name:
            return record.county_code
    raise BadParameter("county", "no such county; write its name, such as 臺北市, or its code")


def _town_codes(text: str, county: str, view: View) -> str:
    """Find a town by code or name. A name that several counties have means all of them."""
    if not text or text in view.by_town:
        return text
    name = normalise_address(text)
    found = {
        town.town_code
        for town in load_towns()
        if name in (town.town_code, town.town_zh, town.county_zh + town.town_zh)
        or text.lower() == town.town_en.lower()
    }
    for places in view.by_town.values():
        record = view.entries[places[0]].record
        if name in (normalise_address(record.town), normalise_address(record.county + record.town)):
            found.add(record.town_code)
    if not found:
        raise BadParameter("town", "no such town; write its name, such as 中正區, or its code")
    inside = sorted(code for code in found if not county or code.startswith(county))
    return ",".join(inside or sorted(found))
