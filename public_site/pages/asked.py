"""One request for the search page, understood; and the small parts its templates show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from public_site import parameters
from public_site.pages.reader import Reader
from public_site.places import Place, find_place
from public_site.search import Query, read_query, select
from public_site.snapshots import Look
from public_site.view import View

_MOST_PAGES = 10_000
# What an address of the search keeps, in this order; anything else is somebody's tracker.
KEPT = (
    *("q", "county", "town", "kind", "product", "in_stock", "open_now", "window_now"),
    *("availability", "bbox", "codes", "lat", "lon", "page"),
)


@dataclass(frozen=True)
class Chip:
    """A filter as a link: chosen ones are taken away by the same tap. ``key`` names it."""

    key: str
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
class Overview:
    """A county with how many of its outlets have something now."""

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
    """What the address asks for. ``given`` are its parameters as they were written.

    ``place`` is the station that the text names; ``point`` is then where it lies.
    """

    given: tuple[tuple[str, str], ...]
    query: Query
    point: tuple[float, float] | None
    page: int
    place: Place | None = None


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
        """Where distances are from: where the reader stands, or the place in the box."""
        return self.question.point

    @property
    def page(self) -> int:
        """Which page of the list, from 1."""
        return self.question.page

    def link(self, **changes: str) -> str:
        """Return the address of this search with some conditions changed, from page one."""
        kept = {name: value for name, value in self.given.items() if name != "page"}
        return self.reader.link("/", kept | changes)


def read_question(sent: Mapping[str, str], view: View, now: datetime) -> Question:
    """Read what an address asks for.

    Raises:
        BadParameter: a value cannot be understood.
    """
    query, point = read_query(sent, view, now), parameters.position(sent)
    page = parameters.whole(sent, "page", 1, _MOST_PAGES, 1)
    given = {name: sent[name].strip() for name in KEPT if sent.get(name, "").strip()}
    query = _without_foreign_town(query, given)
    place = _place_meant(given.get("q", ""), query, view)
    if place is not None:
        point, query = (place.lat, place.lon), replace(query, words=())
        given = {name: value for name, value in given.items() if name not in ("lat", "lon")}
    return Question(tuple(given.items()), query, point, page, place)


def _place_meant(text: str, query: Query, view: View) -> Place | None:
    """Return the station a text names, or may name where no outlet has its words."""
    found = find_place(text) if text else None
    if found is not None or not text or select(view, Query(words=query.words)):
        return found
    return find_place(text, loosely=True)


def _without_foreign_town(query: Query, given: dict[str, str]) -> Query:
    """Forget the town where another county was chosen: the form still sends the old one."""
    if query.county and query.town and not query.town.startswith(query.county):
        given.pop("town", None)
        return replace(query, town="")
    return query
