"""The directory of applications (應用清冊): the list, as JSON too, and the form to send one in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from aiohttp import web

from core.community.directory import DirectoryEntry
from core.community.history import load_history
from core.community.listing import CATEGORIES, LONGEST, PLATFORMS, BadField, Listing, read_listing
from core.community.store import AlreadyListed, QueueFull
from core.domain.text import Text
from core.errors import NotPermitted
from public_site import parameters
from public_site.answers import BRIEFLY, CORS, JSON, accepts_gzip, gzipped, is_known
from public_site.directory import DIRECTORY
from public_site.keys import SNAPSHOTS
from public_site.pages.reader import Reader, reader_of
from public_site.pages.rendering import bare_page, page_answer
from public_site.serving.forms import small_form

routes = web.RouteTableDef()

FORM = "/apps/submit"
# Filled by programs that fill everything; people do not see it.
TRAP = "website"


@dataclass(frozen=True)
class Chip:
    """A category as a link that filters."""

    label: str
    count: int
    url: str
    chosen: bool


@dataclass(frozen=True)
class Field:
    """A field of the form as it is shown."""

    name: str
    value: str
    error: str


@routes.get("/apps")
async def apps_page(request: web.Request) -> web.StreamResponse:
    """Answer the directory, newest submissions first, then the applications of 2020."""
    look, reader = request.app[SNAPSHOTS].look(), reader_of(request)
    entries = await request.app[DIRECTORY].now()
    category = parameters.one_of(request.query, "category", tuple(CATEGORIES))
    return page_answer(
        request,
        look,
        reader,
        "apps.html",
        (category, request.app[DIRECTORY].version),
        lambda: _context(entries, category, reader),
    )


@routes.get("/apps.json")
async def apps_json(request: web.Request) -> web.Response:
    """Answer the directory for programs."""
    entries = await request.app[DIRECTORY].now()
    tag = f'W/"{request.app[DIRECTORY].version}"'
    headers = {"ETag": tag, "Cache-Control": BRIEFLY, "Vary": "Accept-Encoding", **CORS}
    if is_known(request, tag):
        return web.Response(status=304, headers=headers)
    body = msgspec.json.encode(_document(entries))
    if accepts_gzip(request):
        headers["Content-Encoding"] = "gzip"
        body = gzipped(body)
    return web.Response(body=body, headers=headers, content_type=JSON, charset="utf-8")


@routes.get(FORM)
async def form_page(request: web.Request) -> web.Response:
    """Answer the empty form; or, after a submission, that it has arrived."""
    reader = reader_of(request)
    sent = parameters.text(request.query, "sent", longest=12)
    if sent:
        return bare_page("apps_sent.html", reader, 200, FORM, reference=sent)
    return _form(reader, 200, {}, {}, "")


@routes.post(FORM)
async def submit(request: web.Request) -> web.Response:
    """Take a submission; a steward reviews it before it is shown."""
    _refuse_other_sites(request)
    reader, sent = reader_of(request), await small_form(request)
    if sent.get(TRAP):
        return _sent(reader, "000000000000")
    try:
        return _sent(reader, await request.app[DIRECTORY].submit(read_listing(sent)))
    except BadField as error:
        words = error.words.in_language(reader.language)
        return _form(reader, 400, sent, {error.field: words}, reader.word("apps_fix"))
    except AlreadyListed:
        return _form(reader, 409, sent, {"url": reader.word("apps_already")}, "")
    except QueueFull:
        return _form(reader, 503, sent, {}, reader.word("apps_queue_full"))


def _refuse_other_sites(request: web.Request) -> None:
    """Refuse a form that another site's page sends in its reader's name."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise NotPermitted("send this form from its own page", code="FOREIGN_FORM")


def _sent(reader: Reader, reference: str) -> web.Response:
    address = reader.link(FORM, {"sent": reference})
    return web.Response(status=303, headers={"Location": address})


def _form(
    reader: Reader, status: int, sent: Mapping[str, str], errors: Mapping[str, str], message: str
) -> web.Response:
    names = ("name", "url", "author", "author_url", "description", "category", "platform")
    fields = {name: Field(name, sent.get(name, ""), errors.get(name, "")) for name in names}
    return bare_page(
        "apps_submit.html",
        reader,
        status,
        FORM,
        fields=fields,
        message=message or " ".join(errors.values()),
        longest=LONGEST,
        categories=_options(CATEGORIES, reader),
        platforms=_options(PLATFORMS, reader),
        trap=TRAP,
    )


def _options(words: Mapping[str, Text], reader: Reader) -> list[tuple[str, str]]:
    return [(value, text.in_language(reader.language)) for value, text in words.items()]


def _context(
    entries: Sequence[DirectoryEntry], category: str, reader: Reader
) -> Mapping[str, object]:
    history = load_history()
    chosen = [entry for entry in entries if category in ("", entry.listing.category)]
    return {
        "chips": list(_chips(entries, category, reader)),
        "recent": [entry for entry in chosen if entry.origin == "submission"],
        "old": [entry for entry in chosen if entry.origin == "history"],
        "categories": dict(_options(CATEGORIES, reader)),
        "platforms": dict(_options(PLATFORMS, reader)),
        "source": history.source.in_language(reader.language),
        "related": [
            (link.title.in_language(reader.language), link.url, link.note)
            for link in history.related
        ],
        "form_url": reader.link(FORM),
    }


def _chips(entries: Sequence[DirectoryEntry], category: str, reader: Reader) -> Iterator[Chip]:
    """Yield the categories that have entries."""
    counts = Counter(entry.listing.category for entry in entries)
    for name, label in _options(CATEGORIES, reader):
        if counts[name]:
            chosen = name == category
            url = reader.link("/apps", {} if chosen else {"category": name})
            yield Chip(label, counts[name], url, chosen)


def _document(entries: Sequence[DirectoryEntry]) -> dict[str, object]:
    history = load_history()
    return {
        "apps": [_flat(entry) for entry in entries],
        "related": [
            {"title": link.title.zh, "title_en": link.title.en, "url": link.url}
            for link in history.related
        ],
        "source_of_history": history.source.zh,
        "submit": FORM,
    }


def _flat(entry: DirectoryEntry) -> dict[str, object]:
    listing: Listing = entry.listing
    fields = msgspec.to_builtins(entry)
    del fields["listing"]
    return {**fields, **msgspec.to_builtins(listing)}
