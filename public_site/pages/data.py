"""The page for those who build something: what there is, and three lines that work."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web

from core.domain.snapshot import FileEntry, Manifest
from public_site.downloads import ADDRESSES_OF_2020
from public_site.keys import SETTINGS, SNAPSHOTS
from public_site.pages.reader import Reader, reader_of
from public_site.pages.rendering import page_answer
from public_site.snapshots import Look
from public_site.words import WORDS

routes = web.RouteTableDef()

_PACKED = ".gz"
OFFICIAL = "maskdata.csv"


@dataclass(frozen=True)
class File:
    """A download as listed."""

    name: str
    what: str
    rows: int
    size: str
    packed_size: str


@routes.get("/data")
async def data_page(request: web.Request) -> web.Response:
    """Answer the downloads and how to use them; the lines name the host that was asked."""
    look = request.app[SNAPSHOTS].look()
    reader = reader_of(request)
    origin = request.app[SETTINGS].public_url.rstrip("/") or str(request.url.origin())
    return page_answer(
        request, look, reader, "data.html", origin, lambda: _context(look, reader, origin)
    )


def _context(look: Look, reader: Reader, origin: str) -> dict[str, object]:
    manifest = look.view.manifest
    return {
        "origin": origin,
        "lines": _lines(origin),
        "verify_lines": _verify_lines(origin, look.published.current.manifest),
        "files": [_file(entry, manifest, reader) for entry in _plain(manifest)],
        "old_addresses": [f"{origin}{path}" for path in ADDRESSES_OF_2020],
        "fixed": f"{origin}/data/{manifest.sequence}/maskdata.csv",
        "example_code": look.view.entries[0].record.code if look.view.entries else "5901012345",
    }


def _lines(origin: str) -> list[tuple[str, str]]:
    """Return three commands, each with the key of its title."""
    nearby = f"{origin}/api/v1/nearby?lat=25.0478&lon=121.517&in_stock=1"
    return [
        ("line_csv", f"curl --compressed -O {origin}/data/maskdata.csv"),
        ("line_nearby", f'curl "{nearby}"'),
        (
            "line_python",
            "python3 -c \"import json, urllib.request as u; print(len(json.load(u.urlopen('"
            f"{origin}/data/outlets.geojson'))['features']))\"",
        ),
    ]


def _verify_lines(origin: str, manifest: str) -> list[str]:
    return [
        f"curl -O {origin}/data/{manifest} -O {origin}/data/{manifest}.sig"
        f" -O {origin}/data/public-key.pem",
        "base64 -d manifest.json.sig > manifest.bin",
        "openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in manifest.json"
        " -sigfile manifest.bin",
    ]


def _plain(manifest: Manifest) -> list[FileEntry]:
    """Return the files without their compressed twins, the official one first."""
    plain = [entry for entry in manifest.files if not entry.path.endswith(_PACKED)]
    return sorted(plain, key=lambda entry: (entry.path != OFFICIAL, entry.path))


def _file(entry: FileEntry, manifest: Manifest, reader: Reader) -> File:
    packed = next((e for e in manifest.files if e.path == entry.path + _PACKED), None)
    key = f"file_{entry.path}"
    return File(
        name=entry.path,
        what=reader.word(key if key in WORDS else "file_other"),
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
