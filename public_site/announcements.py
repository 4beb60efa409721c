"""Announcements to those who use the data: page, Atom, JSON.

They come from a file that an operator edits, and from one that the portal writes when the authority
announces something. Each is looked at again at most once a second. A damaged one is logged, and its
last good content stays. The setting ``sunset`` makes an announcement by itself.
"""

from __future__ import annotations

import time
import tomllib
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from datetime import time as clock_of
from pathlib import Path
from typing import Annotated, Literal
from xml.etree import ElementTree

import msgspec
from aiohttp import web
from msgspec import Meta

from core.community.announced import read_announced
from core.domain.calendar import TAIPEI, rfc3339
from core.errors import Invalid
from core.log import get_logger
from core.releases import sha256_hex
from public_site.answers import JSON, is_known
from public_site.fingerprint import Fingerprint, fingerprint
from public_site.origin import origin_of

routes = web.RouteTableDef()

ATOM_PATH, JSON_PATH = "/data/announcements.atom", "/data/announcements.json"
_ATOM = "http://www.w3.org/2005/Atom"
_TITLE = {"zh-TW": "口罩地圖開放資料公告", "en": "maskmap open data: announcements"}
_LOOK_EVERY_S = 1.0
_FIVE_MINUTES = "public, max-age=300"

log = get_logger(__name__)


