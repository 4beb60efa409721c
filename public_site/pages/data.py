"""The pages for those who build something: three lines that work, and all that comes after."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import msgspec
from aiohttp import web
from markupsafe import Markup

from core.domain import dictionary
from core.domain.linked_data import absolute
from core.domain.snapshot import FileEntry, Manifest
from core.releases import HISTORY_INDEX
from public_site.announcements import ANNOUNCEMENTS
from public_site.api_parts import bounds_in_words, calls, sandbox_calls
from public_site.beside import BESIDE_FILES, DATASET, Glance
from public_site.downloads import ADDRESSES_OF_2020, BY_TOWN
from public_site.examples import EXAMPLES, THREE, VERIFY
from public_site.keys import SETTINGS, SNAPSHOTS
from public_site.openapi import paths_of
from public_site.operations import PROBLEM_CODES
from public_site.origin import origin_of
from public_site.pages.reader import Reader, reader_of
from public_site.pages.rendering import page_answer
from public_site.pages.times import clock_time
from public_site.samples import all_samples
from public_site.snapshots import Look

routes = web.RouteTableDef()

_PACKED = (".gz", ".br")
OFFICIAL = "maskdata.csv"
MOST_NEWS = 3
MOST_DAYS = 3
RESTOCKS = "restocks.atom"


@dataclass(frozen=True)
class File:
    """A download as listed."""

    name: str
    what: str
    rows: int
    size: str
    packed_size: str


@routes.get("/data")
async def data_page(request: web.Request) -> web.StreamResponse:
    """Answer three lines, the downloads, and the way to everything else."""
    there = await asyncio.to_thread(request.app[BESIDE_FILES].glance)

    def first(request: web.Request, look: Look, reader: Reader) -> dict[str, object]:
        return _first(look, reader) | _beside(request, look, there)

    return _page(request, "data.html", first, (there.names, there.dataset, tuple(there.days)))


@routes.get("/data/api")
async def api_page(request: web.Request) -> web.StreamResponse:
    """Answer every call and parameter of the API."""
    return _page(request, "data_api.html", _api)


@routes.get("/data/dictionary")
async def dictionary_page(request: web.Request) -> web.StreamResponse:
    """Answer what every field means, and where it stands."""
    return _page(request, "data_dictionary.html", _dictionary)


@routes.get("/data/examples")
async def examples_page(request: web.Request) -> web.StreamResponse:
    """Answer examples that run."""
    return _page(
        request, "data_examples.html", lambda request, look, reader: {"examples": EXAMPLES}
    )


@routes.get("/data/sandbox")
async def sandbox_page(request: web.Request) -> web.StreamResponse:
    """Answer how to try a program against answers that never change."""
    return _page(request, "data_sandbox.html", _sandbox)


@routes.get("/data/policy")
async def policy_page(request: web.Request) -> web.StreamResponse:
    """Answer how often to ask, what may change, the licence, announcements, contact."""
    return _page(request, "data_policy.html", _policy)


def _page(
    request: web.Request,
    template: str,
    context: Callable[[web.Request, Look, Reader], Mapping[str, object]],
    key: Hashable = None,
) -> web.StreamResponse:
    look = request.app[SNAPSHOTS].look()
    reader = reader_of(request)
    news = request.app[ANNOUNCEMENTS].now()
    settings = request.app[SETTINGS]
    return page_answer(
        request,
        look,
        reader,
        template,
        (news, settings.contact, key),
        lambda: {"news": news, "contact": settings.contact, **context(request, look, reader)},
    )


def _first(look: Look, reader: Reader) -> dict[str, object]:
    manifest = look.view.manifest
    return {
        "lines": THREE,
        "files": [_file(entry, manifest, reader) for entry in _plain(manifest)],
        "samples": [(name, size_words(len(body))) for name, body in all_samples().items()],
        "addresses_of_2020": tuple(ADDRESSES_OF_2020),
        "most_news": MOST_NEWS,
        "ttl_s": manifest.ttl_s,
        "as_of": clock_time(manifest.as_of),
    }


def _beside(request: web.Request, look: Look, there: Glance) -> dict[str, object]:
    """Return what stands in folders of the snapshot, and what stands beside the snapshots."""
    folder = [e for e in look.view.manifest.files if e.path.startswith(BY_TOWN)]
    towns = [entry for entry in folder if not entry.path.endswith(_PACKED)]
    document = f"{origin_of(request)}/data/{DATASET}"
    said = msgspec.json.decode(there.dataset) if there.dataset else None
    return {
        "restocks": any(e.path == RESTOCKS for e in look.view.manifest.files),
        "towns": len(towns),
        "largest_town": max(towns, key=lambda entry: entry.rows).path if towns else "",
        "catalogue": [name for name in there.names if name != HISTORY_INDEX],
        "history_days": list(there.days.items())[:MOST_DAYS],
        "history_count": len(there.days),
        "linked_data": embedded(absolute(said, document)) if said else "",
    }


def embedded(document: object) -> Markup:
    """Encode linked data for a script element: no text in it can end the element."""
    text = msgspec.json.encode(document).decode()
    for sign in "<>&":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return Markup(text)  # noqa: S704 - every character that HTML knows is escaped


def _api(request: web.Request, look: Look, reader: Reader) -> dict[str, object]:
    found = calls(look.view.programme.product_ids, frozenset(paths_of(request.app)))
    return {
        "calls": found,
        "codes": PROBLEM_CODES,
        "envelope": dictionary.ENVELOPE,
        "bounds_of": bounds_in_words,
    }


def _dictionary(request: web.Request, look: Look, reader: Reader) -> dict[str, object]:
    return {
        "record": dictionary.RECORD,
        "also": dictionary.ALSO,
        "tables": (
            ("daily/YYYY-MM-DD.csv", dictionary.DAILY),
            ("current.json", dictionary.CURRENT),
            ("manifest.json", dictionary.MANIFEST),
        ),
        "file_words": dictionary.FILES,
    }


def _sandbox(request: web.Request, look: Look, reader: Reader) -> dict[str, object]:
    return {"calls": sandbox_calls()}


def _policy(request: web.Request, look: Look, reader: Reader) -> dict[str, object]:
    manifest = look.view.manifest
    return {
        "ttl_s": manifest.ttl_s,
        "as_of": clock_time(manifest.as_of),
        "verify": VERIFY,
        "sunset": request.app[SETTINGS].sunset,
    }


def _plain(manifest: Manifest) -> list[FileEntry]:
    """Return the files but packed copies and those in folders, the official one first."""
    plain = [
        entry
        for entry in manifest.files
        if not entry.path.endswith(_PACKED) and "/" not in entry.path
    ]
    return sorted(plain, key=lambda entry: (entry.path != OFFICIAL, entry.path))


def _file(entry: FileEntry, manifest: Manifest, reader: Reader) -> File:
    packed = next((e for e in manifest.files if e.path == f"{entry.path}.gz"), None)
    known = dictionary.FILES.get(entry.path)
    return File(
        name=entry.path,
        what=known.in_language(reader.language) if known else "",
        rows=entry.rows,
        size=size_words(entry.bytes),
        packed_size=size_words(packed.bytes) if packed else "",
    )


def size_words(size: int) -> str:
    """Spell a size in bytes with a decimal prefix."""
    for unit, length in (("MB", 1_000_000), ("kB", 1_000)):
        if size >= length:
            return f"{size / length:.1f} {unit}"
    return f"{size} B"
