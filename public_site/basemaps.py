"""What the map may lie on, beside the built-in boundaries: one table, read by map and headers.

Whoever's tiles are shown sees the visitors' addresses, so none is asked unless the operator lists
it in ``MASKMAP_BASEMAPS``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from core.domain.text import Text
from core.settings import Settings


@dataclass(frozen=True)
class Basemap:
    """A server of map tiles: where they are (``{z} {x} {y}``), whom to credit, how far they go."""

    id: str
    name: Text
    origin: str
    path: str
    credit: Text
    credit_url: str
    largest_zoom: int

    @property
    def url(self) -> str:
        """The address of a tile, with places for zoom, column and row."""
        return self.origin + self.path


# In the order in which they are offered.
BASEMAPS = {
    basemap.id: basemap
    for basemap in (
        # Source: National Land Surveying and Mapping Center, WMTS, layer EMAP; row before column.
        Basemap(
            id="nlsc",
            name=Text("臺灣通用電子地圖", "Taiwan e-Map (NLSC)"),
            origin="https://wmts.nlsc.gov.tw",
            path="/wmts/EMAP/default/EPSG:3857/{z}/{y}/{x}",
            credit=Text("內政部國土測繪中心", "National Land Surveying and Mapping Center"),
            credit_url="https://maps.nlsc.gov.tw/",
            largest_zoom=19,
        ),
        # Source: OpenStreetMap Foundation, tile usage policy: credit, no promise of service.
        Basemap(
            id="osm",
            name=Text("開放街圖", "OpenStreetMap"),
            origin="https://tile.openstreetmap.org",
            path="/{z}/{x}/{y}.png",
            credit=Text("© OpenStreetMap 貢獻者", "© OpenStreetMap contributors"),
            credit_url="https://www.openstreetmap.org/copyright",
            largest_zoom=19,
        ),
    )
}


def chosen(settings: Settings) -> list[Basemap]:
    """Return the basemaps that the operator offers, in the order of the setting."""
    return [BASEMAPS[name] for name in settings.basemaps.split(",") if name]


def origins(settings: Settings) -> tuple[str, ...]:
    """Return the hosts that a visitor's browser may ask for pictures beside our own."""
    return tuple(basemap.origin for basemap in chosen(settings))


def offered(settings: Settings, language: str) -> Sequence[dict[str, object]]:
    """Return the basemaps as the map's script reads them, in a language."""
    return [
        {
            "name": basemap.name.in_language(language),
            "url": basemap.url,
            "credit": basemap.credit.in_language(language),
            "creditUrl": basemap.credit_url,
            "largestZoom": basemap.largest_zoom,
        }
        for basemap in chosen(settings)
    ]
