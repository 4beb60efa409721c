"""From the settings to the services that may be asked, and why the others may not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from importlib.metadata import version
from typing import Any

from geopy.geocoders import ArcGIS, Nominatim
from geopy.geocoders.base import Geocoder
from yarl import URL

from core.settings import Settings
from publisher.geocode import tgos
from publisher.geocode.asking import ARCGIS, NOMINATIM, TGOS
from publisher.geocode.cache import Cache
from publisher.geocode.grading import Grade, grade_arcgis, grade_nominatim, grade_tgos
from publisher.geocode.limiter import Patient
from publisher.geocode.links import Service
from publisher.geocode.network import NamedHosts, allowed, named_hosts

# The usage policy of the OpenStreetMap Foundation: one question a second, no bulk.
# Source: https://operations.osmfoundation.org/policies/nominatim/
PUBLIC_NOMINATIM = "nominatim.openstreetmap.org"
PUBLIC_EVERY_S = 1.1


def configured(settings: Settings, cache: Cache) -> tuple[list[Service], list[str]]:
    """Return the services in the order in which they are asked, and what keeps others out."""
    hosts = named_hosts(settings.geocode_hosts)
    services, kept_out = [], []
    for name, url, make, grade, every_s in _wanted(settings):
        if not allowed(url, hosts):
            kept_out.append(
                f"{name}: {url.host_port_subcomponent} is not in MASKMAP_GEOCODE_HOSTS; not asked"
            )
            continue
        public = url.host == PUBLIC_NOMINATIM
        common = {
            "scheme": url.scheme,
            "timeout": settings.geocode_timeout,
            "user_agent": _agent(settings),
            "adapter_factory": partial(NamedHosts, hosts),
        }
        geocoder, ask = make(common)
        services.append(
            Service(
                name=name,
                geocoder=geocoder,
                grade=grade,
                key=f"{name} {url}",
                ask=Patient(ask, every_s=max(every_s, PUBLIC_EVERY_S) if public else every_s),
                cache=cache,
                most=settings.nominatim_most if public else None,
            )
        )
    return services, kept_out


_Made = tuple[Geocoder, Callable[[str], Awaitable[Any]]]
_Wanted = tuple[str, URL, Callable[[dict[str, Any]], _Made], Grade, float]


def _wanted(settings: Settings) -> Iterator[_Wanted]:
    """Yield the services whose settings are complete."""
    if settings.tgos_app_id and settings.tgos_api_key:
        url = URL(settings.tgos_url)
        yield TGOS, url, partial(_tgos, settings, url), grade_tgos, settings.tgos_every
    if settings.nominatim_url:
        url = URL(settings.nominatim_url)
        yield NOMINATIM, url, partial(_nominatim, url), grade_nominatim, settings.nominatim_every
    if settings.arcgis_url:
        url = URL(settings.arcgis_url)
        yield ARCGIS, url, partial(_arcgis, url), grade_arcgis, settings.arcgis_every


def _tgos(settings: Settings, url: URL, common: dict[str, Any]) -> _Made:
    keys = settings.tgos_app_id, settings.tgos_api_key
    geocoder = tgos.Tgos(*keys, domain=url.host_port_subcomponent, path=url.path, **common)
    return geocoder, geocoder.geocode


def _nominatim(url: URL, common: dict[str, Any]) -> _Made:
    geocoder = Nominatim(domain=_domain(url), **common)
    asking = partial(geocoder.geocode, addressdetails=True, country_codes="tw", language="zh-TW")
    return geocoder, asking


def _arcgis(url: URL, common: dict[str, Any]) -> _Made:
    geocoder = ArcGIS(domain=_domain(url), **common)
    return geocoder, partial(geocoder.geocode, out_fields=["Addr_type"])


def _domain(url: URL) -> str:
    return url.host_port_subcomponent + url.path.rstrip("/")


def _agent(settings: Settings) -> str:
    """Name ourselves, and whom to ask, as the services' policies want it."""
    whom = settings.contact or settings.public_url
    return f"maskmap/{version('maskmap')}" + (f" ({whom})" if whom else "")


async def close(services: list[Service]) -> None:
    """Close the connections."""
    await asyncio.gather(*(service.geocoder.__aexit__(None, None, None) for service in services))
