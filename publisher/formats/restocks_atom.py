"""restocks.atom: where goods arrived, the newest first, for feed readers (RFC 4287).

An entry is one intake of a published outlet, and never changes but with the outlet's name and
place. The file is the last release's while nothing arrived.

Source: RFC 4287; the characters that XML 1.0 can hold: section 2.2.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple
from uuid import UUID, uuid5
from xml.etree import ElementTree

from core.domain.calendar import rfc3339
from core.domain.programme import Product
from core.domain.snapshot import DISCLAIMER_ZH, OutletRecord
from publisher.release_data import ReleaseData, Stated, Written
from publisher.restocks import KEPT, Restock

PATH = "restocks.atom"
MEDIA_TYPE = "application/atom+xml"
PATHS = (PATH,)

TITLE, AUTHOR = "到貨", "maskmap"
RIGHTS = "政府資料開放授權條款－第1版"
_ATOM = "http://www.w3.org/2005/Atom"
# Ours alone, for ever: every id of an entry comes of it.
_IDS = UUID("1519c873-0a95-4159-aa24-0a427ece458d")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_REPLACED = "\ufffd"
_END = b"</feed>\n"


class _News(NamedTuple):
    """An arrival at a published outlet, in words."""

    restock: Restock
    code: str
    name: str
    place: str
    address: str
    goods: str


def write(release: ReleaseData) -> list[Written]:
    """Write the file."""
    news = [*_news(release)]
    version = hash((release.public_url, *news))
    return [Written(PATH, MEDIA_TYPE, lambda: _feed(release, news), _outlets(news), version)]


def _outlets(news: list[_News]) -> int:
    return len({one.code for one in news})


def _news(release: ReleaseData) -> Iterator[_News]:
    """Yield the arrivals of this programme's goods at outlets that are published."""
    records, goods = release.records, {product.id: product for product in release.goods}
    for restock in release.restocks:
        place = bisect_left(records, restock.code, key=lambda record: record.code)
        if place == len(records) or records[place].code != restock.code:
            continue
        came = [(product, n) for product, n in restock.pieces if product in release.products]
        if came:
            yield _told(restock, records[place], "、".join(_words(goods, *one) for one in came))


def _told(restock: Restock, record: OutletRecord, goods: str) -> _News:
    place = f"{record.county}{record.town}"
    return _News(restock, record.code, record.name, place, record.address, goods)


def _words(goods: Mapping[str, Product], product: str, pieces: int) -> str:
    known = goods.get(product)
    return f"{known.name.zh} {pieces} {known.unit.zh}" if known else f"{product} {pieces}"


def _feed(release: ReleaseData, news: list[_News]) -> bytes:
    base = release.public_url
    site, own = (f"{base}/", f"{base}/data/{PATH}") if base else ("../", PATH)
    newest = max((one.restock.at for one in news), default=release.as_of)
    feed = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": "zh-TW"})
    _add(feed, "title", TITLE)
    _add(feed, "subtitle", DISCLAIMER_ZH)
    _add(feed, "id", uuid5(_IDS, base).urn)
    _add(feed, "updated", rfc3339(newest))
    _add(feed, "link", rel="self", type=MEDIA_TYPE, href=own)
    _add(feed, "link", rel="alternate", type="text/html", href=site)
    _add(_add(feed, "author"), "name", AUTHOR)
    _add(feed, "rights", RIGHTS)
    # An entry never changes, so each is encoded once, and put in before the feed's end.
    head = _encoded(feed, xml_declaration=True).removesuffix(_END)
    return b"".join((head, *(_entry(one, site) for one in news), _END))


@lru_cache(maxsize=2 * KEPT)
def _entry(one: _News, site: str) -> bytes:
    entry = ElementTree.Element("entry")
    at, place = rfc3339(one.restock.at), f"（{one.place}）" if one.place else ""
    _add(entry, "title", f"{one.name}{place}到貨：{one.goods}")
    _add(entry, "id", uuid5(_IDS, f"{one.code} {one.restock.act} {at}").urn)
    _add(entry, "updated", at)
    _add(entry, "published", at)
    _add(entry, "link", rel="alternate", type="text/html", href=f"{site}outlets/{one.code}")
    _add(entry, "category", term=one.code, label=one.name)
    _add(entry, "summary", one.address)
    return _encoded(entry)


def _encoded(element: ElementTree.Element, *, xml_declaration: bool = False) -> bytes:
    """Return the lines of an element."""
    ElementTree.indent(element, space="")
    text: bytes = ElementTree.tostring(element, "utf-8", xml_declaration=xml_declaration)
    return text + b"\n"


def _add(
    parent: ElementTree.Element, name: str, text: str = "", **given: str
) -> ElementTree.Element:
    """Add an element; characters that XML cannot hold become the replacement character."""
    clean = {key: _NOT_IN_XML.sub(_REPLACED, value) for key, value in given.items()}
    child = ElementTree.SubElement(parent, name, clean)
    child.text = _NOT_IN_XML.sub(_REPLACED, text) or None
    return child


def read(bodies: Mapping[str, bytes]) -> Stated:
    """Read the file back: of which outlets it tells, ascending by code; it states no stock.

    Raises:
        ValueError: it is not such a file.
    """
    if b"<!DOCTYPE" in bodies[PATH]:
        raise ValueError("it defines entities")
    try:
        feed = ElementTree.fromstring(bodies[PATH])  # noqa: S314 (without entities, harmless)
    except ElementTree.ParseError as error:
        raise ValueError(f"not XML: {error}") from None
    names: dict[str, str] = {}
    for entry in feed.iterfind(f"{{{_ATOM}}}entry"):
        outlet = entry.find(f"{{{_ATOM}}}category")
        if outlet is None or _text(entry, "updated") > _text(feed, "updated"):
            raise ValueError("an entry has no outlet, or is newer than the feed")
        names[outlet.attrib["term"]] = outlet.attrib["label"]
    codes = sorted(names)
    exact = {code: names[code] for code in codes if _REPLACED not in names[code]}
    return Stated("", exact, {code: {} for code in codes}, whole=False, rows=len(codes))


def _text(element: ElementTree.Element, name: str) -> str:
    return element.findtext(f"{{{_ATOM}}}{name}") or ""
