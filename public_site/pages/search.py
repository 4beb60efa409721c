"""The search page: one box, filters that are links, the list, and what to try where it is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from aiohttp import web
from msgspec.structs import replace

from core.domain.calendar import taipei_day
from core.domain.geography import town_of_address, towns_by_code
from core.domain.outlets import KINDS
from core.domain.wording import buyers_today
from public_site import parameters
from public_site.api import nearest, understood
from public_site.folding import words_of
from public_site.keys import SNAPSHOTS
from public_site.pages.reader import CHINESE, Reader, reader_of
from public_site.pages.rendering import page_answer, place_names
from public_site.pages.rows import Row, closed_today, row_of
from public_site.search import FURTHEST_M, Query, can_buy_now, in_stock, read_query, select
from public_site.snapshots import Look
from public_site.view import View

routes = web.RouteTableDef()

ROWS_A_PAGE = 20
_ALTERNATIVES = 5
# As people list the counties: from the north round the west to the east, then the islands.
COUNTIES = (
    *("63000", "65000", "10017", "68000", "10018", "10004", "10005", "66000", "10007", "10008"),
    *("10009", "10020", "10010", "67000", "64000", "10013", "10002", "10015", "10014"),
    *("10016", "09020", "09007"),
)
_MOST_PAGES = 10_000


@dataclass(frozen=True)
class Chip:
    """A filter as a link: chosen ones are taken away by the same tap."""

    label: str
    url: str
    chosen: bool = False


@dataclass(frozen=True)
class Option:
    """A line of a list to choose from."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True)
class Place:
    """A county in the overview."""

    name: str
    url: str
    stock: int
    total: int


@dataclass(frozen=True)
class Alternative:
    """Another query that does find something."""

    label: str
    url: str
    count: int


@dataclass(frozen=True)
class Question:
    """What the address asks for. ``given`` are its parameters as they were written."""

    given: tuple[tuple[str, str], ...]
    query: Query
    point: tuple[float, float] | None
    page: int


@dataclass(frozen=True)
class Asked:
    """One request for the search page, understood."""

    look: Look
    reader: Reader
    given: Mapping[str, str]
    question: Question

    @property
    def query(self) -> Query:
        """The conditions."""
        return self.question.query

    @property
    def point(self) -> tuple[float, float] | None:
        """Where the reader stands, if that was said."""
        return self.question.point

    @property
    def page(self) -> int:
        """Which page of the list, from 1."""
        return self.question.page

    def link(self, **changes: str) -> str:
        """Return the address of this search with some conditions changed, from page one."""
        kept = {name: value for name, value in self.given.items() if name != "page"}
        return self.reader.link("/", kept | changes)


_KEPT = ("q", "county", "town", "kind", "product", "in_stock", "availability", "lat", "lon", "page")


@routes.get("/")
async def search_page(request: web.Request) -> web.Response:
    """Answer the list of outlets that a search means."""
    look, reader = request.app[SNAPSHOTS].look(), reader_of(request)
    question = understood(request, look.view, _read)
    return page_answer(
        request,
        look,
        reader,
        "search.html",
        question,
        lambda: _context(Asked(look, reader, dict(question.given), question)),
    )


def _read(sent: Mapping[str, str], view: View) -> Question:
    query, point = read_query(sent, view), parameters.position(sent)
    page = parameters.whole(sent, "page", 1, _MOST_PAGES, 1)
    given = {name: sent[name].strip() for name in _KEPT if sent.get(name, "").strip()}
    query = _without_foreign_town(query, given)
    return Question(tuple(given.items()), query, point, page)


def _without_foreign_town(query: Query, given: dict[str, str]) -> Query:
    """Forget the town where another county was chosen: the form still sends the old one."""
    if query.county and query.town and not query.town.startswith(query.county):
        given.pop("town", None)
        return replace(query, town="")
    return query


