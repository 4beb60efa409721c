"""Render a page once per snapshot and minute; put the age of the data in at each request.

Rendering costs a thousand times what sending does. All that changes between two renderings of one
snapshot are the words "12 seconds ago": they are cut out of the page and spliced in when it goes
out. Ages of single outlets are told in minutes, so the minute is part of the memory's key.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable, Mapping
from datetime import datetime
from pathlib import Path

import jinja2
from aiohttp import web
from markupsafe import Markup

from core.domain.calendar import TAIPEI, rfc3339
from core.domain.geography import towns_by_code
from core.domain.snapshot import OutletRecord
from public_site import static_files
from public_site.answers import BRIEFLY, NEVER, accepts_gzip, gzipped, is_known, tag_of
from public_site.pages.reader import CHINESE, Reader
from public_site.snapshots import Look
from public_site.words import word

# Random, so that no published text can contain it.
_AGE_MARK = f"[age {secrets.token_hex(16)}]"

_environment = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent.parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_environment.globals["static"] = static_files.address


class Page:
    """A rendered page, cut where the age of the data goes; remembers its last full form."""

    __slots__ = ("_last", "_parts", "size")

    def __init__(self, html: str) -> None:
        self._parts = html.encode().split(_AGE_MARK.encode())
        # The page itself, its full form, and that form compressed.
        self.size = 3 * len(html)
        self._last: tuple[bytes, bytes, bytes] | None = None

    def with_age(self, age: bytes, *, packed: bool) -> bytes:
        """Return the bytes that go out; compressed at most once for each age."""
        if self._last is None or self._last[0] != age:
            self._last = (age, age.join(self._parts), b"")
        _, body, small = self._last
        if packed and not small:
            small = gzipped(body)
            self._last = (age, body, small)
        return small if packed else body


def page_answer(
    request: web.Request,
    look: Look,
    reader: Reader,
    template: str,
    key: Hashable,
    context: Callable[[], Mapping[str, object]],
    *,
    status: int = 200,
) -> web.Response:
    """Answer with a page; ``context`` is asked only where the page is not remembered.

    ``key`` names the page among all those of this snapshot in this language.
    """
    tag = tag_of(look, f"-{look.age_s}-{reader.language}")
    headers = {"ETag": tag, "Cache-Control": BRIEFLY, "Vary": "Accept-Encoding, Accept-Language"}
    if status == 200 and is_known(request, tag):
        return web.Response(status=304, headers=headers)
    minute = int(look.now.timestamp()) // 60
    full_key = (template, key, reader, look.stale, minute)
    page = look.view.pages.get(full_key)
    if page is None:
        html = render(template, reader, {**frame(look, reader, request), **context()})
        page = look.view.pages.keep(full_key, Page(html))
    packed = accepts_gzip(request)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return _html(page.with_age(age_html(look, reader), packed=packed), status, headers)


def bare_page(
    template: str, reader: Reader, status: int, path: str, **context: object
) -> web.Response:
    """Answer with a page that says nothing of any snapshot, such as an error."""
    html = render(template, reader, {"frame": None, **switch(reader, path, {}), **context})
    return _html(html.encode(), status, {"Cache-Control": NEVER})


def _html(body: bytes, status: int, headers: Mapping[str, str]) -> web.Response:
    return web.Response(
        status=status, body=body, content_type="text/html", charset="utf-8", headers=headers
    )


def render(template: str, reader: Reader, context: Mapping[str, object]) -> str:
    """Fill a template; every text is escaped."""
    return _environment.get_template(template).render(
        t=reader.word, link=reader.link, language=reader.language, reader=reader, **context
    )


def frame(look: Look, reader: Reader, request: web.Request) -> dict[str, object]:
    """Return what every page about a snapshot shows around its content."""
    rules = look.view.manifest.rules
    return {
        "frame": look,
        "age": Markup(_AGE_MARK),  # noqa: S704  made here, of hexadecimal digits
        "sequence": look.view.sequence,
        "stale": look.stale,
        "pinned_block": rules.block if rules.pinned else "",
        **switch(reader, request.path, request.query),
    }


def switch(reader: Reader, path: str, query: Mapping[str, str]) -> dict[str, object]:
    """Return the way to the same page in the other language."""
    parameters = {name: value for name, value in query.items() if name != "lang"}
    return {"other_url": reader.other.link(path, parameters), "here": path}


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


def ago(seconds: float, language: str) -> str:
    """Say how long ago something was, in the largest unit that fits."""
    seconds = max(0, int(seconds))
    for length, key in ((86400, "days_ago"), (3600, "hours_ago"), (60, "minutes_ago")):
        if seconds >= length:
            return word(key, language, n=seconds // length)
    return word("seconds_ago", language, n=seconds) if seconds >= 2 else word("just_now", language)


def since(text: str, now: datetime, language: str) -> str:
    """Say how long ago a published time was, in whole minutes; empty where there is none."""
    try:
        seconds = (now - datetime.fromisoformat(text)).total_seconds()
    except (ValueError, TypeError):
        return ""
    return ago(seconds, language) if seconds >= 60 else word("just_now", language)


def clock_time(text: str) -> str:
    """Spell a published time for people: ``2020-02-06 10:30:05``; as it is where it is none."""
    try:
        return f"{datetime.fromisoformat(text).astimezone(TAIPEI):%Y-%m-%d %H:%M:%S}"
    except ValueError:
        return text


def place_names(record: OutletRecord, language: str) -> tuple[str, str]:
    """Return the names of an outlet's county and town in a language."""
    town = towns_by_code().get(record.town_code)
    if language == CHINESE or town is None:
        return record.county, record.town
    return town.county_en, town.town_en
