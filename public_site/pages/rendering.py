"""Render a page once per snapshot and minute; put the age of the data in at each request.

Rendering costs a thousand times what sending does. All that changes between two renderings of one
snapshot are the words "12 seconds ago", and the host that was asked: they are cut out of the page
and spliced in when it goes out. Ages of single outlets are told in minutes, and the rule of the
day in days, so the minute is part of the memory's key.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable, Mapping
from datetime import date
from html import escape
from pathlib import Path
from types import MappingProxyType

import jinja2
from aiohttp import web
from markupsafe import Markup

from core.domain.calendar import TAIPEI, rfc3339, taipei_day
from core.domain.geography import towns_by_code
from core.domain.snapshot import STALE_AFTER_TTL, OutletRecord
from core.domain.wording import buyers_today
from public_site import static_files
from public_site.answers import BRIEFLY, NEVER, accepts_gzip, gzipped, is_known, prepared, tag_of
from public_site.basemaps import offered
from public_site.keys import SETTINGS
from public_site.origin import origin_of
from public_site.pages.reader import CHINESE, ENGLISH, Reader
from public_site.pages.times import ago, day_of_rule
from public_site.serving.ready import Lasts, Ready
from public_site.snapshots import Look

# Random, so that no published text can contain them.
_SECRET = secrets.token_hex(16)
_AGE_MARK, _ORIGIN_MARK = f"[age {_SECRET}]", f"[origin {_SECRET}]"
_MARKS = re.compile(rf"(\[(?:age|origin) {_SECRET}\])".encode())
# Left out of addresses for everybody: where a reader stands, and how far they have read.
_PERSONAL = frozenset({"lat", "lon", "page"})
# A page left open shorter than this is not called old, however often the publisher looks.
_OPEN_FOR_S = 120
# Marks that turn the direction of text: harmless inside <bdi>, not in a title or a label.
_DIRECTION = dict.fromkeys([0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["static"] = static_files.address
_environment.globals["static_exists"] = static_files.exists


def undirected(text: str) -> str:
    """Take the marks that turn the direction out of a published text."""
    return text.translate(_DIRECTION)


_environment.filters["undirected"] = undirected


class Page:
    """A rendered page, cut where age and host go; remembers its last full form."""

    __slots__ = ("_last", "_parts", "size")

    def __init__(self, html: str) -> None:
        self._parts = _MARKS.split(html.encode())
        # The page itself, its full form, and that form compressed.
        self.size = 3 * len(html)
        self._last: tuple[tuple[bytes, bytes], bytes, bytes] | None = None

    def filled(self, age: bytes, origin: bytes, *, packed: bool) -> bytes:
        """Return the bytes that go out; compressed at most once for each age."""
        if self._last is None or self._last[0] != (age, origin):
            self._last = ((age, origin), self._join(age, origin), b"")
        key, body, small = self._last
        if packed and not small:
            small = gzipped(body)
            self._last = (key, body, small)
        return small if packed else body

    def _join(self, age: bytes, origin: bytes) -> bytes:
        values = {_AGE_MARK.encode(): age, _ORIGIN_MARK.encode(): origin}
        return b"".join(values.get(part, part) for part in self._parts)


def page_answer(
    request: web.Request,
    look: Look,
    reader: Reader,
    template: str,
    key: Hashable,
    context: Callable[[], Mapping[str, object]],
    *,
    status: int = 200,
    given: Mapping[str, str] = MappingProxyType({}),
) -> web.StreamResponse:
    """Answer with a page; ``context`` is asked only where the page is not remembered.

    ``key`` names the page among all those of this snapshot in this language. ``given`` are the
    parameters that the page understands: the ways to the other language and mode keep them.
    """
    origin = escape(origin_of(request))
    tag = tag_of(look, f"-{look.age_s}-{reader.language}{'-text' if reader.text_only else ''}")
    headers = {"ETag": tag, "Cache-Control": BRIEFLY, "Vary": "Accept-Encoding, Accept-Language"}
    if status == 200 and is_known(request, tag):
        return web.Response(status=304, headers=headers)
    minute = int(look.now.timestamp()) // 60
    # One page may be asked for at several addresses, which it names itself.
    full_key = (template, request.path, key, reader, look.stale, minute)
    page = look.view.pages.get(full_key)
    if page is None:
        around = frame(look, reader, request.path, given, request.app[SETTINGS].sunset)
        around["basemaps"] = offered(request.app[SETTINGS], reader.language)
        html = render(template, reader, {**around, **context()})
        page = look.view.pages.keep(full_key, Page(html))
    packed = accepts_gzip(request)
    if packed:
        headers["Content-Encoding"] = "gzip"
    body = page.filled(age_html(look, reader), origin.encode(), packed=packed)
    headers["Content-Type"] = "text/html; charset=utf-8"
    return prepared(request, Ready(status, headers, body), Lasts.SECOND, look)


def bare_page(
    template: str, reader: Reader, status: int, path: str, **context: object
) -> web.Response:
    """Answer with a page that says nothing of any snapshot, such as an error."""
    html = render(template, reader, {"frame": None, **switch(reader, path, {}), **context})
    return _html(html.replace(_ORIGIN_MARK, "").encode(), status, {"Cache-Control": NEVER})


def _html(body: bytes, status: int, headers: Mapping[str, str]) -> web.Response:
    return web.Response(
        status=status, body=body, content_type="text/html", charset="utf-8", headers=headers
    )


def render(template: str, reader: Reader, context: Mapping[str, object]) -> str:
    """Fill a template, in text mode its plain twin where there is one; every text is escaped."""
    names = [f"text_{template}", template] if reader.text_only else [template]
    return _environment.select_template(names).render(
        t=reader.word, link=reader.link, language=reader.language, reader=reader, **context
    )


def frame(
    look: Look, reader: Reader, path: str, given: Mapping[str, str], sunset: date | None
) -> dict[str, object]:
    """Return what every page about a snapshot shows around its content."""
    rules, today = look.view.manifest.rules, taipei_day(look.now)
    return {
        "frame": look,
        "age": Markup(_AGE_MARK),  # noqa: S704  made here, of hexadecimal digits
        "fresh_for_s": max(STALE_AFTER_TTL * look.published.current.ttl_s, _OPEN_FOR_S),
        "sequence": look.view.sequence,
        "stale": look.stale,
        "pinned_block": rules.block if rules.pinned else "",
        **rule_line(look, reader),
        "sunset_day": sunset.isoformat() if sunset else "",
        "ended": sunset is not None and today > sunset,
        **switch(reader, path, given),
    }


def rule_line(look: Look, reader: Reader) -> dict[str, str]:
    """Return the day and whose day it is, for the line that stands on every page."""
    today = taipei_day(look.now)
    return {
        "rule_day": day_of_rule(today, reader),
        "rule_words": buyers_today(look.view.programme, today).in_language(reader.language),
    }


def switch(reader: Reader, path: str, given: Mapping[str, str]) -> dict[str, object]:
    """Return the ways to the same page in each language and mode.

    The canonical one says nothing of where a reader stands, nor of the page of a list.
    """
    public = {name: value for name, value in given.items() if name not in _PERSONAL}
    plain = Reader(CHINESE).link(path, public)
    named = {
        language: Reader(language, sticky=True).link(path, public)
        for language in (CHINESE, ENGLISH)
    }
    return {
        "here": path,
        "origin": Markup(_ORIGIN_MARK),  # noqa: S704  made here, of hexadecimal digits
        "other_url": reader.other.link(path, given),
        "other_mode_url": reader.other_mode.link(path, given),
        "same_url": reader.link(path, given),
        "plain_url": plain,
        "canonical": named[reader.language] if reader.sticky else plain,
        "language_urls": named,
    }


def age_html(look: Look, reader: Reader) -> bytes:
    """Return the time and age of the data, as HTML; the script keeps the age going."""
    key = ("age", look.age_s, reader.language)
    known = look.published.packed.get(key)
    return known if known is not None else look.published.packed.keep(key, _age(look, reader))


def _age(look: Look, reader: Reader) -> bytes:
    checked = look.published.checked_at.astimezone(TAIPEI)
    same_day = checked.date() == look.now.astimezone(TAIPEI).date()
    shown = f"{checked:%H:%M:%S}" if same_day else f"{checked:%Y-%m-%d %H:%M:%S}"
    return (
        f'<time datetime="{rfc3339(checked)}">{shown}</time> · '
        f'<span data-age="{look.age_s}">{ago(look.age_s, reader.language)}</span>'
    ).encode()


def place_names(record: OutletRecord, language: str) -> tuple[str, str]:
    """Return the names of an outlet's county and town in a language."""
    town = towns_by_code().get(record.town_code)
    if language == CHINESE or town is None:
        return record.county, record.town
    return town.county_en, town.town_en