def _context(asked: Asked) -> dict[str, object]:
    view, query = asked.look.view, asked.query
    places = select(view, query)
    rows, pages = _rows(asked, places)
    stock = sum(in_stock(view.entries[place], query.product) for place in places)
    everything = not asked.given or set(asked.given) == {"page"}
    today = taipei_day(asked.look.now)
    return {
        "given": asked.given,
        "query": query,
        "near": asked.point is not None,
        "rows": rows,
        "total": len(places),
        "stock": stock,
        "page": asked.page,
        "pages": pages,
        "previous_url": asked.link(page=str(asked.page - 1)) if asked.page > 1 else "",
        "next_url": asked.link(page=str(asked.page + 1)) if asked.page < pages else "",
        "chips": list(_chips(asked)),
        "counties": list(_counties(asked)),
        "towns": list(_towns(asked)),
        "kinds": list(_kinds(asked)),
        "overview": list(_overview(asked)) if everything and asked.page == 1 else [],
        "alternatives": [] if rows else list(_alternatives(asked)),
        "nearest_rows": [] if rows else _nearest_with_stock(asked),
        "today_words": buyers_today(view.programme, today).in_language(asked.reader.language),
        "rules_url": asked.reader.link("/rules"),
    }


def _rows(asked: Asked, places: Sequence[int]) -> tuple[list[Row], int]:
    """Return one page of rows and how many pages there are."""
    look, view = asked.look, asked.look.view
    if asked.point is not None:
        found = nearest(view, asked.query, asked.point, limit=ROWS_A_PAGE, radius_m=FURTHEST_M)
        return [_row(asked, place, distance_m) for distance_m, place in found], 1
    product, today = asked.query.product, taipei_day(look.now)

    def rank(place: int) -> tuple[bool, bool, int, int]:
        """Those who have most come first, then the closed, last where nothing can be bought."""
        entry = view.entries[place]
        pieces = entry.record.counts[product] if product else sum(entry.record.counts.values())
        closed = closed_today(entry.record, today)
        return not can_buy_now(entry, product), closed, -pieces, place

    pages = max(1, -(-len(places) // ROWS_A_PAGE))
    first = (asked.page - 1) * ROWS_A_PAGE
    shown = sorted(places, key=rank)[first : first + ROWS_A_PAGE]
    return [row_of(view.entries[place].record, look, asked.reader) for place in shown], pages


def _row(asked: Asked, place: int, distance_m: float) -> Row:
    record = asked.look.view.entries[place].record
    return row_of(record, asked.look, asked.reader, asked.point, distance_m)


def _chips(asked: Asked) -> Iterator[Chip]:
    """Yield the product filters, "in stock now", and everything else that is chosen."""
    reader, query = asked.reader, asked.query
    products = asked.look.view.programme.product
    names = without_common_ending([item.name.in_language(reader.language) for item in products])
    for product, name in zip(products, names, strict=True):
        chosen = query.product == product.id
        url = asked.link(product="" if chosen else product.id)
        yield Chip(name, url, chosen)
    now = query.in_stock
    url = asked.link(in_stock="" if now else "1", availability="" if now else "buyable")
    yield Chip(reader.word("now_in_stock"), url, now)
    if asked.point is not None:
        yield Chip(reader.word("near_me"), asked.link(lat="", lon=""), chosen=True)
    if "q" in asked.given:
        yield Chip(reader.word("quoted", text=asked.given["q"]), asked.link(q=""), chosen=True)
    if query.county:
        yield Chip(_county_name(asked), asked.link(county="", town=""), chosen=True)
    if query.town:
        yield Chip(_town_name(asked), asked.link(town=""), chosen=True)
    if query.kind:
        yield Chip(KINDS[query.kind].in_language(reader.language), asked.link(kind=""), chosen=True)
    if query.availability and not (now and query.availability == "buyable"):
        words = reader.word(f"availability_{query.availability}")
        yield Chip(words, asked.link(availability=""), chosen=True)


def without_common_ending(names: Sequence[str]) -> list[str]:
    """Shorten names by what all end with: 成人, 兒童; Adult, Child."""
    columns = zip(*(reversed(name) for name in names), strict=False)
    ending = len(list(takewhile(lambda column: len(set(column)) == 1, columns)))
    if len(names) < 2 or any(len(name) == ending for name in names):
        return list(names)
    return [name[: len(name) - ending].rstrip() for name in names]


def _county_rank(code: str) -> tuple[int, str]:
    return (COUNTIES.index(code) if code in COUNTIES else len(COUNTIES)), code


def _counties(asked: Asked) -> Iterator[Option]:
    view = asked.look.view
    for code in sorted(view.by_county, key=_county_rank):
        names = place_names(view.entries[view.by_county[code][0]].record, asked.reader.language)
        yield Option(code, names[0] or code, code == asked.query.county)


def _towns(asked: Asked) -> Iterator[Option]:
    """Yield the towns of the chosen county; there are too many to list them all."""
    view, county = asked.look.view, asked.query.county
    if not county:
        return
    for code in sorted({view.entries[p].record.town_code for p in view.by_county.get(county, ())}):
        names = place_names(view.entries[view.by_town[code][0]].record, asked.reader.language)
        yield Option(code, names[1] or code, code in asked.query.town.split(","))


def _kinds(asked: Asked) -> Iterator[Option]:
    for kind, name in KINDS.items():
        yield Option(kind, name.in_language(asked.reader.language), kind == asked.query.kind)


def _overview(asked: Asked) -> Iterator[Place]:
    """Yield each county with how many outlets have something now."""
    view = asked.look.view
    for option in _counties(asked):
        places = view.by_county[option.value]
        stock = sum(can_buy_now(view.entries[place]) for place in places)
        yield Place(option.label, asked.link(county=option.value), stock, len(places))


def _county_name(asked: Asked) -> str:
    return next((option.label for option in _counties(asked) if option.chosen), asked.query.county)


def _town_name(asked: Asked) -> str:
    town = towns_by_code().get(asked.query.town.partition(",")[0])
    if town is None:
        return asked.given["town"]
    return town.town_zh if asked.reader.language == CHINESE else town.town_en


def _alternatives(asked: Asked) -> Iterator[Alternative]:
    """Yield searches with one condition less that do find something, the nearest first."""
    query, word = asked.query, asked.reader.word
    if query.in_stock:
        freer = replace(query, in_stock=False, availability="")
        url = asked.link(in_stock="", availability="")
        yield from _if_any(asked, word("without_stock_filter"), url, freer)
    if query.words:
        yield from _with_shorter_text(asked)
    if query.town:
        freer = replace(query, town="")
        name = _county_name(asked) if query.county else word("without_county")
        label = word("without_town", name=name) if query.county else name
        yield from _if_any(asked, label, asked.link(town=""), freer)
    if query.county:
        freer = replace(query, county="", town="")
        url = asked.link(county="", town="")
        yield from _if_any(asked, word("without_county"), url, freer)
    if query.kind:
        yield from _if_any(
            asked, word("without_kind"), asked.link(kind=""), replace(query, kind="")
        )
    if query.words:
        label = word("without_text", text=asked.given["q"])
        yield from _if_any(asked, label, asked.link(q=""), replace(query, words=()))


def _if_any(asked: Asked, label: str, url: str, query: Query) -> Iterator[Alternative]:
    count = len(select(asked.look.view, query))
    if count:
        yield Alternative(label, url, count)


def _with_shorter_text(asked: Asked) -> Iterator[Alternative]:
    """Yield the longest beginning of the text that finds something: a road without its number."""
    shorter = _shorter_text(asked.look.view, asked.query, asked.given["q"])
    if shorter:
        label = asked.reader.word("with_shorter_text", text=shorter)
        query = replace(asked.query, words=words_of(shorter))
        yield from _if_any(asked, label, asked.link(q=shorter), query)


def _shorter_text(view: View, query: Query, text: str) -> str:
    for length in range(len(text) - 1, 1, -1):
        words = words_of(text[:length])
        if words and words != query.words and select(view, replace(query, words=words)):
            return text[:length].strip()
    return ""


def _nearest_with_stock(asked: Asked) -> list[Row]:
    """Return what can be bought nearest to where the search looked, if it looked anywhere."""
    view = asked.look.view
    middle = asked.point or _middle(asked, view)
    if middle is None:
        return []
    query = Query(product=asked.query.product, in_stock=True, availability="buyable")
    found = nearest(view, query, middle, limit=_ALTERNATIVES, radius_m=FURTHEST_M)
    return [
        row_of(view.entries[place].record, asked.look, asked.reader, middle, distance_m)
        for distance_m, place in found
    ]


def _middle(asked: Asked, view: View) -> tuple[float, float] | None:
    """Return the middle of what the words nearly find, else of the town that is meant."""
    text = asked.given.get("q", "")
    nearly = _shorter_text(view, Query(), text) if text else ""
    records = [view.entries[place].record for place in select(view, Query(words=words_of(nearly)))]
    town = towns_by_code().get(asked.query.town.partition(",")[0]) or town_of_address(text)
    if town is not None:
        records = [record for record in records if record.town_code == town.town_code]
    if nearly and records:
        lat = sum(record.lat for record in records) / len(records)
        return lat, sum(record.lon for record in records) / len(records)
    return (town.lat, town.lon) if town else None
