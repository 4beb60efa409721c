"""The installed site: what a browser keeps, so that the last snapshot can be searched offline.

Numbers without their age would mislead, so no page with numbers is ever kept: a visit that fails
leads to ``/offline``, which searches the data saved on the device and says how old they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec
from aiohttp import web

from core.domain.snapshot import OutletRecord
from core.domain.text import Text
from public_site import static_files
from public_site.answers import json_answer, prepared
from public_site.keys import SNAPSHOTS
from public_site.map_points import cells, key_to_rows, pack_tightly
from public_site.pages.reader import CHINESE, ENGLISH, Reader, reader_of
from public_site.pages.rendering import bare_page
from public_site.serving.ready import Ready
from public_site.view import View

routes = web.RouteTableDef()

SHELL_FILES = (
    "site.css",
    "theme.js",
    "site.js",
    "app.js",
    "offline.js",
    "shapes.svg",
    "favicon.svg",
)
_PAGES = tuple(Reader(language, sticky=True).link("/offline") for language in (CHINESE, ENGLISH))
_WORKER = (Path(__file__).parent / "static" / "worker.js").read_text("utf-8")
_ICONS = (
    ("icon-192.png", "192x192", "any"),
    ("icon-512.png", "512x512", "any"),
    ("icon-maskable-512.png", "512x512", "maskable"),
)
# Revalidated each time, so that a new version is seen at once.
_ASKED_AGAIN = {"Cache-Control": "no-cache"}


@routes.get("/offline")
async def offline_page(request: web.Request) -> web.Response:
    """Answer the page that searches what is saved on the device; it holds no number itself."""
    response = bare_page("offline.html", reader_of(request), 200, "/offline")
    response.headers.update(_ASKED_AGAIN)
    return response


@routes.get("/sw.js")
async def worker(request: web.Request) -> web.StreamResponse:
    """Answer the service worker; its text changes whenever what it keeps does."""
    return prepared(request, _worker())


@cache
def _worker() -> Ready:
    """Return the worker with its settings; browsers ask for it again at every visit."""
    shell = [*_PAGES, *map(static_files.address, SHELL_FILES)]
    settings = msgspec.json.encode({"version": _version(shell), "shell": shell}).decode()
    body = _WORKER.replace("/* settings */ {}", settings).encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    kind = {"Content-Type": "text/javascript; charset=utf-8", "ETag": tag}
    return Ready(200, _ASKED_AGAIN | kind, body)


def _version(shell: list[str]) -> str:
    """Name the shell by its content: the addresses of files do, and the pages' template."""
    pages = [_page_text(language) for language in (CHINESE, ENGLISH)]
    return hashlib.sha256("\n".join([_WORKER, *shell, *pages]).encode()).hexdigest()[:12]


def _page_text(language: str) -> str:
    response = bare_page("offline.html", Reader(language, sticky=True), 200, "/offline")
    return bytes(response.body or b"").decode()


@routes.get("/manifest.webmanifest")
async def manifest(request: web.Request) -> web.Response:
    """Answer what the site is called and looks like when it is installed."""
    reader = reader_of(request)
    body = {
        "id": "/",
        "name": reader.word("site_name"),
        "short_name": reader.word("app_short_name"),
        "description": reader.word("app_description"),
        "lang": reader.language,
        "dir": "ltr",
        "start_url": reader.link("/"),
        "scope": "/",
        "display": "standalone",
        "background_color": "#f4f6f6",
        "theme_color": "#0b5c5f",
        "icons": [
            {"src": static_files.address(name), "sizes": sizes, "type": "image/png", "purpose": use}
            for name, sizes, use in _ICONS
        ],
    }
    return web.Response(
        body=msgspec.json.encode(body),
        content_type="application/manifest+json",
        charset="utf-8",
        headers=_ASKED_AGAIN,
    )


@routes.get("/api/v1/offline")
async def offline_data(request: web.Request) -> web.Response:
    """Answer the whole snapshot in the fewest fields that are of use in a queue."""
    look = request.app[SNAPSHOTS].look()
    rest = look.view.answers.get(offline_data)
    if rest is None:
        rest = look.view.answers.keep(offline_data, _rows(look.view))
    pack_tightly(look, rest, offline_data)
    return json_answer(request, look, rest, offline_data)


def _rows(view: View) -> bytes:
    products = view.programme.product
    members: Mapping[str, object] = {
        **key_to_rows(view, "code", "name", "address", "phone"),
        "products": {
            product.id: {"name": _both(product.name), "unit": _both(product.unit)}
            for product in products
        },
        "outlets": [_row(entry.record, view.programme.product_ids) for entry in view.entries],
    }
    return msgspec.json.encode(members)[1:]


def _both(text: Text) -> dict[str, str]:
    return {language: text.in_language(language) for language in (CHINESE, ENGLISH)}


def _row(record: OutletRecord, products: tuple[str, ...]) -> tuple[str | float, ...]:
    return record.code, record.name, record.address, record.phone, *cells(record, products)
