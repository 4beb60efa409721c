"""What to try where a search finds nothing: one condition less, a shorter text, what is nearest."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec.structs import replace

from core.domain.geography import Town, town_of_address, towns_by_code
from public_site.nearby import nearest
from public_site.pages.asked import Alternative, Asked
from public_site.pages.filters import county_name
from public_site.pages.rows import Row, row_of
from public_site.readings import words_of
from public_site.search import FURTHEST_M, Query, select
from public_site.view import View

_NEAREST = 5
# Half an English word, or half a number, means nothing; half a Chinese name often does.
_INSIDE_WORD = re.compile(r"[0-9a-z０-９ａ-ｚ]{2}", re.IGNORECASE)


def alternatives(asked: Asked) -> Iterator[Alternative]:
    """Yield searches with one condition less that do find something, the nearest first."""
    query, word = asked.query, asked.reader.word
    if query.in_stock:
        freer = replace(query, in_stock=False, availability="")
        url = asked.link(in_stock="", availability="")
        yield from _if_any(asked, word("without_stock_filter"), url, freer)
    yield from _at_any_time(asked)
    if query.words:
        yield from _with_shorter_text(asked)
    if query.bbox:
        freer = replace(query, bbox=None)
        yield from _if_any(asked, word("without_area"), asked.link(bbox=""), freer)
    yield from _elsewhere(asked)
    if query.kind:
        freer = replace(query, kind="")
        yield from _if_any(asked, word("without_kind"), asked.link(kind=""), freer)
    if query.words:
        label = word("without_text", text=asked.given["q"])
        yield from _if_any(asked, label, asked.link(q=""), replace(query, words=()))


def _at_any_time(asked: Asked) -> Iterator[Alternative]:
    for name in ("open_now", "window_now"):
        if getattr(asked.query, name):
            freer = replace(asked.query, **{name: False})
            label = asked.reader.word(f"without_{name}")
            yield from _if_any(asked, label, asked.link(**{name: ""}), freer)


def _elsewhere(asked: Asked) -> Iterator[Alternative]:
    query, word = asked.query, asked.reader.word
    if query.town:
        name = county_name(asked) if query.county else word("without_county")
        label = word("without_town", name=name) if query.county else name
        yield from _if_any(asked, label, asked.link(town=""), replace(query, town=""))
    if query.county:
        freer = replace(query, county="", town="")
        url = asked.link(county="", town="")
        yield from _if_any(asked, word("without_county"), url, freer)


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
        if _INSIDE_WORD.match(text, length - 1):
            continue
        words = words_of(text[:length])
        if words and words != query.words and select(view, replace(query, words=words)):
            return text[:length].strip()
    return ""


def nearest_with_stock(asked: Asked) -> list[Row]:
    """Return what can be bought nearest to where the search looked, if it looked anywhere."""
    view = asked.look.view
    middle = asked.point or _middle(asked, view)
    if middle is None:
        return []
    query = Query(product=asked.query.product, in_stock=True, availability="buyable")
    found = nearest(view, query, middle, limit=_NEAREST, radius_m=FURTHEST_M)
    return [
        row_of(view.entries[place].record, asked.look, asked.reader, middle, distance_m)
        for distance_m, place in found
    ]


def _middle(asked: Asked, view: View) -> tuple[float, float] | None:
    """Return the middle of the area, of what the words nearly find, else of the town meant."""
    if asked.query.bbox:
        west, south, east, north = asked.query.bbox
        return (south + north) / 2, (west + east) / 2
    text = asked.given.get("q", "")
    town = towns_by_code().get(asked.query.town.partition(",")[0]) or town_of_address(text)
    nearly = _middle_of_words(view, _shorter_text(view, Query(), text) if text else "", town)
    if nearly is not None:
        return nearly
    return (town.lat, town.lon) if town else None


def _middle_of_words(view: View, text: str, town: Town | None) -> tuple[float, float] | None:
    if not text:
        return None
    records = [view.entries[place].record for place in select(view, Query(words=words_of(text)))]
    if town is not None:
        records = [record for record in records if record.town_code == town.town_code]
    if not records:
        return None
    lat = sum(record.lat for record in records) / len(records)
    return lat, sum(record.lon for record in records) / len(records)
