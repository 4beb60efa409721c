"""The headers that every answer carries: what browsers may do, who may read, how long we last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime
from functools import cached_property

from core.domain.calendar import TAIPEI
from core.settings import Settings
from public_site.basemaps import origins

# Where open data are, for programs of any origin.
DATA_PATHS = (
    "/api/",
    "/data/",
    "/resource/",
    "/json/",
    "/sandbox/",
    "/openapi.json",
    "/apps.json",
)
# Pages for people that lie among them: they depend on language and host.
DATA_PAGES = tuple(
    f"/data/{name}" for name in ("api", "dictionary", "examples", "policy", "sandbox")
)
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": (
        "ETag, Content-Length, Content-Range, X-Snapshot, X-As-Of, X-Published-At, Sunset, Link"
    ),
}
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Server": "maskmap",
}


class Policy:
    """The headers of pages and of open data, as names and as ready bytes."""

    def __init__(self, settings: Settings) -> None:
        self.page = {"Content-Security-Policy": content_policy(origins(settings)), **_ALWAYS}
        self.data = self.page | CORS | _sunset(settings.sunset)

    def of(self, path: str) -> Mapping[str, str]:
        """Return the headers for an address."""
        return self.data if path.startswith(DATA_PATHS) else self.page

    def lines_of(self, path: str) -> bytes:
        """Return the headers for an address as lines."""
        return self._data_lines if path.startswith(DATA_PATHS) else self._page_lines

    @cached_property
    def _page_lines(self) -> bytes:
        return lines(self.page)

    @cached_property
    def _data_lines(self) -> bytes:
        return lines(self.data)


def lines(headers: Mapping[str, str]) -> bytes:
    """Write headers as lines of a head."""
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode("latin-1")


def content_policy(tiles: Sequence[str]) -> str:
    """Return what pages may load: our own files, and tiles of the hosts that are named.

    A tile that is given up is replaced by an empty picture, which the map has as a `data:` address.
    """
    pictures = " ".join(["'self'", *(["data:", *tiles] if tiles else [])])
    return (
        f"default-src 'self'; img-src {pictures}; worker-src 'self'; manifest-src 'self';"
        " base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
    )


def _sunset(last_day: date | None) -> dict[str, str]:
    """Say when data end: after the last day, Taipei time. Source: RFC 8594."""
    if last_day is None:
        return {}
    end = datetime.combine(last_day + timedelta(days=1), time(), TAIPEI).astimezone(UTC)
    return {"Sunset": format_datetime(end, usegmt=True), "Link": '</status>; rel="sunset"'}
