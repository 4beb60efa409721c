"""TGOS, the address service of the Ministry of the Interior, as a geopy geocoder.

Source: https://addr.tgos.tw/AddrWS/v40/QueryAddr.asmx?op=QueryAddr (parameters of QueryAddr). The
service answers JSON, or XML that wraps JSON, as its version and ``oResultDataType`` have it; names
of fields are English or Chinese. What it says of its own certainty (``OutMatchType``) is kept in
``raw`` and not relied on: ``publisher.geocode.grading`` compares the address it found.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

# Documents with a DOCTYPE are refused before they are parsed: no entity is ever expanded.
from xml.etree import ElementTree

from geopy.adapters import BaseAsyncAdapter
from geopy.exc import GeocoderParseError, GeocoderServiceError
from geopy.geocoders.base import DEFAULT_SENTINEL, Geocoder
from geopy.location import Location

DOMAIN = "addr.tgos.tw"
PATH = "/AddrWS/v40/QueryAddr.asmx/QueryAddr"
_WGS84 = "EPSG:4326"
# 2: the nearest number on the same side of the street, else on either side.
_ASKED = {
    "oSRS": _WGS84,
    "oFuzzyType": "2",
    "oResultDataType": "JSON",
    "oFuzzyBuffer": "0",
    "oIsOnlyFullMatch": "false",
    "oIsSupportPast": "true",
    "oIsShowCodeBase": "false",
    "oIsLockCounty": "true",
    "oIsLockTown": "true",
    "oIsLockVillage": "false",
    "oIsLockRoadSection": "true",
    "oIsLockLane": "false",
    "oIsLockAlley": "false",
    "oIsLockArea": "false",
    "oIsSameNumber_SubNumber": "true",
    "oCanIgnoreVillage": "true",
    "oCanIgnoreNeighborhood": "true",
    "oReturnMaxCount": "1",
}
_LISTS, _FULL = ("AddressList", "門牌清單"), ("FULL_ADDR", "完整地址")
_X, _Y = ("X", "X坐標"), ("Y", "Y坐標")
_DEEPEST = 3


class Tgos(Geocoder):  # type: ignore[misc]
    """Geocoder of TGOS QueryAddr; needs an application's id and key."""

    def __init__(
        self,
        app_id: str,
        api_key: str,
        *,
        domain: str = DOMAIN,
        path: str = PATH,
        scheme: str | None = None,
        timeout: float | object = DEFAULT_SENTINEL,
        user_agent: str | None = None,
        adapter_factory: Callable[..., BaseAsyncAdapter] | None = None,
    ) -> None:
        super().__init__(
            scheme=scheme, timeout=timeout, user_agent=user_agent, adapter_factory=adapter_factory
        )
        self._secrets = {"oAPPId": app_id, "oAPIKey": api_key}
        self.api = f"{self.scheme}://{domain.strip('/')}{path}"

    def geocode(
        self, query: str, *, exactly_one: bool = True, timeout: float | object = DEFAULT_SENTINEL
    ) -> Any:
        """Return the door nearest to an address, or several (``exactly_one=False``), or None."""
        url = f"{self.api}?{urlencode(self._secrets | _ASKED | {'oAddress': query})}"
        parse = partial(parse_answer, exactly_one=exactly_one)
        return self._call_geocoder(url, parse, timeout=timeout, is_json=False)


def parse_answer(text: str, *, exactly_one: bool = True) -> Any:
    """Read an answer in any of its forms.

    Raises:
        GeocoderServiceError: it is no list of addresses; TGOS tells faults in words.
    """
    locations = [_location(row) for row in _rows(text)]
    if not exactly_one:
        return locations or None
    return locations[0] if locations else None


def _rows(text: str, depth: int = 0) -> list[Mapping[str, Any]]:
    """Return the addresses of an answer."""
    text = text.strip().removeprefix("\ufeff")
    if text.startswith("<") and depth < _DEEPEST:
        root = _xml(text)
        inner = (root.text or "").strip()
        return _rows(inner, depth + 1) if inner else list(_xml_rows(root))
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise GeocoderServiceError(f"TGOS says: {text[:80]!r}") from None
    rows = _first(answer, _LISTS) if isinstance(answer, Mapping) else None
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise GeocoderParseError("TGOS answered without a list of addresses")
    return rows


def _xml(text: str) -> ElementTree.Element:
    if "<!" in text:
        raise GeocoderParseError("TGOS answered XML with a declaration; refused")
    try:
        return ElementTree.fromstring(text)  # noqa: S314
    except ElementTree.ParseError as error:
        raise GeocoderParseError(f"TGOS answered broken XML ({error})") from None


def _xml_rows(root: ElementTree.Element) -> Iterator[dict[str, str]]:
    """Yield the elements that hold a full address, as fields."""
    for element in root.iter():
        fields = {child.tag.rpartition("}")[2]: child.text or "" for child in element}
        if any(name in fields for name in _FULL):
            yield fields


def _location(row: Mapping[str, Any]) -> Location:
    try:
        lon, lat = float(_first(row, _X)), float(_first(row, _Y))
        return Location(str(_first(row, _FULL) or ""), (lat, lon), dict(row))
    except (TypeError, ValueError):
        raise GeocoderParseError("TGOS answered an address without coordinates") from None


def _first(fields: Mapping[str, Any], names: tuple[str, ...]) -> Any:
    return next((fields[name] for name in names if name in fields), None)
