"""Which outlets a query means: the same selection for pages and API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import chain

import msgspec
from msgspec.structs import replace

from core.domain.calendar import TAIPEI
from core.domain.outlets import KINDS
from core.domain.snapshot import AVAILABILITIES
from public_site import areas, parameters
from public_site.folding import fold, visible
from public_site.hours import open_at, selling_at
from public_site.readings import Words, readings
from public_site.view import Entry, View

MOST_CODES = 200
FURTHEST_M = 50_000
# Where signs alone are typed, no text of an outlet can hold what was meant.
_OF_NO_OUTLET = ("\0",)
# Their answers change with the minute.
OF_THE_MOMENT = ("open_now", "window_now")
# The names in the address of a search, the same for pages and API.
PARAMETERS = (
    "county",
    "town",
    "kind",
    "q",
    "product",
    "in_stock",
    "open_now",
    "window_now",
    "availability",
    "bbox",
    "codes",
)


class Query(msgspec.Struct, frozen=True):
    """What somebody looks for. Hashable, and equal for every way to write the same query.

    ``kind`` and ``town`` may be several, with commas. ``moment`` is the Taipei minute where the
    answer depends on it (open now, sale window now), else empty: so whatever remembers answers by
    their query remembers them for that minute.
    """

    county: str = ""
    town: str = ""
    kind: str = ""
    words: Words = ()
    product: str = ""
    in_stock: bool = False
    open_now: bool = False
    window_now: bool = False
    availability: str = ""
    bbox: tuple[float, float, float, float] | None = None
    codes: tuple[str, ...] = ()
    moment: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that are meant; none means any."""
        return tuple(self.kind.split(",")) if self.kind else ()


def read_query(query: Mapping[str, str], view: View, now: datetime) -> Query:
    """Read a query from the parameters of a request.

    Raises:
        BadParameter: a value cannot be understood.
    """
    county = areas.county_code(parameters.text(query, "county"), view)
    open_now, window_now = (parameters.flag(query, name) for name in OF_THE_MOMENT)
    return Query(
        county=county,
        town=areas.town_codes(parameters.text(query, "town"), county, view),
        kind=",".join(parameters.some_of(query, "kind", tuple(KINDS))),
        words=_likeliest(view, parameters.text(query, "q")),
        product=parameters.one_of(query, "product", view.programme.product_ids),
        in_stock=parameters.flag(query, "in_stock"),
        open_now=open_now,
        window_now=window_now,
        availability=parameters.one_of(query, "availability", AVAILABILITIES),
        bbox=parameters.box(query, "bbox"),
        codes=parameters.codes(query, "codes", MOST_CODES),
        moment=minute_of(now) if open_now or window_now else "",
    )


def minute_of(now: datetime) -> str:
    """Return the Taipei minute as text."""
    return now.astimezone(TAIPEI).isoformat(timespec="minutes")


def moment_asked(query: Mapping[str, str], now: datetime) -> str:
    """Return the minute where the parameters ask for one, else nothing: a part of memory's keys."""
    asked = any(value and name in OF_THE_MOMENT for name, value in query.items())
    return minute_of(now) if asked else ""


def _likeliest(view: View, text: str) -> Words:
    """Return the first reading of a text that finds anything; the strict one where none does."""
    likely = readings(text)
    strict = next(likely, () if fold(text) or not visible(text).strip() else _OF_NO_OUTLET)
    by_word: dict[str, Sequence[int]] = {}
    return next(
        (words for words in chain((strict,), likely) if _finds(view, words, by_word)), strict
    )


def _finds(view: View, words: Words, by_word: dict[str, Sequence[int]]) -> bool:
    """Tell whether any outlet has all words; the longest is looked for once for all readings."""
    if not words:
        return len(view.entries) > 0
    longest = max(words, key=len)
    if longest not in by_word:
        by_word[longest] = _with_words(view, range(len(view.entries)), (longest,))
    return bool(_with_words(view, by_word[longest], words))


def select(view: View, query: Query) -> list[int]:
    """Return the places of the outlets that a query means, ascending by code."""
    places = _with_words(view, _base(view, query), query.words)
    tests = _tests(replace(query, words=()))
    return list(filter(_all_of(view, tests), places)) if tests else list(places)


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


def _with_words(view: View, places: Sequence[int], words: Words) -> Sequence[int]:
    """Return the places whose text contains all words; the rarest, the longest, goes first."""
    entries = view.entries
    for word in sorted(words, key=len, reverse=True):
        places = [place for place in places if word in entries[place].text]
    return places


def _all_of(view: View, tests: Sequence[Callable[[Entry], bool]]) -> Callable[[int], bool]:
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
        kinds = frozenset(query.kinds)
        tests.append(lambda entry: entry.record.kind in kinds)
    if query.availability:
        tests.append(lambda entry: entry.record.availability == query.availability)
    if query.in_stock:
        tests.append(lambda entry: in_stock(entry, query.product))
    if query.moment:
        moment = datetime.fromisoformat(query.moment)
        if query.open_now:
            tests.append(lambda entry: open_at(entry.record, moment))
        if query.window_now:
            tests.append(lambda entry: selling_at(entry.record, moment))
    if query.bbox:
        tests.append(lambda entry: _inside(entry, query.bbox))
    if query.words:
        tests.append(lambda entry: all(word in entry.text for word in query.words))
    return tests


def _inside(entry: Entry, bbox: tuple[float, float, float, float] | None) -> bool:
    assert bbox is not None
    west, south, east, north = bbox
    return west <= entry.record.lon <= east and south <= entry.record.lat <= north
