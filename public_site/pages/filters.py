"""The filters of the search page: each a link that can be shared, chosen ones removable."""

from __future__ import annotations

from collections.abc import Iterator

from core.domain.geography import towns_by_code
from core.domain.outlets import KINDS
from public_site.pages.asked import Asked, Chip, Option, Overview
from public_site.pages.reader import CHINESE
from public_site.pages.rendering import place_names
from public_site.pages.rows import without_common_ending
from public_site.search import can_buy_now

# As people list the counties: from the north round the west to the east, then the islands.
COUNTIES = (
    *("63000", "65000", "10017", "68000", "10018", "10004", "10005", "66000", "10007", "10008"),
    *("10009", "10020", "10010", "67000", "64000", "10013", "10002", "10015", "10014"),
    *("10016", "09020", "09007"),
)


def products(asked: Asked) -> Iterator[Chip]:
    """Yield one filter a product, by the part of its name that tells it from the others."""
    language, chosen = asked.reader.language, asked.query.product
    items = asked.look.view.programme.product
    names = without_common_ending([item.name.in_language(language) for item in items])
    for product, name in zip(items, names, strict=True):
        mine = chosen == product.id
        yield Chip(product.id, name, asked.link(product="" if mine else product.id), mine)


def moments(asked: Asked) -> Iterator[Chip]:
    """Yield what can be asked of this moment: in stock, open, inside a sale window."""
    query, word = asked.query, asked.reader.word
    now = query.in_stock
    url = asked.link(in_stock="" if now else "1", availability="" if now else "buyable")
    yield Chip("in_stock", word("now_in_stock"), url, now)
    for key, chosen in (("open_now", query.open_now), ("window_now", query.window_now)):
        yield Chip(key, word(key), asked.link(**{key: "" if chosen else "1"}), chosen)


def near_chip(asked: Asked) -> Chip | None:
    """Return the way back from "near me"; the button that asks for the position is no link."""
    if "lat" not in asked.given:
        return None
    return Chip("near", asked.reader.word("near_me"), asked.link(lat="", lon=""), chosen=True)


def removable(asked: Asked) -> Iterator[Chip]:
    """Yield everything else that is chosen; a tap takes it away."""
    for key, label, names in _chosen(asked):
        yield Chip(key, label, asked.link(**dict.fromkeys(names, "")), chosen=True)


def _chosen(asked: Asked) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield key, label and parameters of each condition that is not a switch."""
    reader, query = asked.reader, asked.query
    if "q" in asked.given:
        yield "q", reader.word("quoted", text=asked.given["q"]), ("q",)
    if query.bbox:
        yield "bbox", reader.word("this_area"), ("bbox",)
    if query.codes:
        yield "codes", reader.word("these_outlets", n=len(query.codes)), ("codes",)
    if query.county:
        yield "county", county_name(asked), ("county", "town")
    if query.town:
        yield "town", _town_name(asked), ("town",)
    if query.kind:
        names = [KINDS[kind].in_language(reader.language) for kind in query.kinds]
        yield "kind", reader.listed(names), ("kind",)
    if query.availability and not (query.in_stock and query.availability == "buyable"):
        yield "availability", reader.word(f"availability_{query.availability}"), ("availability",)


def counties(asked: Asked) -> Iterator[Option]:
    """Yield the counties that have outlets."""
    view = asked.look.view
    for code in sorted(view.by_county, key=_county_rank):
        names = place_names(view.entries[view.by_county[code][0]].record, asked.reader.language)
        yield Option(code, names[0] or code, code == asked.query.county)


def _county_rank(code: str) -> tuple[int, str]:
    return (COUNTIES.index(code) if code in COUNTIES else len(COUNTIES)), code


def towns(asked: Asked) -> Iterator[Option]:
    """Yield the towns of the chosen county; there are too many to list them all."""
    view, county = asked.look.view, asked.query.county
    if not county:
        return
    for code in sorted({view.entries[p].record.town_code for p in view.by_county.get(county, ())}):
        names = place_names(view.entries[view.by_town[code][0]].record, asked.reader.language)
        yield Option(code, names[1] or code, code in asked.query.town.split(","))


def kinds(asked: Asked) -> Iterator[Option]:
    """Yield the kinds of outlets."""
    for kind, name in KINDS.items():
        yield Option(kind, name.in_language(asked.reader.language), kind in asked.query.kinds)


def overview(asked: Asked) -> Iterator[Overview]:
    """Yield each county with how many outlets have something now."""
    view = asked.look.view
    for option in counties(asked):
        places = view.by_county[option.value]
        stock = sum(can_buy_now(view.entries[place]) for place in places)
        yield Overview(option.label, asked.link(county=option.value), stock, len(places))


def county_name(asked: Asked) -> str:
    """Return the name of the chosen county."""
    return next((option.label for option in counties(asked) if option.chosen), asked.query.county)


def _town_name(asked: Asked) -> str:
    town = towns_by_code().get(asked.query.town.partition(",")[0])
    if town is None:
        return asked.given["town"]
    return town.town_zh if asked.reader.language == CHINESE else town.town_en