class Announcement(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One announcement; ``effective`` is the day from which it holds."""

    id: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9.-]{0,80}$")]
    kind: Literal["notice", "change", "incident", "sunset"]
    date: date
    effective: date
    zh: Annotated[str, Meta(min_length=1)]
    en: Annotated[str, Meta(min_length=1)]

    def in_language(self, language: str) -> str:
        """Return the words in a language."""
        return self.en if language.startswith("en") else self.zh


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    announcement: list[Announcement] = []


def parse(text: str) -> tuple[Announcement, ...]:
    """Read a file of announcements, newest first.

    Raises:
        Invalid: it is none, or an id stands there twice.
    """
    try:
        document = msgspec.convert(tomllib.loads(text), _Document)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise Invalid(f"announcements: {error}") from None
    found = document.announcement
    if len({one.id for one in found}) != len(found):
        raise Invalid("announcements: an id stands there twice")
    return _newest_first(found)


def _newest_first(found: Iterable[Announcement]) -> tuple[Announcement, ...]:
    return tuple(sorted(found, key=lambda one: (one.date, one.id), reverse=True))


def _from_file(path: Path) -> tuple[Announcement, ...]:
    return parse(path.read_text(encoding="utf-8"))


def _from_authority(path: Path) -> tuple[Announcement, ...]:
    """Read what the authority announced in the portal; no file is nothing announced."""
    try:
        return tuple(msgspec.convert(msgspec.to_builtins(read_announced(path)), list[Announcement]))
    except msgspec.ValidationError as error:
        raise Invalid(f"announcements of the authority: {error}") from None


class _Source:
    """One file of announcements: the last good ones stay while it is damaged."""

    def __init__(self, path: Path, read: Callable[[Path], tuple[Announcement, ...]]) -> None:
        self._path, self._read = path, read
        self._seen: Fingerprint = ()
        self._fault = ""
        self.good: tuple[Announcement, ...] = ()

    def look(self) -> None:
        """Read the file again where it changed."""
        seen = fingerprint(self._path)
        if seen == self._seen:
            return
        fault = ""
        try:
            self.good = self._read(self._path)
            self._seen = seen
        except (OSError, UnicodeDecodeError, Invalid) as error:
            fault = str(error)
            if fault != self._fault:
                log.warning("announcements refused; the last good ones stay", error=fault)
        self._fault = fault


class Announcements:
    """What is announced now; reads its files again when they have changed."""

    def __init__(
        self,
        path: Path,
        sunset: date | None,
        seconds: Callable[[], float] = time.monotonic,
        announced: Path | None = None,
    ) -> None:
        self._sunset = sunset
        self._seconds = seconds
        self._look_at = float("-inf")
        self._sources = [_Source(path, _from_file)]
        if announced is not None:
            self._sources.append(_Source(announced, _from_authority))
        self._good: tuple[Announcement, ...] = ()

    def now(self) -> tuple[Announcement, ...]:
        """Return what is announced, newest first; the end of the service before all."""
        if self._seconds() >= self._look_at:
            self._look_at = self._seconds() + _LOOK_EVERY_S
            self._look()
        return (*self._end(), *self._good)

    def _look(self) -> None:
        for source in self._sources:
            source.look()
        # An id stands once: the operator's file comes first.
        found = {one.id: one for source in reversed(self._sources) for one in source.good}
        self._good = _newest_first(found.values())

    def _end(self) -> Sequence[Announcement]:
        day = self._sunset
        if day is None or any(one.kind == "sunset" for one in self._good):
            return ()
        newest = max((one.date for one in self._good), default=day)
        return (
            Announcement(
                id=f"sunset-{day}",
                kind="sunset",
                date=min(newest, day),
                effective=day,
                zh=f"資料發布到 {day} 為止；之後仍可下載最後一份。",
                en=f"Data are published until {day}; the last snapshot can be fetched afterwards.",
            ),
        )


ANNOUNCEMENTS = web.AppKey("announcements", Announcements)


@routes.get(JSON_PATH)
async def as_json(request: web.Request) -> web.Response:
    """Answer the announcements as the member ``announcements``, newest first."""
    body = msgspec.json.encode({"announcements": request.app[ANNOUNCEMENTS].now()})
    return _answer(request, body, JSON)


@routes.get(ATOM_PATH)
async def as_atom(request: web.Request) -> web.Response:
    """Answer the announcements as an Atom feed (RFC 4287); ``?lang=en`` in English."""
    language = "en" if request.query.get("lang", "").lower().startswith("en") else "zh-TW"
    origin = origin_of(request)
    body = atom(request.app[ANNOUNCEMENTS].now(), origin, language)
    return _answer(request, body, "application/atom+xml")


def atom(found: Sequence[Announcement], origin: str, language: str) -> bytes:
    """Write announcements as an Atom feed."""
    suffix = "?lang=en" if language == "en" else ""
    feed = ElementTree.Element("feed", {"xmlns": _ATOM, "xml:lang": language})
    _add(feed, "title", _TITLE[language])
    _add(feed, "id", f"{origin}{ATOM_PATH}")
    _add(feed, "updated", _instant(max((one.date for one in found), default=date(2026, 11, 22))))
    _add(
        feed,
        "link",
        "",
        rel="self",
        type="application/atom+xml",
        href=f"{origin}{ATOM_PATH}{suffix}",
    )
    _add(feed, "link", "", rel="alternate", type="text/html", href=f"{origin}/data/policy{suffix}")
    _add(_add(feed, "author", ""), "name", "maskmap")
    for one in found:
        entry = _add(feed, "entry", "")
        words = one.in_language(language)
        _add(entry, "id", f"{origin}{ATOM_PATH}#{one.id}")
        _add(entry, "title", f"{one.date} {_first_sentence(words)}")
        _add(entry, "updated", _instant(one.date))
        _add(entry, "category", "", term=one.kind)
        _add(entry, "link", "", rel="alternate", href=f"{origin}/data/policy{suffix}#{one.id}")
        _add(entry, "content", f"{words} ({one.effective})", type="text")
    return ElementTree.tostring(feed, encoding="utf-8", xml_declaration=True)


def _add(parent: ElementTree.Element, name: str, text: str, **more: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, name, more)
    child.text = text or None
    return child


def _first_sentence(words: str) -> str:
    for end in ("。", ". "):
        words = words.partition(end)[0]
    return words.rstrip(".")


def _instant(day: date) -> str:
    return rfc3339(datetime.combine(day, clock_of(), tzinfo=TAIPEI))


def _answer(request: web.Request, body: bytes, media_type: str) -> web.Response:
    headers = {"ETag": f'"{sha256_hex(body)}"', "Cache-Control": _FIVE_MINUTES}
    if is_known(request, headers["ETag"]):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, headers=headers, content_type=media_type, charset="utf-8")
